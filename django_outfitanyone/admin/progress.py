"""Progress of a batch, computed in a few queries for a batch of any size."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.account import budgets
from django_outfitanyone.account.money import money
from django_outfitanyone.admin.actions import RESULT_ACTIONS, ResultAction
from django_outfitanyone.admin.rendering import approximate_duration, comma_separated
from django_outfitanyone.choices import OPEN, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.try_on_queryset import IS_BLOCKED
from django_outfitanyone.wakeup import is_worker_missing, worker_command

LATE = 3
"""A picture takes longer than usual after this many times ``EXPECTED_DURATION``."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Counts of a batch; ``waiting`` says why nothing is sent at present, or is empty."""

    total: int
    ready: int
    failed: int
    canceled: int
    unclear: int
    open: int
    blocked: int
    """Open rows that wait for a person's decision about a clothes parse."""
    cost: Decimal
    actions: list[tuple[ResultAction, int]]
    """Actions on the whole batch, with the number of rows they would change."""
    seconds_left: float | None
    """``None`` if the last picture takes longer than usual."""
    waiting: str
    missing_worker: str
    """The command that starts a worker, if none is running."""

    @property
    def text(self) -> str:
        """For example “5 of 12 ready, 1 failed, about 20 seconds left”."""
        parts = [_("%(ready)d of %(total)d ready") % {"ready": self.ready, "total": self.total}]
        if self.failed:
            parts.append(
                ngettext("%(count)d failed", "%(count)d failed", self.failed)
                % {"count": self.failed}
            )
        if self.canceled:
            parts.append(
                ngettext("%(count)d canceled", "%(count)d canceled", self.canceled)
                % {"count": self.canceled}
            )
        if self.unclear:
            parts.append(
                ngettext(
                    "%(count)d needs your decision", "%(count)d need your decision", self.unclear
                )
                % {"count": self.unclear}
            )
        if self.blocked:
            parts.append(
                ngettext("%(count)d blocked", "%(count)d blocked", self.blocked)
                % {"count": self.blocked}
            )
        if self.open > self.blocked:
            parts.append(self.waiting or self._time_left)
        return comma_separated(parts)

    @property
    def _time_left(self) -> str:
        if self.seconds_left is None:
            return _("taking longer than usual")
        return _("%(time)s left") % {"time": approximate_duration(self.seconds_left)}

    @property
    def closed(self) -> int:
        """Number of rows that the worker is done with."""
        return self.total - self.open

    @property
    def cost_text(self) -> str:
        return money(self.cost, conf.CURRENCY)


def progress_of(rows: QuerySet[TryOnResult]) -> Progress | None:
    """Return the progress of these rows of a batch, or ``None`` if there are none."""
    groups = list(
        rows.order_by()
        .values("status", "review", published=Q(published_at__isnull=False))
        .annotate(
            count=Count("pk"),
            cost=Sum("cost"),
            last=Max("pk"),
            blocked=Count("pk", filter=IS_BLOCKED),
        )
    )
    if not groups:
        return None
    counts: dict[str, int] = dict.fromkeys(Status, 0)
    for group in groups:
        counts[group["status"]] += group["count"]
    account = Account.objects.filter(pk=conf.ACCOUNT).first()
    missing_worker = worker_command() if is_worker_missing(account) else ""
    last = max((group["last"] for group in groups if group["status"] in OPEN), default=None)
    return Progress(
        total=sum(counts.values()),
        ready=counts[Status.SUCCEEDED],
        failed=counts[Status.FAILED],
        canceled=counts[Status.CANCELED],
        unclear=counts[Status.NEEDS_ATTENTION],
        open=sum(counts[status] for status in OPEN),
        blocked=sum(group["blocked"] for group in groups),
        cost=sum((group["cost"] for group in groups), _parse_cost(rows)),
        actions=_available_actions(groups),
        seconds_left=_seconds_left(last) if last else 0,
        waiting=_why_waiting(account, missing_worker) if last else "",
        missing_worker=missing_worker,
    )


def _available_actions(groups: Sequence[Mapping[str, Any]]) -> list[tuple[ResultAction, int]]:
    counted = [
        (action, sum(group["count"] for group in groups if _includes(action, group)))
        for action in RESULT_ACTIONS.values()
    ]
    return [(action, count) for action, count in counted if count]


def _includes(action: ResultAction, group: Mapping[str, Any]) -> bool:
    return action.includes_in_bulk(group["status"], group["review"], group["published"])


def _parse_cost(rows: QuerySet[TryOnResult]) -> Decimal:
    parses = ClothesParse.objects.filter(try_on__in=rows.order_by().values("pk"))
    total: Decimal = parses.aggregate(cost=Coalesce(Sum("cost"), Decimal(0)))["cost"]
    return total


def _seconds_left(last: int) -> float | None:
    """Estimate the time until row ``last`` is ready; earlier rows of the account come first."""
    ahead = TryOnResult.objects.open().not_blocked().filter(account=conf.ACCOUNT, pk__lte=last)
    unsent, submitted_at = ahead.backlog()
    waves = math.ceil(unsent / conf.CONCURRENT_TASKS)
    running = 0.0
    if submitted_at:
        age = (timezone.now() - submitted_at).total_seconds()
        if not waves and age > LATE * conf.EXPECTED_DURATION:
            return None
        running = max(0.0, conf.EXPECTED_DURATION - age)
    return waves * conf.EXPECTED_DURATION + running


def _why_waiting(account: Account | None, missing_worker: str) -> str:
    if missing_worker:
        text = _("no worker is running: start “%(command)s”")
        return text % {"command": missing_worker}
    if account is None:
        return ""
    if account.is_stopped:
        return _("waiting until the account is resumed")
    if account.paused_until:
        pause = (account.paused_until - timezone.now()).total_seconds()
        return _("paused after too many requests, resumes in %(time)s") % {
            "time": approximate_duration(pause)
        }
    if budgets.notice(account):
        return _("waiting until there is budget again")
    return ""
