"""What was injected, what it hit, and which faults may have left a paid request unclear."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LONGEST_SUBMIT = 12.0
"""Seconds from the record of a submit until its answer is stored, retries of the write included."""
TOLERANCE = 0.5
"""Seconds by which a fault may be noticed before or after it happened."""


@dataclass(frozen=True)
class Span:
    """Some time, in seconds since the epoch."""

    start: float
    end: float

    def overlaps(self, start: float, end: float) -> bool:
        return self.start - TOLERANCE <= end and start <= self.end + TOLERANCE


class FaultLog:
    """Counts of faults; ``names`` are all that can happen in this round."""

    def __init__(self, path: Path, names: Iterable[str] = ()) -> None:
        self._file = path.open("a", buffering=1)
        self.names = list(names)
        self.injected: Counter[str] = Counter()
        self.hits: Counter[str] = Counter()
        self.unclear: list[Span] = []
        """When a paid request may have lost its answer."""
        self.skews: list[Span] = []
        """When the API showed a wrong clock."""

    def close(self) -> None:
        self._file.close()

    def inject(self, name: str) -> None:
        self.injected[name] += 1
        self._write(f"inject {name}")

    def hit(self, name: str, times: int = 1) -> None:
        """Count that a fault met work, so that it was more than an attempt."""
        if times > 0:
            self.hits[name] += times
            self._write(f"hit {name}")

    def may_be_unclear(self, start: float, end: float | None = None) -> None:
        self.unclear.append(Span(start, time.time() if end is None else end))

    def begin_skew(self) -> None:
        self.skews.append(Span(time.time(), math.inf))

    def end_skew(self) -> None:
        self.skews[-1] = Span(self.skews[-1].start, time.time())

    def explains(self, *, sent_at: float, decided_at: float, offers_tasks: bool) -> bool:
        """Whether injected faults made the outcome of a submit truly unknowable.

        One must have fallen into the submit. And either the list showed a task that may be
        this one, or the clock of the list was wrong.
        """
        lost_answer = any(s.overlaps(sent_at, sent_at + LONGEST_SUBMIT) for s in self.unclear)
        wrong_clock = any(s.overlaps(sent_at, decided_at) for s in self.skews)
        return lost_answer and (offers_tasks or wrong_clock)

    @property
    def unexercised(self) -> list[str]:
        """The faults that hit nothing."""
        return [name for name in self.names if not self.hits[name]]

    def as_dict(self) -> dict[str, list[int]]:
        """Return how often each fault was injected, and how often it hit."""
        return {name: [self.injected[name], self.hits[name]] for name in self.names}

    def _write(self, text: str) -> None:
        self._file.write(f"{time.time():.3f} {text}\n")
