"""Calls of a service that may hang: bounded for the caller, and rare while the service is down."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable

from django.db import connections

logger = logging.getLogger("django_outfitanyone")

PATIENCE = 0.15
"""Seconds that a caller waits; the call may still succeed later."""
OPEN_SECONDS = 30.0
"""For this long after a failure nothing is called, and after a slow call no caller waits."""


class Circuit:
    """Makes calls in a daemon thread, one at a time, and none for a while after a failure.

    Each outage is logged once, with ``event``. The state belongs to the process: a service may
    be out of reach of one host only, and a request must not need the database to learn it.
    """

    def __init__(self, failure: str, *, event: str) -> None:
        self._failure = failure
        self._event = event
        self.reset()
        _circuits.add(self)

    def reset(self) -> None:
        """Forget all outages, and the thread, which does not survive a fork."""
        self._lock = threading.Lock()
        self._is_busy = False
        self._is_wanted = False
        self._is_outage = False
        self._open_until = 0.0
        self._next_wait_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are left out because one has failed a short time ago."""
        return time.monotonic() < self._open_until

    def call(self, function: Callable[[], object]) -> None:
        """Call the function in the thread, unless the circuit is open; wait for ``PATIENCE``.

        While the thread is busy, this only asks it for one more call. Of the callers within one
        second only the first waits.
        """
        now = time.monotonic()
        with self._lock:
            if now < self._open_until:
                return
            self._is_wanted = True
            if self._is_busy:
                return
            self._is_busy = True
            may_wait = now >= self._next_wait_at
            self._next_wait_at = max(self._next_wait_at, now + 1)
        thread = threading.Thread(
            target=self._work, args=(function,), daemon=True, name="outfitanyone-call"
        )
        thread.start()
        if may_wait:
            thread.join(PATIENCE)
        if may_wait and thread.is_alive():
            self._next_wait_at = now + OPEN_SECONDS
            self._log_outage(f"no answer within {PATIENCE} s")

    def call_here(self, function: Callable[[], object]) -> None:
        """Call the function in this thread, unless the circuit is open. Never raises."""
        if not self.is_open:
            self._try(function)

    def _work(self, function: Callable[[], object]) -> None:
        try:
            while self._take_wanted():
                self._try(function)
        finally:
            connections.close_all()

    def _take_wanted(self) -> bool:
        with self._lock:
            self._is_busy = self._is_wanted and not self.is_open
            self._is_wanted = False
            return self._is_busy

    def _try(self, function: Callable[[], object]) -> None:
        started_at = time.monotonic()
        try:
            function()
        except Exception as error:  # noqa: BLE001 - every service has errors of its own
            self._open_until = time.monotonic() + OPEN_SECONDS
            self._log_outage(f"{type(error).__name__}: {error}")
        else:
            if time.monotonic() - started_at < PATIENCE:
                self._is_outage, self._next_wait_at = False, min(self._next_wait_at, started_at + 1)

    def _log_outage(self, reason: str) -> None:
        with self._lock:
            is_known, self._is_outage = self._is_outage, True
        if not is_known:
            logger.warning("%s (%s)", self._failure, reason, extra={"event": self._event})


_circuits: weakref.WeakSet[Circuit] = weakref.WeakSet()


def reset_all() -> None:
    """Reset the circuits of this process."""
    for circuit in _circuits:
        circuit.reset()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=reset_all)
