"""The sandbox's clock, which tests can freeze and advance."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
"""The zone of the vendor's times, which carry no offset."""
MAX_ADVANCE_SECONDS = 10 * 366 * 24 * 3600.0


class Clock:
    """Seconds since the epoch: ``time.time()``, unless frozen or advanced.

    ``changed`` is called after each change, so that a thread that sleeps until a certain
    time can recalculate.
    """

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None
        self._offset = 0.0
        self._frozen_at: float | None = None
        self._lock = threading.Lock()

    @property
    def is_frozen(self) -> bool:
        return self._frozen_at is not None

    def now(self) -> float:
        with self._lock:
            return self._now()

    def advance(self, seconds: float) -> None:
        """Move the clock forward; a negative number raises ``ValueError``."""
        if not 0 <= seconds <= MAX_ADVANCE_SECONDS:
            raise ValueError("The clock only moves forward, by ten years at most.")
        with self._lock:
            if self._frozen_at is None:
                self._offset += seconds
            else:
                self._frozen_at += seconds
        self.changed()

    def freeze(self) -> None:
        """Stop the clock; after that only ``advance`` moves it, until ``resume``."""
        with self._lock:
            self._frozen_at = self._now()
        self.changed()

    def resume(self) -> None:
        """Let the clock run again from its current time."""
        with self._lock:
            if self._frozen_at is not None:
                self._offset = self._frozen_at - time.time()
                self._frozen_at = None
        self.changed()

    def reset(self) -> None:
        """Return to the machine's time."""
        with self._lock:
            self._offset, self._frozen_at = 0.0, None
        self.changed()

    def _now(self) -> float:
        return time.time() + self._offset if self._frozen_at is None else self._frozen_at


def beijing_text(moment: float) -> str:
    """Return ``YYYY-MM-DD HH:MM:SS.mmm`` in Beijing time, the format of the task queries."""
    text = datetime.fromtimestamp(moment, BEIJING).strftime("%Y-%m-%d %H:%M:%S.%f")
    return text[:-3]
