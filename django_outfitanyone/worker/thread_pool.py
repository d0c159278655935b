"""Threads for the steps, which wait for the network most of the time."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from django_outfitanyone.exceptions import LeaseLost
from django_outfitanyone.models.database import connection
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.pictures.downloads import kept_connections
from django_outfitanyone.worker.queue import Lane, slow_models
from django_outfitanyone.worker.repeated_polls import RepeatedPolls
from django_outfitanyone.worker.steps import advance

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine
    from django_outfitanyone.models import Account
    from django_outfitanyone.worker.lease_keeper import LeaseKeeper

logger = logging.getLogger("django_outfitanyone")

DATABASE_ERRORS = (OperationalError, InterfaceError)

MOST_THREADS = 10
"""Of each lane: every thread has a connection to the database, and Python runs one at a time."""


def thread_counts(account: Account) -> dict[Lane, int]:
    """Return how many threads each lane of this account may have.

    A submit that brings the picture itself takes its thread as long as its slot.
    """
    slots = account.settings.concurrent_tasks
    few = min(slots, MOST_THREADS)
    return {Lane.SLOTS: slots if slow_models(account) else few, Lane.PICTURES: max(few, 3)}


class ThreadPool:
    """Threads with a database connection each, that advance jobs claimed by the runner.

    A thread starts when there is a job for it. No job waits for a thread with its lease, but
    for those of ``RepeatedPolls``.
    """

    has_threads = True
    takes_next_steps = True
    """Whether a thread may go on with the job's next step; False near the end of a run."""

    def __init__(self, engine: Engine, keeper: LeaseKeeper, counts: Mapping[Lane, int]) -> None:
        self._engine = engine
        self.keeper = keeper
        self._counts = counts
        self._jobs: dict[Lane, SimpleQueue[RemoteJob | None]] = {
            lane: SimpleQueue() for lane in counts
        }
        self._busy: Counter[Lane] = Counter()
        self._done: list[RemoteJob] = []
        self._repeated = RepeatedPolls()
        self._state = threading.Condition()
        self._threads: dict[Lane, list[threading.Thread]] = {lane: [] for lane in counts}

    @property
    def room(self) -> dict[Lane, int]:
        """How many jobs each lane can begin now."""
        with self._state:
            return {lane: count - self._busy[lane] for lane, count in self._counts.items()}

    def is_busy(self, *lanes: Lane) -> bool:
        """Whether a job of these lanes is being advanced."""
        with self._state:
            return any(self._busy[lane] for lane in lanes)

    def submit(self, lane: Lane, job: RemoteJob) -> None:
        """Have a claimed job advanced by one step."""
        self.keeper.hold(job)
        with self._state:
            self._take_room(lane)
        self._jobs[lane].put(job)

    def wait(self, seconds: float) -> list[RemoteJob]:
        """Wait until a job has been advanced, but no longer than this; return those that were.

        Polls that are due meanwhile begin.
        """
        end = time.monotonic() + seconds
        with self._state:
            self._poll_again()
            while not self._done and (left := end - time.monotonic()) > 0:
                self._state.wait(min(left, self._seconds_until_poll()))
                self._poll_again()
            done, self._done = self._done, []
        return done

    @property
    def next_poll_at(self) -> datetime | None:
        """When the first of the leased tasks is polled again."""
        with self._state:
            return self._repeated.next_at

    def release_polls(self) -> None:
        """End the leases of the tasks that would have been polled again; others may poll them."""
        with self._state:
            jobs = self._repeated.take_all()
        for job in jobs:
            self.keeper.let_go(job)
            try:
                job.release(job.due_at)
            except LeaseLost:
                logger.info("%s %s: leased by another worker", job._meta.model_name, job.pk)
            except DATABASE_ERRORS as error:  # the lease expires by itself
                log_database_error(error)

    def shutdown(self) -> None:
        """Finish the jobs that were begun, and end the threads.

        First those that poll, because they pass jobs on to the others.
        """
        for lane in (Lane.SLOTS, Lane.PICTURES):
            threads = self._threads[lane]
            for _thread in threads:
                self._jobs[lane].put(None)
            for thread in threads:
                thread.join()
        self.release_polls()

    def _poll_again(self) -> None:
        """Begin the repeated polls that are due, as far as there is room; the state is locked."""
        lane = Lane.SLOTS
        for job in self._repeated.take_due(self._counts[lane] - self._busy[lane]):
            self._take_room(lane)
            self._jobs[lane].put(job)

    def _seconds_until_poll(self) -> float:
        """Return how long to wait for the next one; a thread that becomes free ends the wait."""
        next_at, lane = self._repeated.next_at, Lane.SLOTS
        if next_at is None or self._busy[lane] >= self._counts[lane]:
            return threading.TIMEOUT_MAX
        return max(0.0, (next_at - timezone.now()).total_seconds())

    def _take_room(self, lane: Lane) -> None:
        self._busy[lane] += 1
        if self._busy[lane] > len(self._threads[lane]):
            self._start_thread(lane)

    def _start_thread(self, lane: Lane) -> None:
        name = f"try-on {lane.value} {len(self._threads[lane]) + 1}"
        thread = threading.Thread(target=self._work, args=(lane,), name=name)
        self._threads[lane].append(thread)
        thread.start()

    def _work(self, lane: Lane) -> None:
        with kept_connections():
            self._advance_jobs(lane)
        connections.close_all()  # of this thread only

    def _advance_jobs(self, lane: Lane) -> None:
        for job in iter(self._jobs[lane].get, None):
            last, following = job, self._advance(job, lane)
            while following and lane is Lane.PICTURES:
                last, following = following, self._advance(following, lane)
            if following:
                self.keeper.hold(following)
            if following and following.is_collecting:
                self._jobs[Lane.PICTURES].put(following)  # there is room: ``_reserve``
            with self._state:
                self._busy[lane] -= 1
                if following and following.is_running:
                    self._repeated.add(following)
                else:
                    self._done.append(last)
                self._state.notify_all()

    def _advance(self, job: RemoteJob, lane: Lane) -> RemoteJob | None:
        """Take one step of a job; return the job whose next step follows at once."""
        self.keeper.hold(job)
        try:
            return advance(job, self._engine, may_follow=partial(self._may_follow, job, lane))
        except DATABASE_ERRORS as error:
            log_database_error(error)
            connection().close()
        except Exception:  # the thread must go on with the other jobs
            logger.exception("%s %s: unexpected fault", job._meta.model_name, job.pk)
        finally:
            self.keeper.let_go(job)
        return None

    def _may_follow(self, job: RemoteJob, lane: Lane, following: RemoteJob) -> bool:
        """Whether a next step may follow without another claim.

        A task may be polled again, and what belongs to the lane of pictures begins there now.
        """
        if lane is Lane.PICTURES or following.is_running:
            return self.takes_next_steps
        return following is job and self._reserve()

    def _reserve(self) -> bool:
        """Take room for one job more in the lane of pictures; return False if there is none."""
        lane = Lane.PICTURES
        with self._state:
            if not self.takes_next_steps or self._busy[lane] >= self._counts[lane]:
                return False
            self._take_room(lane)
        return True


