"""Hands of the runner for steps that wait on the network while its eyes are on the slots."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from queue import SimpleQueue
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connection

from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.worker.steps import advance

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Provider

logger = logging.getLogger("django_outfitanyone")

DATABASE_AWAY = (OperationalError, InterfaceError)

HANDS = {"collect": 2, "search": 3, "prepare": 1}
"""Threads for each kind of work. One prepares, so that no picture is uploaded twice at once."""


class Crew:
    """A few threads, each with its own database connection; rows are claimed before.

    Each kind has one job more than hands, so that nobody waits for the runner in between.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._waiting: dict[str, SimpleQueue[RemoteJob | None]] = {
            kind: SimpleQueue() for kind in HANDS
        }
        self._given: Counter[str] = Counter()
        self._state = threading.Condition()
        self._has_news = False
        self._threads: list[threading.Thread] = []
        for kind, hands in HANDS.items():
            for number in range(1, hands + 1):
                thread = threading.Thread(
                    target=self._work, args=(kind,), name=f"try-on {kind} {number}"
                )
                thread.start()
                self._threads.append(thread)

    def room(self, kind: str) -> int:
        """How many more jobs of this kind may be given."""
        with self._state:
            return HANDS[kind] + 1 - self._given[kind]

    @property
    def is_busy(self) -> bool:
        with self._state:
            return self._given.total() > 0

    def give(self, kind: str, job: RemoteJob) -> None:
        """Have a claimed job advanced by one step."""
        with self._state:
            self._given[kind] += 1
        self._waiting[kind].put(job)

    def wait(self, seconds: float) -> None:
        """Until somebody has finished since the last wait, and no longer than this."""
        with self._state:
            self._state.wait_for(lambda: self._has_news, seconds)
            self._has_news = False

    def dismiss(self) -> None:
        """Let everybody finish what was given."""
        for kind, hands in HANDS.items():
            for _hand in range(hands):
                self._waiting[kind].put(None)
        for thread in self._threads:
            thread.join()

    def _work(self, kind: str) -> None:
        """One hand: job after job until dismissed."""
        for job in iter(self._waiting[kind].get, None):
            self._do(job)
            with self._state:
                self._given[kind] -= 1
                self._has_news = True
                self._state.notify_all()
        connection.close()

    def _do(self, job: RemoteJob) -> None:
        try:
            advance(job, self._provider)
        except DATABASE_AWAY as error:
            log_database_fault(error)
            connection.close()
        except Exception:  # the hand is needed for the other jobs
            logger.exception("%s %s: unexpected fault", job._meta.model_name, job.pk)


def can_be_shared() -> bool:
    """Whether other threads would see the rows that this one sees."""
    in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()  # type: ignore[attr-defined]
    return not (in_memory or connection.in_atomic_block)


def log_database_fault(error: Exception) -> None:
    """A lock, a deadlock, a restart: whatever it was about is still due."""
    logger.warning("The database was busy: %s", error, extra={"event": "database_busy"})
