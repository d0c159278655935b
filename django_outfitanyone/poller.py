"""Many steps: the runner that advances every due row of the account, one runner at a time.

However many remote tasks wait, one worker in the whole fleet is busy with them, in
slices of some seconds; with nothing open, none is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Min
from django.utils import timezone

from django_outfitanyone import budgets, limits
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.lifecycle import advance
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.remote_job import RemoteJobQuerySet
from django_outfitanyone.models.try_on import TryOnResultQuerySet
from django_outfitanyone.statuses import UNSENT, Status

if TYPE_CHECKING:
    from django_outfitanyone.provider import Provider

logger = logging.getLogger("django_outfitanyone")

SLOT_KEEPERS = (Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION)
CLAIM = 5
"""Rows claimed at a time; few, because a killed runner's claims rest for a whole lease."""
LONGEST_NAP = 0.5
SHORTEST_NAP = 0.01
HANDOVER = timedelta(seconds=0.6)
"""What it takes from the end of one run to the start of the next."""
SOON = timedelta(seconds=15)
"""What is due later than this is left to the watchdog, not waited for."""
LEASE_KEPT_EVERY = 1.0
DATABASE_AWAY = (OperationalError, InterfaceError)

Queue = tuple[RemoteJobQuerySet[Any], int]
"""Rows that may be worked on, and how many of them."""


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
            return _Runner(account, token, provider).run(budget)
    except ConfigurationError as error:
        logger.error(  # noqa: TRY400 - the message says it all
            "Nothing can be submitted: %s", error, extra={"event": "not_configured"}
        )
        return False
    finally:
        limits.give_up_runner_lease(account, token)


def next_due_at(account: Account) -> datetime | None:
    """When there is something to do next; ``None`` when nothing is open or all of it is stopped."""
    queues = chain(_urgent_queues(account), _patient_queues(account))
    moments = (queue.aggregate(at=Min("due_at"))["at"] for queue, room in queues if room > 0)
    return min((at for at in moments if at is not None), default=None)


class _Runner:
    """The holder of the account's runner lease, at work."""

    def __init__(self, account: Account, token: str, provider: Provider) -> None:
        self._account = account
        self._token = token
        self._provider = provider
        self._kept_at = 0.0

    def run(self, budget: float) -> bool:
        """Whether there will be more to do soon."""
        end = time.monotonic() + budget
        quiet_end = end - budget / 4
        while self._is_still_mine():
            try:
                worked = self._pass()
                due_at = timezone.now() if worked else next_due_at(self._account)
            except DATABASE_AWAY as error:
                worked, due_at = False, _after_database_fault(error)
            now = time.monotonic()
            if now >= end or not _is_soon(due_at) or (now >= quiet_end and _is_quiet(due_at)):
                return _is_soon(due_at)
            if not worked:
                _nap(due_at)
        return False

    def _pass(self) -> bool:
        """Advance what is due by one step, slots first; whether there was anything.

        After each slow step (a download, a search, an upload) it is seen whether a task has
        ended and which waits for its slot: an empty slot costs more than anything else.
        """
        worked = self._work_on(_urgent_queues(self._account))
        for patient in _patient_queues(self._account):
            if self._work_on([patient]):
                worked = True
                self._work_on(_urgent_queues(self._account))
        return worked

    def _work_on(self, queues: Iterable[Queue]) -> bool:
        worked = False
        for queue, room in queues:
            for job in queue.claim(limit=max(0, room), lease=conf.lease):
                if not self._is_still_mine():
                    return worked
                job.account = self._account
                advance(job, self._provider)
                worked = True
        return worked

    def _is_still_mine(self) -> bool:
        """Whether nobody else has taken over; rows are fenced, so now and then is enough."""
        now = time.monotonic()
        if now < self._kept_at + LEASE_KEPT_EVERY:
            return True
        self._kept_at = now
        return limits.keep_runner_lease(self._account, self._token)


def _urgent_queues(account: Account) -> Iterator[Queue]:
    """What decides whether the slots are full: quick steps, a handful at a time.

    A finished task frees a slot for a row that waits, so the second queue is asked for
    after the first was worked on.
    """
    yield TryOnResult.objects.filter(account=account, status__in=SLOT_KEEPERS), CLAIM
    account.refresh_from_db()
    if _may_submit(account):
        waiting = _affordable(account).prepared()
        if not limits.free_slots(account):
            waiting = waiting.filter(slot__isnull=False)  # these wait for the gate alone
        yield waiting, _room(account)


def _patient_queues(account: Account) -> Iterator[Queue]:
    """What can wait for a moment: the picture of a finished task, searches, preparations."""
    try_ons = TryOnResult.objects.filter(account=account)
    yield try_ons.filter(status=Status.COLLECTING), 1
    yield _searches(account), 1
    queued = try_ons.filter(status=Status.QUEUED)
    affordable = _affordable(account)
    if account.is_stopped or budgets.unaffordable(account):
        yield queued.with_finished_twin(), 1  # free, whatever the account's trouble
    if _may_submit(account):
        yield affordable.filter(status=Status.PREPARING, is_prepared=False), 1
        # a few are made ready ahead, so that a free slot never waits for an upload
        ready = affordable.filter(status=Status.PREPARING).count()
        yield affordable.filter(status=Status.QUEUED), min(1, 2 * conf.CONCURRENT_TASKS - ready)


def _searches(account: Account) -> RemoteJobQuerySet[Any]:
    """Searches for clothes to go on with; new ones only when nothing better needs the gate."""
    searches = ClothesParse.objects.filter(account=account).open()
    if account.is_stopped:
        return searches.filter(status=Status.COLLECTING)
    fills_a_slot = _room(account) > 0 and _affordable(account).prepared().exists()
    if fills_a_slot or conf.PARSING_MODEL in budgets.unaffordable(account):
        return searches.exclude(status__in=UNSENT)
    return searches


def _affordable(account: Account) -> TryOnResultQuerySet:
    """Try-ons whose model still fits into the budgets."""
    try_ons = TryOnResult.objects.filter(account=account)
    dear = budgets.unaffordable(account)
    return try_ons.exclude(remote_model__in=dear) if dear else try_ons


def _room(account: Account) -> int:
    """How many more tasks may be submitted now."""
    in_flight = TryOnResult.objects.filter(account=account, slot__isnull=False)
    return conf.CONCURRENT_TASKS - in_flight.exclude(status=Status.PREPARING).count()


def _may_submit(account: Account) -> bool:
    return not account.is_stopped and account.next_submission_at <= timezone.now() + SOON


def _after_database_fault(error: Exception) -> datetime:
    """A lock, a deadlock, a restart: whatever it was about is still due."""
    logger.warning("The database was busy: %s", error, extra={"event": "database_busy"})
    if not connection.in_atomic_block:
        connection.close()
    return timezone.now() + timedelta(seconds=LONGEST_NAP)


def _is_soon(moment: datetime | None) -> bool:
    return moment is not None and moment < timezone.now() + SOON


def _is_quiet(moment: datetime | None) -> bool:
    """Whether the next runner can take over before anything is due."""
    return moment is not None and moment > timezone.now() + HANDOVER


def _nap(due_at: datetime | None) -> None:
    """Sleep until something is due, but never long: another process may ask for something."""
    wait = (due_at - timezone.now()).total_seconds() if due_at else LONGEST_NAP
    time.sleep(min(max(wait, SHORTEST_NAP), LONGEST_NAP))
