"""Background threads: a pool that makes pictures, and a thread that updates due tasks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .clock import Clock

logger = logging.getLogger("outfitanyone_local.sandbox")
PURGE_EVERY_SECONDS = 60.0
RETRY_SECONDS = 5.0


class Runner:
    """Background work. ``update`` ends the due tasks and returns when the next one is due."""

    def __init__(
        self,
        *,
        clock: Clock,
        workers: int,
        update: Callable[[float], float | None],
        purge: Callable[[float], None],
    ) -> None:
        self._clock = clock
        self._update = update
        self._purge = purge
        self._pool = ThreadPoolExecutor(workers, "sandbox-worker")
        self._thread = threading.Thread(target=self._run, name="sandbox-runner", daemon=True)
        self._state = threading.Condition()
        self._jobs = 0
        self._woken = False
        self._stopping = False
        self._purged_at = clock.now()
        clock.changed = self.wake

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the pictures in progress, drop the queued ones, and end the threads."""
        with self._state:
            self._stopping = True
            self._state.notify_all()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, job: Callable[[Any], None], argument: Any) -> None:
        with self._state:
            if self._stopping:
                return
            self._jobs += 1
            self._pool.submit(self._do, job, argument)

    def wake(self) -> None:
        with self._state:
            self._woken = True
            self._state.notify_all()

    def settle(self, *, timeout: float) -> bool:
        """Wait until no picture is in progress or queued; return false after ``timeout``."""
        with self._state:
            return self._state.wait_for(lambda: self._jobs == 0, timeout)

    def _do(self, job: Callable[[Any], None], argument: Any) -> None:
        try:
            job(argument)
        finally:
            with self._state:
                self._jobs -= 1
                self._woken = True
                self._state.notify_all()

    def _run(self) -> None:
        while True:
            next_end = self._update_and_purge()
            with self._state:
                self._state.wait_for(
                    lambda: self._woken or self._stopping, self._sleep_seconds(next_end)
                )
                self._woken = False
                if self._stopping:
                    return

    def _update_and_purge(self) -> float | None:
        """Update and purge; after an ``OSError`` such as a full disk, retry later."""
        now = self._clock.now()
        try:
            if abs(now - self._purged_at) >= PURGE_EVERY_SECONDS:
                self._purged_at = now
                self._purge(now)
            return self._update(now)
        except OSError:
            logger.exception("The sandbox cannot write its files and will retry")
            return now + RETRY_SECONDS

    def _sleep_seconds(self, next_end: float | None) -> float | None:
        """Return the seconds to sleep; ``None`` (until woken) while the clock is frozen."""
        if self._clock.is_frozen:
            return None
        if next_end is None:
            return PURGE_EVERY_SECONDS
        return min(max(next_end - self._clock.now(), 0.0), PURGE_EVERY_SECONDS)
