"""Which accounts have work, which of them no runner advances, and when a runner was called."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.models.account import Account
from django_outfitanyone.models.clothes_parse import ClothesParse
from django_outfitanyone.models.try_on import TryOnResult

if TYPE_CHECKING:
    from django_outfitanyone.models.account import AccountQuerySet


WAKE_INTERVAL = timedelta(seconds=5)
LONGEST_WAKE_INTERVAL = timedelta(minutes=5)
"""While no runner answers, the interval between two wakeups doubles up to this."""
SEEN_INTERVAL = timedelta(seconds=30)
"""An idle worker is noted again after this time: often enough for ``RUNNER_MISSED``."""
MOST_UNANSWERED = 100
"""Safely below the maximum of the column."""


def accounts_with_work(*, due_until: datetime | None = None) -> AccountQuerySet:
    """Return the accounts of configured engines that have open work, due until then if given.

    Work of an engine that is gone from the settings waits for it, and is left out, as that of
    paused batches is.
    """
    has_work = Q()
    for model in (TryOnResult, ClothesParse):
        jobs = model.objects.filter(account=OuterRef("pk")).open().filter(due_at__isnull=False)
        if due_until is not None:
            jobs = jobs.filter(due_at__lte=due_until)
        has_work |= Q(Exists(jobs))
    return Account.objects.configured().filter(has_work)


def idle_accounts(*, due_until: datetime) -> AccountQuerySet:
    """Return the accounts with work due until then and no runner, the longest idle first."""
    idle = accounts_with_work(due_until=due_until).filter(runner_expires_at__lte=timezone.now())
    return idle.order_by("runner_expires_at", "pk")


def next_due_at(*, after: datetime) -> datetime | None:
    """Return when open work of a configured engine is due next, after that moment, if ever.

    What was due earlier is left out: the worker has begun it, or it waits for a slot or a person.
    """
    moments = [
        model.objects.filter(account__in=list(conf.engines), due_at__gt=after)
        .open()
        .order_by()
        .aggregate(first=Min("due_at"))["first"]
        for model in (TryOnResult, ClothesParse)
    ]
    return min(filter(None, moments), default=None)


def record_wakeup(account: Account) -> bool:
    """Count a wakeup in the account's row; return whether its message should be sent.

    A runner that is seen sets the count back. So while none answers, messages become rarer
    and do not pile up in the queue; the message that waits there is enough.
    """
    now = timezone.now()
    is_answered = not account.unanswered_wakeups or account.runner_expires_at >= now
    if not (is_answered or is_next_wakeup_due(account, now)):
        return False
    unanswered = min(account.unanswered_wakeups + 1, MOST_UNANSWERED)
    # of two requests, the first to change the row sends: after the commit of both
    rows = Account.objects.filter(pk=account.pk, last_wakeup_at=account.last_wakeup_at)
    return bool(rows.update(last_wakeup_at=now, unanswered_wakeups=unanswered))


def record_later_wakeup(account: Account, moment: datetime) -> bool:
    """Note a wakeup that will be due then; return whether its message should be sent.

    False while another one is still to come, so that at most one message per request waits.
    """
    rows = Account.objects.filter(pk=account.pk, last_wakeup_at__lte=timezone.now())
    return bool(rows.update(last_wakeup_at=moment))


def record_worker() -> None:
    """Note that a worker runs and has found nothing to do, for those who ask when it was seen."""
    now = timezone.now()
    known = Account.objects.configured().filter(runner_expires_at__lt=now - SEEN_INTERVAL)
    known.update(runner_expires_at=now)


def is_next_wakeup_due(account: Account, now: datetime) -> bool:
    """Return whether the last wakeup is long enough ago for another message."""
    doublings = min(max(account.unanswered_wakeups - 1, 0), 10)
    interval = min(WAKE_INTERVAL * 2**doublings, LONGEST_WAKE_INTERVAL)
    return bool(account.last_wakeup_at < now - interval)
