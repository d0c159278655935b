"""Faults that tests and developers set: what goes wrong, for which requests, how often.

This module decides which requests a fault hits; ``fault_injection`` applies it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import DOWNLOAD_TIMEOUTS, INTERNAL, Problem, find
from .fault_kinds import (
    ANYWHERE,
    CLOCK_SKEW,
    EVERY_FAULT_TAKES,
    KINDS,
    LATE,
    LATE_SECONDS,
    SKEW_SECONDS,
    check,
)

FindProblem = Callable[[str], "Problem | None"]


@dataclass
class Fault:
    """A fault that was set.

    ``times`` counts down with each hit; ``None`` means always. ``rate`` is the probability
    that a matching request is hit.
    """

    id: int
    kind: str
    endpoint: str = ANYWHERE
    engine: str = ANYWHERE
    model: str = ANYWHERE
    times: int | None = 1
    rate: float = 1.0
    seed: int = 0
    delay: float = 0.0
    settings: Mapping[str, Any] = field(default_factory=dict)
    hits: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - not a secret

    def hit(self, *, endpoint: str, model: str, engine: str) -> bool:
        if self.times == 0 or self.endpoint not in {ANYWHERE, endpoint}:
            return False
        if self.engine not in {ANYWHERE, engine}:
            return False
        if self.model not in {ANYWHERE, model} or self._chance.random() >= self.rate:
            return False
        self.hits += 1
        if self.times is not None:
            self.times -= 1
        return True

    def problem(self, find: FindProblem = find, *, internal: Problem = INTERNAL) -> Problem:
        """Return the error of an ``error`` or ``task-failed`` fault, by default as documented.

        ``find`` and ``internal`` are those of the emulator that the fault hits.
        """
        known = self._documented_problem(find, internal)
        return Problem(
            status=int(self.settings.get("status", known.status)),
            code=known.code,
            message=str(self.settings.get("message", known.message)),
        )

    def _documented_problem(self, find: FindProblem, internal: Problem) -> Problem:
        if "download_timeout" in self.settings:
            return DOWNLOAD_TIMEOUTS[self.settings["download_timeout"]]
        if "code" not in self.settings:
            return internal
        code = str(self.settings["code"])
        return find(code) or Problem(400, code, "")

    @property
    def skew(self) -> float:
        """Seconds by which a ``clock_skew`` moves the clock that the API shows."""
        return float(self.settings.get("seconds", SKEW_SECONDS))

    @property
    def effect_delay(self) -> float | None:
        """Seconds after which a request takes effect whose connection is cut at once."""
        if self.kind != LATE:
            return None
        return float(self.settings.get("seconds", LATE_SECONDS))

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "endpoint": self.endpoint,
            "engine": self.engine,
            "model": self.model,
            "times": self.times,
            "rate": self.rate,
            "seed": self.seed,
            "delay": self.delay,
            "hits": self.hits,
            **self.settings,
        }


class Faults:
    """The faults that are set, in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._number = 0

    def add(self, kind: str, **settings: Any) -> Fault:
        """Add a fault; raises ``ValueError`` for invalid settings.

        ``endpoint``, ``engine`` and ``model`` select the requests. ``times`` (default 1,
        ``None`` for always) and ``rate`` (with ``seed``) limit how many of them are hit. Every
        kind also takes a ``delay``. ``KINDS`` lists the other settings.
        """
        if kind not in KINDS:
            raise ValueError(f"kind must be one of: {', '.join(KINDS)}.")
        settings.setdefault("endpoint", KINDS[kind].only_at or ANYWHERE)
        if "rate" in settings or kind == CLOCK_SKEW:
            settings.setdefault("times", None)
        named = {name: settings.pop(name) for name in EVERY_FAULT_TAKES if name in settings}
        check(kind, named, settings)
        with self._lock:
            self._number += 1
            fault = Fault(id=self._number, kind=kind, settings=settings, **named)
            self._faults.append(fault)
        return fault

    def take(self, *, endpoint: str, model: str, engine: str = "") -> Fault | None:
        """Return the first fault that hits this request and count the hit."""
        with self._lock:
            for fault in self._faults:
                if fault.kind != CLOCK_SKEW and fault.hit(
                    endpoint=endpoint, model=model, engine=engine
                ):
                    return fault
        return None

    def skew(self, *, endpoint: str, model: str, engine: str = "") -> float:
        """Return how many seconds the clock is ahead for this request, which another fault may hit.

        Skews add up, and each counts the hit.
        """
        with self._lock:
            return sum(
                fault.skew
                for fault in self._faults
                if fault.kind == CLOCK_SKEW
                and fault.hit(endpoint=endpoint, model=model, engine=engine)
            )

    def remove(self, fault_id: int) -> bool:
        with self._lock:
            kept = [fault for fault in self._faults if fault.id != fault_id]
            found = len(kept) < len(self._faults)
            self._faults = kept
        return found

    def clear(self) -> None:
        with self._lock:
            self._faults = []

    def as_dicts(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_dict() for fault in self._faults]
