"""The time the sandbox lives by; tests can stop it and move it forward."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
"""The remote system writes its times in this zone, without saying so."""


MAX_ADVANCE_SECONDS = 10 * 366 * 24 * 3600.0


class Clock:
    """Seconds since the epoch, as ``time.time()`` until somebody moves them.

    ``changed`` is called after each move, so that whoever sleeps until a moment can
    look again.
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
        """Moves forward only: records of the future would make no sense."""
        if not 0 <= seconds <= MAX_ADVANCE_SECONDS:
            raise ValueError("The clock only moves forward, and by ten years at most.")
        with self._lock:
            if self._frozen_at is None:
                self._offset += seconds
            else:
                self._frozen_at += seconds
        self.changed()

    def freeze(self) -> None:
        """Time stands still until it is advanced or resumed."""
        with self._lock:
            self._frozen_at = self._now()
        self.changed()

    def resume(self) -> None:
        """Time runs on from where it stands."""
        with self._lock:
            if self._frozen_at is not None:
                self._offset = self._frozen_at - time.time()
                self._frozen_at = None
        self.changed()

    def reset(self) -> None:
        """Back to the machine's own time."""
        with self._lock:
            self._offset, self._frozen_at = 0.0, None
        self.changed()

    def _now(self) -> float:
        return time.time() + self._offset if self._frozen_at is None else self._frozen_at


def beijing_text(moment: float) -> str:
    """``YYYY-MM-DD HH:MM:SS.mmm``, as the task answers write it."""
    text = datetime.fromtimestamp(moment, BEIJING).strftime("%Y-%m-%d %H:%M:%S.%f")
    return text[:-3]
