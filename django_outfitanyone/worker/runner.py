"""The runner advances every due job of the account; a lease makes it the only one.

However many remote tasks are open, one worker in the whole fleet is busy with them, in
slices of some seconds. While no job is open, none is.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.models import Account
from django_outfitanyone.models.database import connection
from django_outfitanyone.worker import lease, queue
from django_outfitanyone.worker.lease_keeper import LeaseKeeper
from django_outfitanyone.worker.steps import advance
from django_outfitanyone.worker.thread_pool import (
    DATABASE_ERRORS,
    THREADS,
    ThreadPool,
    can_use_threads,
    log_database_error,
    running,
)

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

logger = logging.getLogger("django_outfitanyone")

LONGEST_SLEEP = 0.5
SHORTEST_SLEEP = 0.001
HANDOVER = timedelta(seconds=0.6)
"""Time from the end of one run to the start of the next."""
NEAR = timedelta(seconds=0.05)
LONGEST_DELAY = 0.25
"""Seconds that slow steps may be delayed because a poll is near."""


def run(*, budget: float) -> bool:
    """Advance due jobs for ``budget`` seconds; return whether more will be due soon.

    Returns at once when another runner holds the lease, and as soon as no job is open.
    A budget of 0 makes one pass.
    """
    account = Account.current()
    token = lease.take(account)
    if not token:
        return False
    try:
        with closing(conf.load_engine()) as engine:
            keeper = LeaseKeeper(account, token)
            if not budget or not can_use_threads():
                return _Runner(account, keeper, engine).run(budget)
            with running(ThreadPool(engine, keeper)) as pool:
                return _Runner(account, keeper, engine, pool).run(budget)
    except ConfigurationError as error:
        logger.error(  # noqa: TRY400 - the message is complete
            "Nothing can be submitted: %s", error, extra={"event": "not_configured"}
        )
        return False
    finally:
        with suppress(*DATABASE_ERRORS):  # the lease then expires by itself
            lease.release(account, token)


class _Runner:
    """The holder of the account's runner lease."""

    def __init__(
        self,
        account: Account,
        keeper: LeaseKeeper,
        engine: Engine,
        pool: ThreadPool | None = None,
    ) -> None:
        self._account = account
        self._keeper = keeper
        self._engine = engine
        self._pool = pool
        self._last_start = math.inf
        self._is_ending = False
        self._undelayed_at = 0.0
        self._next_due_at: datetime | None = None

    def run(self, budget: float) -> bool:
        """Return whether more will be due soon."""
        end = time.monotonic() + budget
        self._last_start = end + conf.longest_call
        while True:
            try:
                more = self._turn(end, quiet_end=end - budget / 4)
            except DATABASE_ERRORS as error:
                log_database_error(error)
                more = True if time.monotonic() >= end else None
                self._wait_for_database()
            if more is not None:
                return more

    def _turn(self, end: float, *, quiet_end: float) -> bool | None:
        """Advance what is due, then sleep; at the end, return whether more will be due soon.

        Near the end no slow step starts any more, but polls and submits go on until the
        thread pool has finished, for the time of one slow call at most.
        """
        if not self._keeper.renew():
            return False
        self._next_due_at = None
        worked = self._work_urgently()
        if not (self._is_ending or self._should_wait_for_slot()):
            worked = self._work_slowly() or worked
        if worked:
            self._next_due_at = timezone.now()
        is_busy = self._pool is not None and self._pool.is_busy
        if not is_busy and not self._is_more_soon():
            return False
        now = time.monotonic()
        self._is_ending |= now >= end or (now >= quiet_end and _is_quiet(self._next_due_at))
        if self._is_ending and self._pool:
            self._pool.give_back()
        if self._is_ending and not is_busy:
            return self._is_more_soon()
        if not worked:
            self._sleep()
        return None

    def _should_wait_for_slot(self) -> bool:
        """Whether a poll is near whose slot a prepared try-on waits for."""
        now = time.monotonic()
        due_at = self._next_due_at
        is_near = due_at is not None and due_at < timezone.now() + NEAR
        if is_near and now < self._undelayed_at + LONGEST_DELAY:
            return queue.is_slot_wanted(self._account)
        self._undelayed_at = now
        return False

    def _work_urgently(self) -> bool:
        """Poll, then submit into the slots that are free by then."""
        if time.monotonic() >= self._last_start:
            return False
        polled = self._work_on(queue.polls(self._account))
        return self._work_on(queue.submits(self._account)) or polled

    def _work_slowly(self) -> bool:
        """Start slow steps; return whether this thread advanced any job.

        Jobs given to the pool do not count, because the pool reports when they are done.
        Without a pool, polls and submits come between two slow steps, because an unused
        slot costs most.
        """
        worked = False
        for item in queue.slow(self._account):
            if self._pool and item.kind in THREADS:
                for job in self._claim(item, limit=min(item.room, self._pool.room(item.kind))):
                    self._pool.submit(item.kind, job)
            elif self._work_on([queue.Item(item.kind, item.jobs, min(1, item.room))]):
                self._work_urgently()
                worked = True
        return worked

    def _work_on(self, items: Iterable[queue.Item]) -> bool:
        """Advance jobs one after the other; return whether there were any."""
        worked = False
        for item in items:
            jobs = self._claim(item, limit=item.room)
            while jobs and self._may_start():
                job = jobs.pop(0)
                job.account = self._account
                advance(job, self._engine)
                worked = True
            for job in jobs:
                lease.give_back(job)
        return worked

    def _may_start(self) -> bool:
        """Whether there is time for one more call, and this is still the runner."""
        return time.monotonic() < self._last_start and self._keeper.renew()

    def _claim(self, item: queue.Item, *, limit: int) -> list[Any]:
        """Claim due jobs, and remember when the first of the others will be due."""
        now = timezone.now()
        first = item.jobs.unleased(max(0, limit))
        due = [pk for pk, due_at in first if due_at <= now]
        if len(due) < len(first):
            later = first[len(due)][1]
            self._next_due_at = min(self._next_due_at or later, later)
        return item.jobs.claim(due, lease=conf.lease)

    def _is_more_soon(self) -> bool:
        """Whether any job will be due soon, including kinds that this turn left out."""
        return queue.is_soon(self._next_due_at) or queue.is_soon(queue.next_due_at(self._account))

    def _sleep(self) -> None:
        """Sleep until the next job is due, but briefly: new requests may arrive."""
        due_at = self._next_due_at
        wait = (due_at - timezone.now()).total_seconds() if due_at else LONGEST_SLEEP
        seconds = min(max(wait, SHORTEST_SLEEP), LONGEST_SLEEP)
        if self._pool:
            self._pool.wait(seconds)
        else:
            time.sleep(seconds)

    def _wait_for_database(self) -> None:
        if not connection().in_atomic_block:
            connection().close()
        time.sleep(LONGEST_SLEEP)


def _is_quiet(due_at: datetime | None) -> bool:
    """Whether the next runner can start before this moment."""
    return due_at is not None and due_at > timezone.now() + HANDOVER
