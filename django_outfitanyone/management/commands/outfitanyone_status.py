from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timesince import timesince

from django_outfitanyone.account import budgets
from django_outfitanyone.account.money import money
from django_outfitanyone.diagnostics import status
from django_outfitanyone.diagnostics.status import Health


class Command(BaseCommand):
    """Counts, spending, and whether anybody is at work."""

    help = (
        "Shows how many try-ons and searches stand where, what is overdue, when a worker was last "
        "seen and what was spent. Exit code 1 when work is overdue: good for monitoring."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Print it; fail when work is overdue."""
        state = status.examine()
        if options["json"]:
            self.stdout.write(json.dumps(state.as_dict()))
        else:
            for line in _lines(state):
                self.stdout.write(line)
        if state.overdue:
            raise CommandError(f"Overdue: {state.overdue}. Is a worker running?")


def _lines(state: Health) -> list[str]:
    seen = state.runner_seen_at
    spent = (state.spent_today, state.spent_this_month)
    today, month = (money(amount, state.currency) for amount in spent)
    return [
        f"Account    {state.account}: {_state_of_account(state)}",
        f"Worker     {f'last seen {timesince(seen)} ago' if seen else 'never seen'}",
        f"Try-ons    {_counts(state.try_ons)}",
        f"Searches   {_counts(state.searches)}",
        f"Overdue    {_overdue(state)}",
        f"Spent      {today} today, {month} this month",
        *(
            f"Budget     {budget.setting}: {money(budget.left, state.currency)} left of "
            f"{money(budget.limit, state.currency)}"
            for budget in state.budgets
        ),
    ]


def _state_of_account(state: Health) -> str:
    account = state.account
    if account.is_stopped:
        return f"stopped, {account.stopped_code}: {account.stopped_message}"
    return budgets.notice(account) or "working"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count) or "none"


def _overdue(state: Health) -> str:
    if state.overdue_since is None:
        return "nothing"
    return f"{state.overdue}, the oldest for {timesince(state.overdue_since)}"
