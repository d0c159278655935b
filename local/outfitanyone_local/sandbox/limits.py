"""How often an account may call: so many times in any second."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 1.0


class RateLimits:
    """Sliding windows of one second, one for each key asked about.

    A call that is refused does not count, so a client that backs off recovers at once.
    """

    def __init__(self, *, now: Callable[[], float]) -> None:
        self._now = now
        self._windows: dict[tuple[str, ...], deque[float]] = {}
        self._lock = threading.Lock()

    def admit(self, *key: str, per_second: int) -> bool:
        with self._lock:
            now = self._now()
            window = self._windows.setdefault(key, deque())
            forget_before(window, now - WINDOW_SECONDS)
            if len(window) >= per_second:
                return False
            window.append(now)
            self._drop_idle(now)
            return True

    def clear(self) -> None:
        with self._lock:
            self._windows.clear()

    def _drop_idle(self, now: float) -> None:
        """Any key is an account, so the number of windows has no other bound."""
        if len(self._windows) > 1000:
            busy = {k: w for k, w in self._windows.items() if w[-1] > now - WINDOW_SECONDS}
            self._windows = busy


def forget_before(moments: deque[float], moment: float) -> None:
    """Drops what is a whole window old or older; a full second apart is allowed."""
    while moments and moments[0] <= moment:
        moments.popleft()