class NoThreads:
    """Advances each job at once, in the calling thread; otherwise like ``ThreadPool``."""

    has_threads = False
    takes_next_steps = False
    next_poll_at = None

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._done: list[RemoteJob] = []

    @property
    def room(self) -> dict[Lane, int]:
        return {Lane.SLOTS: 1, Lane.PICTURES: 4}  # one of each kind

    def is_busy(self, *lanes: Lane) -> bool:  # noqa: ARG002
        return False

    def submit(self, lane: Lane, job: RemoteJob) -> None:  # noqa: ARG002
        advance(job, self._engine)
        self._done.append(job)

    def release_polls(self) -> None:
        """Do nothing: each poll ends with its lease."""

    def wait(self, seconds: float) -> list[RemoteJob]:
        done, self._done = self._done, []
        if not done:
            time.sleep(max(0.0, seconds))
        return done


@contextmanager
def running(pool: ThreadPool) -> Iterator[ThreadPool]:
    """Yield the pool, whose threads have ended afterwards; until then, its leases are kept."""
    pool.keeper.start()
    try:
        yield pool
    finally:
        pool.shutdown()
        pool.keeper.stop()


def can_use_threads() -> bool:
    """Whether other threads would see the rows that this one sees."""
    in_memory = connection().vendor == "sqlite" and connection().is_in_memory_db()  # type: ignore[attr-defined]
    return not (in_memory or connection().in_atomic_block)


def log_database_error(error: Exception) -> None:
    """Log a lock, deadlock or restart of the database; the job concerned stays due."""
    logger.warning("The database was busy: %s", error, extra={"event": "database_busy"})
