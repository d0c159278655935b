"""Rate limits per account: a number of requests in any span of some seconds."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 1.0


class RateLimits:
    """Sliding windows, one for each key; a key always has the same span.

    A refused request does not count, so a client that backs off recovers at once.
    """

    def __init__(self, *, now: Callable[[], float]) -> None:
        self._now = now
        self._windows: dict[tuple[str, ...], deque[float]] = {}
        self._longest = WINDOW_SECONDS
        self._lock = threading.Lock()

    def admit(self, *key: str, count: int, seconds: float = WINDOW_SECONDS) -> bool:
        """Count a request and return true, or return false above ``count`` in any ``seconds``."""
        with self._lock:
            now = self._now()
            window = self._windows.setdefault(key, deque())
            forget_before(window, now - seconds)
            if len(window) >= count:
                return False
            window.append(now)
            self._longest = max(self._longest, seconds)
            self._drop_idle(now)
            return True

    def clear(self) -> None:
        with self._lock:
            self._windows.clear()

    def _drop_idle(self, now: float) -> None:
        """Bound the number of windows: any API key is an account."""
        if len(self._windows) > 1000:
            busy = {k: w for k, w in self._windows.items() if w[-1] > now - self._longest}
            self._windows = busy


def forget_before(moments: deque[float], moment: float) -> None:
    """Remove the times up to and including ``moment``."""
    while moments and moments[0] <= moment:
        moments.popleft()
