from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timesince import timesince

from django_outfitanyone.account import budgets
from django_outfitanyone.account.money import money
from django_outfitanyone.diagnostics import status
from django_outfitanyone.diagnostics.status import AccountStatus


class Command(BaseCommand):
    """Prints counts, spending and the state of the worker for each account."""

    help = (
        "Shows try-ons and parses by status, overdue work, when a worker was last seen, and "
        "spending. Exit code 1 if work is overdue, for monitoring."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Print the status. Raises ``CommandError`` if work is overdue."""
        states = status.accounts()
        if options["json"]:
            self.stdout.write(json.dumps({"accounts": [state.as_dict() for state in states]}))
        else:
            self.stdout.write("\n\n".join("\n".join(_lines(state)) for state in states))
        overdue = sum(state.overdue for state in states)
        if overdue:
            raise CommandError(f"Overdue: {overdue}. Is a worker running?")


def _lines(state: AccountStatus) -> list[str]:
    seen = state.runner_seen_at
    spent = (state.spent_today, state.spent_this_month)
    today, month = (money(amount, state.currency) for amount in spent)
    return [
        f"Account    {state.account}: {_state_of_account(state)}",
        f"Engine     {_engine(state)}",
        f"Worker     {f'last seen {timesince(seen)} ago' if seen else 'never seen'}",
        f"Try-ons    {_counts(state.try_ons)}",
        f"Parses     {_counts(state.parses)}",
        f"Blocked    {_blocked(state)}",
        f"Overdue    {_overdue(state)}",
        f"{'Would cost' if state.is_sandbox else 'Spent     '} {today} today, {month} this month",
        *(
            f"Budget     {budget.setting}: {money(budget.left, state.currency)} left of "
            f"{money(budget.limit, state.currency)}"
            for budget in state.budgets
        ),
        *(
            f"Free       {quota.left} of {quota.images} pictures of {quota.remote_model} left"
            for quota in state.free_quotas
        ),
    ]


def _engine(state: AccountStatus) -> str:
    if not state.engine:
        return "not in the settings; open requests wait for it"
    return f"{state.engine}, a sandbox" if state.is_sandbox else state.engine


def _state_of_account(state: AccountStatus) -> str:
    account = state.account
    if account.is_stopped:
        return f"stopped, {account.stopped_code}: {account.stopped_message}"
    return budgets.notice(account) or "working"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count) or "none"


def _blocked(state: AccountStatus) -> str:
    if not state.blocked:
        return "nothing"
    return f"{state.blocked}, until a person decides about a clothes parse in the admin"


def _overdue(state: AccountStatus) -> str:
    if state.overdue_since is None:
        return "nothing"
    return f"{state.overdue}, the oldest for {timesince(state.overdue_since)}"
