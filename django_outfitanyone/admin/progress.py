"""How far a batch has come, in a handful of queries however large it is."""

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
from django_outfitanyone.admin.actions import VERBS, Verb
from django_outfitanyone.admin.rendering import about, sentence
from django_outfitanyone.choices import OPEN, UNSENT, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, ClothesParse, TryOnResult


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Counts of a batch. ``waits`` says why nothing is sent at present, or is empty."""

    total: int
    ready: int
    failed: int
    canceled: int
    unclear: int
    open: int
    cost: Decimal
    verbs: list[tuple[Verb, int]]
    seconds_left: float
    waits: str

    @property
    def text(self) -> str:
        """“5 of 12 ready, 1 failed, about 20 seconds left”."""
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
        if self.open:
            left = _("%(time)s left") % {"time": about(self.seconds_left)}
            parts.append(self.waits or left)
        return sentence(parts)

    @property
    def closed(self) -> int:
        """Those that nothing more happens to by itself."""
        return self.total - self.open

    @property
    def cost_text(self) -> str:
        return money(self.cost, conf.CURRENCY)


def progress_of(rows: QuerySet[TryOnResult]) -> Progress | None:
    """How far these rows of a batch have come; ``None`` when there are none."""
    groups = list(
        rows.order_by()
        .values("status", "review", published=Q(published_at__isnull=False))
        .annotate(count=Count("pk"), cost=Sum("cost"), last=Max("pk"))
    )
    if not groups:
        return None
    counts: dict[str, int] = dict.fromkeys(Status, 0)
    for group in groups:
        counts[group["status"]] += group["count"]
    last = max((group["last"] for group in groups if group["status"] in OPEN), default=None)
    return Progress(
        total=sum(counts.values()),
        ready=counts[Status.SUCCEEDED],
        failed=counts[Status.FAILED],
        canceled=counts[Status.CANCELED],
        unclear=counts[Status.NEEDS_ATTENTION],
        open=sum(counts[status] for status in OPEN),
        cost=sum((group["cost"] for group in groups), _cost_of_searches(rows)),
        verbs=_verbs(groups),
        seconds_left=_seconds_left(last) if last else 0,
        waits=_why_nothing_is_sent() if last else "",
    )


def _verbs(groups: Sequence[Mapping[str, Any]]) -> list[tuple[Verb, int]]:
    """What can be done to all at once, and to how many."""
    fitting = [
        (verb, sum(group["count"] for group in groups if _fits(verb, group)))
        for verb in VERBS.values()
    ]
    return [(verb, count) for verb, count in fitting if count]


def _fits(verb: Verb, group: Mapping[str, Any]) -> bool:
    return verb.fits_to_all(group["status"], group["review"], group["published"])


def _cost_of_searches(rows: QuerySet[TryOnResult]) -> Decimal:
    searches = ClothesParse.objects.filter(try_on__in=rows.order_by().values("pk"))
    total: Decimal = searches.aggregate(cost=Coalesce(Sum("cost"), Decimal(0)))["cost"]
    return total


def _seconds_left(last: int) -> float:
    """Until the last is ready: what was asked for earlier, by anybody, comes first."""
    ahead = (
        TryOnResult.objects.open()
        .filter(account=conf.ACCOUNT, pk__lte=last)
        .aggregate(
            waiting=Count("pk", filter=Q(status__in=UNSENT)), submitted_at=Max("submitted_at")
        )
    )
    waves: int = math.ceil(ahead["waiting"] / conf.CONCURRENT_TASKS)
    running = 0.0
    if ahead["submitted_at"]:
        age = (timezone.now() - ahead["submitted_at"]).total_seconds()
        running = max(0.0, conf.EXPECTED_DURATION - age)
    return waves * conf.EXPECTED_DURATION + running


def _why_nothing_is_sent() -> str:
    account = Account.objects.filter(pk=conf.ACCOUNT).first()
    if account is None:
        return ""
    if account.is_stopped:
        return _("waiting until the account is resumed")
    pause = (account.next_submission_at - timezone.now()).total_seconds()
    if pause > 1:
        return _("paused after too many requests, goes on in %(time)s") % {"time": about(pause)}
    if budgets.notice(account):
        return _("waiting until there is budget again")
    return ""
