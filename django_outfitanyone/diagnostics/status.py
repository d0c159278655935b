"""Status of the accounts and their work. Runs a few queries and calls no engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from django_outfitanyone.account import budgets, free_quota, rate_limits
from django_outfitanyone.account.budgets import Budget
from django_outfitanyone.account.free_quota import FreeQuota
from django_outfitanyone.choices import IN_FLIGHT, UNSENT, Status
from django_outfitanyone.models import Account, ClothesParse, DailyTotal, TryOnResult
from django_outfitanyone.models.amounts import shop_day

OVERDUE = timedelta(minutes=3)
"""The watchdog wakes the worker every minute, so work that is due for longer is stuck."""


@dataclass(frozen=True, kw_only=True)
class AccountStatus:
    """Status of one account. Amounts are in ``currency``, times in UTC.

    Of a sandbox, ``spent`` amounts are what a real engine would have cost. ``engine`` is empty if
    the settings do not have it any more: then its open work waits for it and is not overdue.
    ``blocked`` try-ons wait for a person's decision about a clothes parse. ``overdue_since`` is
    the due time of the row that is overdue longest. Work that is blocked or waits for a slot,
    for the end of a pause or for the budget is not overdue.
    """

    account: Account
    engine: str
    is_sandbox: bool
    try_ons: dict[str, int]
    parses: dict[str, int]
    blocked: int
    overdue: int
    overdue_since: datetime | None
    spent_today: Decimal
    spent_this_month: Decimal
    currency: str
    budgets: list[Budget]
    free_quotas: list[FreeQuota]

    @property
    def runner_seen_at(self) -> datetime | None:
        """Return when a runner was last active; ``None`` if never."""
        return self.account.runner_seen_at

    @property
    def is_runner_missing(self) -> bool:
        return self.account.is_runner_missing

    @property
    def open(self) -> int:
        """Return the number of unfinished try-ons and parses."""
        counts = (self.try_ons, self.parses)
        return sum(count[status] for count in counts for status in (*UNSENT, *IN_FLIGHT))

    @property
    def unclear(self) -> int:
        """Return the number of jobs that wait for a person's decision."""
        return sum(count[Status.NEEDS_ATTENTION] for count in (self.try_ons, self.parses))

    def as_dict(self) -> dict[str, Any]:
        """Return the status as ``outfitanyone_status --json`` prints it."""
        account = self.account
        return {
            "account": account.pk,
            "engine": self.engine or None,
            "sandbox": self.is_sandbox,
            "stopped": {"code": account.stopped_code, "message": account.stopped_message}
            if account.is_stopped
            else None,
            "paused_until": account.paused_until and account.paused_until.isoformat(),
            "runner_seen_at": self.runner_seen_at and self.runner_seen_at.isoformat(),
            "try_ons": self.try_ons,
            "searches": self.parses,
            "blocked": self.blocked,
            "overdue": self.overdue,
            "overdue_since": self.overdue_since and self.overdue_since.isoformat(),
            "spent": {
                "today": _plain(self.spent_today),
                "this_month": _plain(self.spent_this_month),
                "currency": self.currency,
            },
            "budgets": [
                {
                    "setting": budget.setting,
                    "limit": _plain(budget.limit),
                    "left": _plain(budget.left),
                    "ends_at": budget.ends_at.isoformat(),
                }
                for budget in self.budgets
            ],
            "free_images": {quota.remote_model: quota.left for quota in self.free_quotas},
        }


def accounts() -> list[AccountStatus]:
    """Return the status of every account, the default one first."""
    first = Account.of()
    others = Account.objects.exclude(pk=first.pk).order_by("pk")
    return [of(account) for account in (first, *others)]


def of(account: Account) -> AccountStatus:
    """Return the status of this account."""
    engine = account.settings if account.is_configured else None
    is_sandbox = engine is not None and engine.is_sandbox
    today = shop_day(timezone.now())
    charged = DailyTotal.objects.filter(account=account, is_sandbox=is_sandbox)
    currency = engine.currency if engine else next(iter(charged.currencies()), "")
    overdue = [_count_and_oldest(rows) for rows in _overdue_rows(account)] if engine else []
    return AccountStatus(
        account=account,
        engine=engine.title if engine else "",
        is_sandbox=is_sandbox,
        try_ons=TryOnResult.objects.filter(account=account).count_by_status(),
        parses=ClothesParse.objects.filter(account=account).count_by_status(),
        blocked=TryOnResult.objects.filter(account=account).blocked().count(),
        overdue=sum(count for count, _since in overdue),
        overdue_since=min((since for count, since in overdue if count), default=None),
        spent_today=charged.since(today).total(currency),
        spent_this_month=charged.since(today.replace(day=1)).total(currency),
        currency=currency,
        budgets=budgets.budgets_of(account),
        free_quotas=free_quota.quotas_of(account),
    )


def _plain(amount: Decimal) -> str:
    """Return ``0.812``: without trailing zeros or an exponent."""
    return f"{amount.normalize():f}"


def _overdue_rows(account: Account) -> Iterator[QuerySet[Any]]:
    """Yield rows that an active runner would have advanced by now."""
    moment = timezone.now() - OVERDUE
    try_ons = TryOnResult.objects.filter(account=account).due(moment)
    parses = ClothesParse.objects.filter(account=account).due(moment)
    yield try_ons.in_flight()
    yield parses.collecting()
    if account.is_stopped or account.paused_until:
        return
    unaffordable = budgets.unaffordable(account)
    if account.settings.parsing_model not in unaffordable:
        yield parses.awaiting_answer()
    if rate_limits.free_slots(account):
        yield try_ons.unsent().not_blocked().exclude(remote_model__in=unaffordable)


def _count_and_oldest(rows: QuerySet[Any]) -> tuple[int, Any]:
    found = rows.order_by().aggregate(count=Count("pk"), since=Min("due_at"))
    return found["count"], found["since"]
