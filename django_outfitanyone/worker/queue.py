"""Which jobs of an account may take their next step now, and when the next one is due.

Urgent are the quick steps that decide whether the slots are full: polls and submits.
Slow are the others: downloads, parses and preparations.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from django_outfitanyone.account import budgets, rate_limits
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.job_queryset import RemoteJobQuerySet
from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet

AT_ONCE = 5
"""Rows claimed at a time; few, because the claims of a killed runner last for a whole lease."""
SOON = timedelta(seconds=15)
"""Jobs that are due later are left to the watchdog; the runner does not wait for them."""


class Item(NamedTuple):
    """Jobs for one kind of step, and how many of them may be claimed now."""

    kind: str
    jobs: RemoteJobQuerySet[Any]
    room: int


def polls(account: Account) -> list[Item]:
    """Return the try-ons that hold a slot. A finished task frees its slot, so poll first."""
    return [Item("poll", TryOnResult.objects.filter(account=account).occupying_slots(), AT_ONCE)]


def submits(account: Account) -> list[Item]:
    """Return the try-ons that can be submitted into the slots that are free now."""
    account.refresh_from_db()
    if not _may_submit(account):
        return []
    return [Item("submit", _affordable(account).prepared(), len(rate_limits.free_slots(account)))]


def slow(account: Account) -> list[Item]:
    """Return downloads, parses and preparations."""
    try_ons = TryOnResult.objects.filter(account=account)
    items = [
        Item("collect", try_ons.collecting(), AT_ONCE),
        Item("parse", _parses(account), AT_ONCE),
    ]
    if account.is_stopped or budgets.unaffordable(account):
        # reuse is free, whatever stops the account
        items.append(Item("prepare", try_ons.queued().with_finished_duplicate(), AT_ONCE))
    if _may_submit(account):
        affordable = _affordable(account)
        items.append(Item("prepare", affordable.unprepared(), AT_ONCE))
        # a few are prepared ahead, so that a free slot never waits for an upload
        room = 2 * conf.CONCURRENT_TASKS - affordable.preparing().count()
        items.append(Item("prepare", affordable.queued(), room))
    return items


def is_slot_wanted(account: Account) -> bool:
    """Whether a try-on is ready to be submitted."""
    return _may_submit(account) and _affordable(account).prepared().exists()


def next_due_at(account: Account) -> datetime | None:
    """Return when the next step is due; ``None`` when no job is open, or all are stopped."""
    items = [*polls(account), *submits(account), *slow(account)]
    due = [item.jobs.next_due_at() for item in items if item.room > 0]
    leases = [
        model.objects.filter(account=account).next_lease_end()
        for model in (TryOnResult, ClothesParse)
    ]
    return min((moment for moment in (*due, *leases) if moment), default=None)


def is_soon(moment: datetime | None) -> bool:
    """Whether the runner should wait for this moment."""
    return moment is not None and moment < timezone.now() + SOON


def _parses(account: Account) -> RemoteJobQuerySet[Any]:
    """Return the open parses; new ones only while no try-on needs the rate limit."""
    parses = ClothesParse.objects.filter(account=account).open()
    if account.is_stopped:
        return parses.collecting()
    fills_a_slot = rate_limits.free_slots(account) and is_slot_wanted(account)
    if fills_a_slot or conf.PARSING_MODEL in budgets.unaffordable(account):
        return parses.in_flight()
    return parses


def _affordable(account: Account) -> TryOnResultQuerySet:
    """Return the try-ons whose remote model still fits into the budgets."""
    try_ons = TryOnResult.objects.filter(account=account)
    too_expensive = budgets.unaffordable(account)
    return try_ons.exclude(remote_model__in=too_expensive) if too_expensive else try_ons


def _may_submit(account: Account) -> bool:
    return not account.is_stopped and account.next_submission_at <= timezone.now() + SOON
