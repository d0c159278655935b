"""Counts of everything seen, so that tests can prove what a client did."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any

from .limits import WINDOW_SECONDS, forget_before
from .models import MODELS

COUNTED = (
    "submits",
    "accepted",
    "parses",
    "queries",
    "lists",
    "cancels",
    "policies",
    "uploads",
    "downloads",
    "throttled",
    "succeeded",
    "failed",
    "canceled",
)


class Stats:
    """``submits`` counts requests that arrived, whatever became of them; ``accepted``
    counts the tasks they started. The two peaks are the highest values ever seen. Models
    that do not exist are counted in the totals only.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._totals: Counter[str] = Counter()
            self._models: dict[str, Counter[str]] = {}
            self._recent_submits: deque[float] = deque()
            self._peak_submits = 0
            self._peak_running = 0

    def count(self, what: str, *, model: str = "") -> None:
        with self._lock:
            self._totals[what] += 1
            if model in MODELS:
                self._models.setdefault(model, Counter())[what] += 1

    def count_submit(self, *, model: str, at: float) -> None:
        self.count("submits", model=model)
        with self._lock:
            forget_before(self._recent_submits, at - WINDOW_SECONDS)
            self._recent_submits.append(at)
            self._peak_submits = max(self._peak_submits, len(self._recent_submits))

    def note_running(self, tasks: int) -> None:
        with self._lock:
            self._peak_running = max(self._peak_running, tasks)

    def shown(self) -> dict[str, Any]:
        with self._lock:
            return {
                **{what: self._totals[what] for what in COUNTED},
                "peak_running": self._peak_running,
                "peak_submits_per_second": self._peak_submits,
                "models": {model: dict(counts) for model, counts in self._models.items()},
            }

    def __getitem__(self, what: str) -> Any:
        return self.shown()[what]
