"""Hands of the runner for steps that wait on the network while its eyes are on the slots."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connection

from django_outfitanyone.lifecycle import advance
from django_outfitanyone.models.remote_job import RemoteJob

if TYPE_CHECKING:
    from django_outfitanyone.provider import Provider

logger = logging.getLogger("django_outfitanyone")

DATABASE_AWAY = (OperationalError, InterfaceError)

HANDS = {"collect": 2, "search": 3, "prepare": 1}
"""Threads for each kind of work. One prepares, so that no picture is uploaded twice at once."""


class Crew:
    """A few threads, each with its own database connection; rows are claimed before."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._threads = ThreadPoolExecutor(sum(HANDS.values()), thread_name_prefix="try-on")
        self._at_work: Counter[str] = Counter()
        self._state = threading.Condition()
        self._has_news = False

    def free_hands(self, kind: str) -> int:
        with self._state:
            return HANDS[kind] - self._at_work[kind]

    @property
    def is_busy(self) -> bool:
        with self._state:
            return self._at_work.total() > 0

    def give(self, kind: str, job: RemoteJob) -> None:
        """Have a claimed job advanced by one step."""
        with self._state:
            self._at_work[kind] += 1
        self._threads.submit(self._do, kind, job)

    def wait(self, seconds: float) -> None:
        """Until somebody has finished since the last wait, and no longer than this."""
        with self._state:
            self._state.wait_for(lambda: self._has_news, seconds)
            self._has_news = False

    def dismiss(self) -> None:
        """Let everybody finish."""
        self._threads.shutdown()

    def _do(self, kind: str, job: RemoteJob) -> None:
        try:
            advance(job, self._provider)
        except DATABASE_AWAY as error:
            log_database_fault(error)
        finally:
            connection.close()
            with self._state:
                self._at_work[kind] -= 1
                self._has_news = True
                self._state.notify_all()


def can_be_shared() -> bool:
    """Whether other threads would see the rows that this one sees."""
    in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()  # type: ignore[attr-defined]
    return not (in_memory or connection.in_atomic_block)


def log_database_fault(error: Exception) -> None:
    """A lock, a deadlock, a restart: whatever it was about is still due."""
    logger.warning("The database was busy: %s", error, extra={"event": "database_busy"})
