"""Progress of a batch, computed in a few queries for a batch of any size."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.account import budgets
from django_outfitanyone.account.costs import Costs
from django_outfitanyone.account.money import moneys
from django_outfitanyone.admin.actions import APPROVE, RESULT_ACTIONS, ResultAction
from django_outfitanyone.admin.rendering import approximate_duration, comma_separated
from django_outfitanyone.choices import OPEN, UNSENT, Status
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.job_queryset import IS_REPLACED
from django_outfitanyone.models.pausable import IS_PAUSED, IS_UNSENT
from django_outfitanyone.models.try_on_queryset import IS_BLOCKED
from django_outfitanyone.wakeup import is_worker_missing, worker_command

LATE = 3
"""A picture takes longer than usual after this many times its usual duration."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Counts of a batch; ``waiting`` says why nothing is sent at present, or is empty."""

    total: int
    ready: int
    failed: int
    canceled: int
    replaced: int
    """Failed rows in whose place others were requested; ``total`` does not count them."""
    unclear: int
    open: int
    blocked: int
    """Open rows that wait for a person's decision about a clothes parse."""
    paused: int
    """Unsent rows that wait until a person resumes the batch."""
    unsent: int
    """Rows of which nothing was sent, the paused ones too."""
    costs: dict[str, Decimal]
    """What it cost so far, by currency."""
    sandbox_costs: dict[str, Decimal]
    """What the pictures of sandboxes would have cost."""
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
        if self.replaced:
            parts.append(
                ngettext("%(count)d replaced", "%(count)d replaced", self.replaced)
                % {"count": self.replaced}
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
        if self.paused:
            parts.append(
                ngettext("%(count)d paused", "%(count)d paused", self.paused)
                % {"count": self.paused}
            )
        if self.open > self.blocked + self.paused:
            parts.append(self.waiting or self._time_left)
        return comma_separated(parts)

    @property
    def _time_left(self) -> str:
        if self.seconds_left is None:
            return _("taking longer than usual")
        return _("%(time)s left") % {"time": approximate_duration(self.seconds_left)}

    @property
    def to_review(self) -> int:
        """Number of finished pictures about which no person has decided."""
        return next((count for action, count in self.actions if action is APPROVE), 0)

    @property
    def closed(self) -> int:
        """Number of rows that the worker is done with."""
        return self.total - self.open

    @property
    def cost_text(self) -> str:
        """What was paid; what sandboxes would have cost is said apart."""
        parts = []
        if self.costs or not self.sandbox_costs:
            parts.append(_("Cost so far: %(cost)s") % {"cost": moneys(self.costs)})
        if self.sandbox_costs:
            text = _("Would have cost so far: %(cost)s")
            parts.append(text % {"cost": moneys(self.sandbox_costs)})
        return "; ".join(parts)


def progress_of(rows: QuerySet[TryOnResult], *, is_paused: bool = False) -> Progress | None:
    """Return the progress of these rows of a batch, or ``None`` if there are none.

    Of a paused batch, all unsent rows are paused, also those that do not say so yet.
    """
    paused = IS_UNSENT if is_paused else IS_PAUSED
    groups = list(
        rows.order_by()
        .values("status", "review", "account", "currency", published=Q(published_at__isnull=False))
        .annotate(
            count=Count("pk"),
            cost=Sum("cost"),
            last=Max("pk", filter=~paused),
            blocked=Count("pk", filter=IS_BLOCKED & ~paused),
            paused=Count("pk", filter=paused),
            replaced=Count("pk", filter=IS_REPLACED),
        )
    )
    if not groups:
        return None
    counts: dict[str, int] = dict.fromkeys(Status, 0)
    for group in groups:
        counts[group["status"]] += group["count"]
    open_groups = [group for group in groups if group["status"] in OPEN and group["last"]]
    slowest = max(open_groups, key=lambda group: group["last"], default=groups[0])
    account = Account.objects.filter(pk=slowest["account"]).first()
    missing_worker = worker_command() if is_worker_missing(account) else ""
    last = slowest["last"] if open_groups else None
    costs, sandbox_costs = _costs(groups, rows)
    replaced = sum(group["replaced"] for group in groups)
    return Progress(
        total=sum(counts.values()) - replaced,
        ready=counts[Status.SUCCEEDED],
        failed=counts[Status.FAILED],
        canceled=counts[Status.CANCELED] - replaced,
        replaced=replaced,
        unclear=counts[Status.NEEDS_ATTENTION],
        open=sum(counts[status] for status in OPEN),
        blocked=sum(group["blocked"] for group in groups),
        paused=sum(group["paused"] for group in groups),
        unsent=sum(counts[status] for status in UNSENT),
        costs=costs if costs or sandbox_costs else _nothing(account),
        sandbox_costs=sandbox_costs,
        actions=_available_actions(groups, rows),
        seconds_left=_seconds_left(account, last) if account and last else 0,
        waiting=_why_waiting(account, missing_worker) if last else "",
        missing_worker=missing_worker,
    )


def _available_actions(
    groups: Sequence[Mapping[str, Any]], rows: QuerySet[TryOnResult]
) -> list[tuple[ResultAction, int]]:
    counted = [(action, _count(action, groups, rows)) for action in RESULT_ACTIONS.values()]
    return [(action, count) for action, count in counted if count]


def _count(
    action: ResultAction, groups: Sequence[Mapping[str, Any]], rows: QuerySet[TryOnResult]
) -> int:
    count = sum(group["count"] for group in groups if _includes(action, group))
    return action.among(rows).order_by().count() if count and action.among else count


def _includes(action: ResultAction, group: Mapping[str, Any]) -> bool:
    return action.includes_in_bulk(group["status"], group["review"], group["published"])


def _costs(
    groups: Sequence[Mapping[str, Any]], rows: QuerySet[TryOnResult]
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Return what pictures and their clothes parses cost, and what those of sandboxes would."""
    parses = ClothesParse.objects.filter(try_on__in=rows.order_by().values("pk")).order_by()
    amounts = [(group["account"], group["currency"], group["cost"]) for group in groups]
    amounts += parses.values_list("account", "currency").annotate(cost=Sum("cost"))
    costs = Costs()
    for alias, currency, amount in amounts:
        costs.add(alias, currency, amount)
    return costs.paid, costs.of_sandboxes


def _nothing(account: Account | None) -> dict[str, Decimal]:
    """Return an amount of 0 in the currency of the account."""
    is_known = account is not None and account.is_configured
    return {account.settings.currency: Decimal(0)} if account and is_known else {}


def _seconds_left(account: Account, last: int) -> float | None:
    """Estimate the time until row ``last`` is ready; earlier rows of the account come first."""
    if not account.is_configured:
        return None
    engine = account.settings
    usual = engine.capabilities(engine.default_model).expected_seconds
    active = TryOnResult.objects.open().not_blocked().not_paused()
    ahead = active.filter(account=account, pk__lte=last)
    unsent, submitted_at = ahead.backlog()
    waves = math.ceil(unsent / engine.concurrent_tasks)
    running = 0.0
    if submitted_at:
        age = (timezone.now() - submitted_at).total_seconds()
        if not waves and age > LATE * usual:
            return None
        running = max(0.0, usual - age)
    return waves * usual + running


def _why_waiting(account: Account | None, missing_worker: str) -> str:
    if missing_worker:
        text = _("no worker is running: start “%(command)s”")
        return text % {"command": missing_worker}
    if account is None:
        return ""
    if not account.is_configured:
        return _("waiting for the engine “%(engine)s”, which the settings no longer have") % {
            "engine": account.pk
        }
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
