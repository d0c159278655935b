"""What may be worked on now, the most urgent first, and when there will be something next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from django.utils import timezone

from django_outfitanyone.account import budgets, rate_limits
from django_outfitanyone.choices import UNSENT, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.remote_job import RemoteJobQuerySet
from django_outfitanyone.models.try_on import TryOnResultQuerySet

SLOT_KEEPERS = (Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION)
AT_ONCE = 5
"""Rows claimed at a time; few, because a killed runner's claims rest for a whole lease."""
SOON = timedelta(seconds=15)
"""What is due later than this is left to the watchdog, not waited for."""


class Item(NamedTuple):
    """Rows of one kind of work, and how many of them may be taken on now."""

    kind: str
    queue: RemoteJobQuerySet[Any]
    room: int


def urgent(account: Account) -> Iterator[Item]:
    """What decides whether the slots are full: quick steps, a handful at a time.

    A finished task frees a slot for a row that waits, so the second item is asked for
    after the first was worked on.
    """
    keepers = TryOnResult.objects.filter(account=account, status__in=SLOT_KEEPERS)
    yield Item("look", keepers, AT_ONCE)
    account.refresh_from_db()
    if _may_submit(account):
        yield Item("submit", _affordable(account).prepared(), len(rate_limits.free_slots(account)))


def patient(account: Account) -> Iterator[Item]:
    """What can wait for a moment: the picture of a finished task, searches, preparations."""
    try_ons = TryOnResult.objects.filter(account=account)
    yield Item("collect", try_ons.filter(status=Status.COLLECTING), AT_ONCE)
    yield Item("search", _searches(account), AT_ONCE)
    queued = try_ons.filter(status=Status.QUEUED)
    affordable = _affordable(account)
    if account.is_stopped or budgets.unaffordable(account):
        # free, whatever the account's trouble
        yield Item("prepare", queued.with_finished_twin(), AT_ONCE)
    if _may_submit(account):
        unready = affordable.filter(status=Status.PREPARING, is_prepared=False)
        yield Item("prepare", unready, AT_ONCE)
        # a few are made ready ahead, so that a free slot never waits for an upload
        ready = affordable.filter(status=Status.PREPARING).count()
        queued = affordable.filter(status=Status.QUEUED)
        yield Item("prepare", queued, 2 * conf.CONCURRENT_TASKS - ready)


def is_slot_wanted(account: Account) -> bool:
    """Whether a try-on is ready to be submitted."""
    return _may_submit(account) and _affordable(account).prepared().exists()


def next_due_at(account: Account) -> datetime | None:
    """When there is something to do next; ``None`` when nothing is open or all of it is stopped."""
    items = chain(urgent(account), patient(account))
    due = (item.queue.next_due_at() for item in items if item.room > 0)
    jobs = (model.objects.filter(account=account) for model in (TryOnResult, ClothesParse))
    return _earliest(chain(due, (queue.next_lease_end() for queue in jobs)))


def is_soon(moment: datetime | None) -> bool:
    """Whether it is worth waiting for."""
    return moment is not None and moment < timezone.now() + SOON


def _earliest(moments: Iterator[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _searches(account: Account) -> RemoteJobQuerySet[Any]:
    """Searches for clothes to go on with; new ones only when nothing better needs the gate."""
    searches = ClothesParse.objects.filter(account=account).open()
    if account.is_stopped:
        return searches.filter(status=Status.COLLECTING)
    fills_a_slot = rate_limits.free_slots(account) and is_slot_wanted(account)
    if fills_a_slot or conf.PARSING_MODEL in budgets.unaffordable(account):
        return searches.exclude(status__in=UNSENT)
    return searches


def _affordable(account: Account) -> TryOnResultQuerySet:
    """Try-ons whose model still fits into the budgets."""
    try_ons = TryOnResult.objects.filter(account=account)
    dear = budgets.unaffordable(account)
    return try_ons.exclude(remote_model__in=dear) if dear else try_ons


def _may_submit(account: Account) -> bool:
    return not account.is_stopped and account.next_submission_at <= timezone.now() + SOON
