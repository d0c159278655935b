"""Counts of all requests, by which tests check what a client did."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any

from .rate_limits import WINDOW_SECONDS, forget_before
from .remote_models import MODELS

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
    "accounts",
    "throttled",
    "succeeded",
    "failed",
    "canceled",
)


class Stats:
    """Counts of requests and tasks, in total, per engine and per model.

    ``submits`` counts the requests that arrived, ``accepted`` the tasks they started. The
    two peaks are the highest values so far. Unknown models count in the totals only.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._totals: Counter[str] = Counter()
            self._models: dict[str, Counter[str]] = {}
            self._engines: dict[str, Counter[str]] = {}
            self._recent_submits: deque[float] = deque()
            self._peak_submits = 0
            self._peak_running = 0

    def count(self, name: str, *, model: str = "", engine: str = "") -> None:
        """Count one; without an engine, that of the model counts."""
        known = MODELS.get(model)
        engine = engine or (known.engine if known else "")
        with self._lock:
            self._totals[name] += 1
            if known:
                self._models.setdefault(model, Counter())[name] += 1
            if engine:
                self._engines.setdefault(engine, Counter())[name] += 1

    def count_submit(self, *, model: str, engine: str = "", at: float) -> None:
        self.count("submits", model=model, engine=engine)
        with self._lock:
            forget_before(self._recent_submits, at - WINDOW_SECONDS)
            self._recent_submits.append(at)
            self._peak_submits = max(self._peak_submits, len(self._recent_submits))

    def note_running(self, tasks: int) -> None:
        with self._lock:
            self._peak_running = max(self._peak_running, tasks)

    def as_dict(self) -> dict[str, Any]:
        with self._lock:
            return {
                **{name: self._totals[name] for name in COUNTED},
                "peak_running": self._peak_running,
                "peak_submits_per_second": self._peak_submits,
                "models": {model: dict(counts) for model, counts in self._models.items()},
                "engines": {engine: dict(counts) for engine, counts in self._engines.items()},
            }

    def __getitem__(self, name: str) -> Any:
        return self.as_dict()[name]
