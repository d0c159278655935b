"""Many steps: the runner that advances every due row of the account, one runner at a time.

However many remote tasks wait, one worker in the whole fleet is busy with them, in
slices of some seconds; with nothing open, none is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, close_old_connections, connection
from django.db.models import Min
from django.utils import timezone

from django_outfitanyone import budgets, limits
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.lifecycle import advance
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.remote_job import RemoteJobQuerySet
from django_outfitanyone.statuses import IN_FLIGHT, UNSENT, Status

if TYPE_CHECKING:
    from django_outfitanyone.provider import Provider

logger = logging.getLogger("django_outfitanyone")

CLAIM = 10
"""Rows claimed at a time; few, because a killed runner's claims rest for a whole lease."""
LONGEST_NAP = 0.5
SHORTEST_NAP = 0.05
SOON = timedelta(seconds=15)
"""What is due later than this is left to the watchdog, not waited for."""


def run(*, budget: float) -> bool:
    """Advance whatever is due for ``budget`` seconds; whether there will be more to do soon.

    Returns at once when another runner is at work, and as soon as nothing is open.
    A budget of 0 makes one pass.
    """
    account = Account.current()
    token = limits.take_runner_lease(account)
    if not token:
        return False
    try:
        with closing(conf.load_provider()) as provider:
            _run_until(time.monotonic() + budget, account, token, provider)
    except ConfigurationError as error:
        logger.error(  # noqa: TRY400 - the message says it all
            "Nothing can be submitted: %s", error, extra={"event": "not_configured"}
        )
        return False
    finally:
        limits.give_up_runner_lease(account, token)
    return _is_soon(next_due_at(account))


def next_due_at(account: Account) -> datetime | None:
    """When there is something to do next; ``None`` when nothing is open or all of it is stopped."""
    moments = (
        queue.aggregate(at=Min("due_at"))["at"] for queue, room in _queues(account) if room > 0
    )
    return min((at for at in moments if at is not None), default=None)


def _run_until(end: float, account: Account, token: str, provider: Provider) -> None:
    while limits.keep_runner_lease(account, token):
        try:
            worked = _pass(account, token, provider)
            due_at = next_due_at(account)
        except OperationalError as error:
            # a lock or deadlock: whatever it was about is still due
            logger.warning("The database was busy: %s", error, extra={"event": "database_busy"})
            worked, due_at = False, timezone.now()
        if time.monotonic() >= end or not _is_soon(due_at):
            return
        if not worked:
            _nap(due_at)
        if not connection.in_atomic_block:
            close_old_connections()


def _pass(account: Account, token: str, provider: Provider) -> bool:
    """Advance a handful of due rows of each queue by one step; whether there were any."""
    worked = False
    for queue, room in _queues(account):
        for job in queue.claim(limit=max(0, room), lease=conf.lease):
            if not limits.keep_runner_lease(account, token):
                return worked
            advance(job, provider)
            worked = True
    return worked


def _queues(account: Account) -> Iterator[tuple[RemoteJobQuerySet[Any], int]]:
    """What may be worked on now and how much of it, the most urgent first.

    Looks at the account afresh for each, because working on one changes the next: a
    finished task frees a slot for a row that waits.
    """
    account.refresh_from_db()
    try_ons = TryOnResult.objects.filter(account=account)
    parses = ClothesParse.objects.filter(account=account).open()
    yield try_ons.filter(status__in=[*IN_FLIGHT, Status.NEEDS_ATTENTION]), CLAIM
    queued = try_ons.filter(status=Status.QUEUED)
    if account.is_stopped:
        yield queued.with_finished_twin(), CLAIM  # free, whatever the account's trouble
        yield parses.filter(status=Status.COLLECTING), CLAIM
        return
    dear = budgets.unaffordable(account)
    yield parses.exclude(status__in=UNSENT) if conf.PARSING_MODEL in dear else parses, CLAIM
    if account.next_submission_at > timezone.now() + SOON:
        return
    if dear:
        yield queued.with_finished_twin(), CLAIM
    in_flight = try_ons.filter(slot__isnull=False).exclude(status=Status.PREPARING)
    affordable = try_ons.exclude(remote_model__in=dear)
    prepared = affordable.filter(status=Status.PREPARING, is_prepared=True)
    yield prepared, conf.CONCURRENT_TASKS - in_flight.count()
    yield affordable.filter(status=Status.PREPARING, is_prepared=False), CLAIM
    # a few are made ready ahead, so that a free slot never waits for an upload
    ready = affordable.filter(status=Status.PREPARING).count()
    yield affordable.filter(status=Status.QUEUED), 2 * conf.CONCURRENT_TASKS - ready


def _is_soon(moment: datetime | None) -> bool:
    return moment is not None and moment < timezone.now() + SOON


def _nap(due_at: datetime | None) -> None:
    """Sleep until something is due, but never long: another process may ask for something."""
    wait = (due_at - timezone.now()).total_seconds() if due_at else LONGEST_NAP
    time.sleep(min(max(wait, SHORTEST_NAP), LONGEST_NAP))
