"""The runner advances every due job of an account; a lease makes it the account's only one.

However many remote tasks of an account are open, one worker in the whole fleet is busy with
them, in slices of some seconds. While no job is open, none is. Several workers run several
accounts side by side.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from django_outfitanyone.conf import ConfigurationError, EngineSettings
from django_outfitanyone.models import ClothesParse
from django_outfitanyone.models.database import connection
from django_outfitanyone.worker import lease, queue
from django_outfitanyone.worker.lease_keeper import LeaseKeeper
from django_outfitanyone.worker.queue import Lane
from django_outfitanyone.worker.stop import is_stopping
from django_outfitanyone.worker.thread_pool import (
    DATABASE_ERRORS,
    NoThreads,
    ThreadPool,
    can_use_threads,
    log_database_error,
    running,
    thread_counts,
)

if TYPE_CHECKING:
    from django_outfitanyone.models import Account
    from django_outfitanyone.models.remote_job import RemoteJob

logger = logging.getLogger("django_outfitanyone")

LONGEST_SLEEP = 1.0
"""Seconds: new requests, and what a person has changed, are noticed within this time."""
LONGEST_SLEEP_FULL = 2.0
"""The same while all slots are taken: new requests have to wait then anyway."""
SHORTEST_SLEEP = 0.05
"""After steps that end together the rows are read once."""
DATABASE_PAUSE = 0.5
HANDOVER = timedelta(seconds=0.6)
"""Time from the end of one run to the start of the next."""


def run(
    account: Account, *, budget: float, should_yield: Callable[[], bool] = lambda: False
) -> bool:
    """Advance due jobs of an account for ``budget`` seconds; return whether more is due soon.

    Returns at once when another runner holds the lease, and as soon as no job is open, or none
    is due in the next moment and ``should_yield``. A budget of 0 makes one pass.
    """
    token = lease.take(account)
    if not token:
        return False
    try:
        with closing(account.settings.load()) as engine:
            keeper = LeaseKeeper(account, token)
            if not budget or not can_use_threads():
                pool = NoThreads(engine)
                return _Runner(account, keeper, pool, should_yield=should_yield).run(budget)
            with running(ThreadPool(engine, keeper, thread_counts(account))) as threads:
                return _Runner(account, keeper, threads, should_yield=should_yield).run(budget)
    except ConfigurationError as error:
        logger.error(  # noqa: TRY400 - the message is complete
            "Nothing can be submitted: %s",
            error,
            extra={"event": "not_configured", "account": account.pk},
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
        pool: ThreadPool | NoThreads,
        *,
        should_yield: Callable[[], bool],
    ) -> None:
        self._account = account
        self._settings: EngineSettings = account.settings
        self._should_yield = should_yield
        self._keeper = keeper
        self._pool = pool
        self._is_ending = False
        self._is_cut = self._is_full = False
        self._read_at = 0.0
        """When to read the rows again, by ``time.monotonic``."""

    def run(self, budget: float) -> bool:
        """Return whether more will be due soon."""
        end = time.monotonic() + budget
        last_start = end + self._settings.longest_call()
        while self._keeper.renew():
            try:
                if time.monotonic() >= self._read_at:
                    is_done = self._turn(end, quiet_end=end - budget / 4, last_start=last_start)
                    if is_done:
                        return self._is_more_soon()
            except DATABASE_ERRORS as error:
                log_database_error(error)
                if time.monotonic() >= end:
                    return True
                self._wait_for_database()
            for job in self._pool.wait(self._read_at - time.monotonic()):
                self._note(job)
        return False

    def _turn(self, end: float, *, quiet_end: float, last_start: float) -> bool:
        """Begin what is due; return whether the run is over.

        Near the end no download, parse or preparation begins any more. Polls and submits go on
        until those that were begun have finished, for the time of one slow call at most.
        """
        room, was_ending, stops = self._pool.room, self._is_ending, is_stopping()
        if was_ending or stops:
            room[Lane.PICTURES] = 0
        if time.monotonic() >= last_start or stops:
            room[Lane.SLOTS] = 0
        work = queue.due_work(self._account, room)
        self._is_cut, self._is_full = work.is_cut, work.is_full
        longest = LONGEST_SLEEP_FULL if work.is_full else LONGEST_SLEEP
        self._read_at = time.monotonic() + _seconds_until(work.next_due_at, longest=longest)
        self._begin(work)
        next_due_at = _earliest(work.next_due_at, self._pool.next_poll_at)
        now, is_idle = time.monotonic(), not work.due and not self._pool.is_busy(*Lane)
        is_quiet = is_idle and _is_quiet(next_due_at)
        if is_quiet:
            self._is_ending |= now >= quiet_end or self._should_yield()
        self._is_ending |= stops or now >= end
        if self._is_ending and self._pool.has_threads:
            self._pool.takes_next_steps = False
            self._pool.release_polls()
            return not self._pool.is_busy(Lane.PICTURES)
        if self._is_ending:
            self._read_at = 0.0  # one more turn, at once, submits what this one has prepared
            return was_ending or not work.due
        return is_idle and not queue.is_soon(next_due_at) and not self._is_more_soon()

    def _begin(self, work: queue.Work) -> None:
        for model, lanes in work.by_model().items():
            jobs = model._default_manager.filter(account=self._account)
            for job in jobs.claim(list(lanes), lease=self._settings.lease()):
                self._pool.submit(lanes[job.pk], job)

    def _note(self, job: RemoteJob) -> None:
        """Read the rows again when the job is due, or at once if it has made room."""
        if self._concerns_no_other(job):
            return
        wait = SHORTEST_SLEEP if self._is_cut else _seconds_until(job.due_at or timezone.now())
        self._read_at = min(self._read_at, time.monotonic() + wait)

    def _concerns_no_other(self, job: RemoteJob) -> bool:
        """Whether nothing more can begin because of this job, so that no row need be read.

        A prepared try-on waits for a slot, and no try-on waits for the parse of a result.
        """
        if self._is_cut or not self._pool.is_busy(*Lane):
            return False
        if isinstance(job, ClothesParse):
            return job.is_finished and job.try_on_id is not None
        return job.is_unsent and self._is_full

    def _is_more_soon(self) -> bool:
        """Return whether any job will be due soon, once those that were begun have finished."""
        while self._pool.is_busy(*Lane) and self._keeper.renew():
            self._pool.wait(LONGEST_SLEEP)
        self._pool.release_polls()
        return queue.is_due_soon(self._account)

    def _wait_for_database(self) -> None:
        if not connection().in_atomic_block:
            connection().close()
        time.sleep(DATABASE_PAUSE)


def _seconds_until(moment: datetime | None, *, longest: float = LONGEST_SLEEP) -> float:
    """Return how long to sleep until then; no longer than new requests may wait."""
    wait = (moment - timezone.now()).total_seconds() if moment else longest
    return min(max(wait, SHORTEST_SLEEP), longest)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _is_quiet(due_at: datetime | None) -> bool:
    """Whether the next runner can start before this moment."""
    return due_at is None or due_at > timezone.now() + HANDOVER
