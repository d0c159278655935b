"""Thread pool for network-bound steps, so that the runner can keep the slots full."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError

from django_outfitanyone.models.database import connection
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.worker import lease
from django_outfitanyone.worker.steps import advance

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine
    from django_outfitanyone.worker.lease_keeper import LeaseKeeper

logger = logging.getLogger("django_outfitanyone")

DATABASE_ERRORS = (OperationalError, InterfaceError)

THREADS = {"collect": 2, "parse": 3, "prepare": 1}
"""Threads for each kind of step. Only one prepares, so that no picture is uploaded twice."""


class ThreadPool:
    """Threads with a database connection each, that advance jobs claimed by the runner.

    Each kind of step accepts one job more than it has threads, so that no thread waits
    for the runner between two jobs.
    """

    def __init__(self, engine: Engine, keeper: LeaseKeeper) -> None:
        self._engine = engine
        self.keeper = keeper
        self._jobs: dict[str, SimpleQueue[RemoteJob | None]] = {
            kind: SimpleQueue() for kind in THREADS
        }
        self._submitted: Counter[str] = Counter()
        self._state = threading.Condition()
        self._has_news = False
        self._threads: list[threading.Thread] = []
        for kind, count in THREADS.items():
            for number in range(1, count + 1):
                thread = threading.Thread(
                    target=self._work, args=(kind,), name=f"try-on {kind} {number}"
                )
                thread.start()
                self._threads.append(thread)

    def room(self, kind: str) -> int:
        """Return how many more jobs of this kind may be submitted."""
        with self._state:
            return THREADS[kind] + 1 - self._submitted[kind]

    @property
    def is_busy(self) -> bool:
        with self._state:
            return self._submitted.total() > 0

    def submit(self, kind: str, job: RemoteJob) -> None:
        """Have a claimed job advanced by one step."""
        with self._state:
            self._submitted[kind] += 1
        self.keeper.hold(job)
        self._jobs[kind].put(job)

    def give_back(self) -> None:
        """End the leases of the jobs that no thread has begun, for the next run to take them."""
        for kind, jobs in self._jobs.items():
            with suppress(Empty):
                while job := jobs.get_nowait():
                    self._finish(kind, job)
                    lease.give_back(job)

    def wait(self, seconds: float) -> None:
        """Wait until a job has been advanced since the last wait, but no longer than this."""
        with self._state:
            self._state.wait_for(lambda: self._has_news, seconds)
            self._has_news = False

    def shutdown(self) -> None:
        """Finish the jobs that were begun, and end the threads."""
        with suppress(*DATABASE_ERRORS):  # the leases then expire by themselves
            self.give_back()
        for kind, count in THREADS.items():
            for _thread in range(count):
                self._jobs[kind].put(None)
        for thread in self._threads:
            thread.join()

    def _work(self, kind: str) -> None:
        for job in iter(self._jobs[kind].get, None):
            self._advance(job)
            self._finish(kind, job)
        connection().close()

    def _finish(self, kind: str, job: RemoteJob) -> None:
        self.keeper.let_go(job)
        with self._state:
            self._submitted[kind] -= 1
            self._has_news = True
            self._state.notify_all()

    def _advance(self, job: RemoteJob) -> None:
        try:
            advance(job, self._engine)
        except DATABASE_ERRORS as error:
            log_database_error(error)
            connection().close()
        except Exception:  # the thread must go on with the other jobs
            logger.exception("%s %s: unexpected fault", job._meta.model_name, job.pk)


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
