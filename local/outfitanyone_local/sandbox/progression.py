"""Through which words a task passes, and how long it stays at each: data, not code.

Code that waits can only be tested when the other side can be slow, quick or odd on
demand. A progression is a list of stages; a stage lasts so many seconds, or so many
looks at the task. An empty one makes a task finish as soon as its picture is there.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass

from .models import MODELS

PENDING = "PENDING"
UNITS = ("seconds", "looks")
JITTER = 0.1
"""A task's run time strays from the usual by up to this share, fixed by the seed."""
QUEUE_SECONDS = 0.02
SHARES = (("PRE-PROCESSING", 0.08), ("RUNNING", 0.82), ("POST-PROCESSING", 0.10))
EVERY_MODEL = "*"


@dataclass(frozen=True, slots=True)
class Stage:
    status: str
    length: float


@dataclass(frozen=True, slots=True)
class Progression:
    stages: tuple[Stage, ...]
    unit: str = "seconds"

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unit must be one of: {', '.join(UNITS)}.")
        if not all(s.status for s in self.stages):
            raise ValueError("A stage needs a status word.")
        if not all(0 <= s.length < math.inf for s in self.stages):
            raise ValueError("A stage needs a length of 0 or more.")

    @classmethod
    def of(cls, stages: Iterable[tuple[str, float]], *, unit: str = "seconds") -> Progression:
        return cls(tuple(Stage(str(status), float(length)) for status, length in stages), unit)

    @property
    def queued(self) -> float:
        """How long the task is PENDING even when nothing stands before it."""
        first = self.stages[:1]
        return first[0].length if first and first[0].status == PENDING else 0.0

    @property
    def total(self) -> float:
        return sum(stage.length for stage in self.stages)

    @property
    def inspected(self) -> float:
        """When unusable pictures show: after the first stage that is not PENDING."""
        running = [stage.length for stage in self.stages if stage.status != PENDING]
        return self.queued + sum(running[:1])

    def status_at(self, position: float) -> str:
        """The word at this many seconds or looks; the last one stays until the picture is there."""
        word, start = "RUNNING", 0.0
        for stage in self.stages:
            if start <= position:
                word = stage.status
            start += stage.length
        return word

    def stretched(self, factor: float) -> Progression:
        """The same, this many times longer; looks are not stretched."""
        if self.unit == "looks":
            return self
        return Progression.of((s.status, s.length * factor) for s in self.stages)

    def shown(self) -> dict[str, object]:
        return {"stages": [[s.status, s.length] for s in self.stages], "unit": self.unit}


def usual(model: str) -> Progression:
    """What the remote system's own figures say about a model."""
    seconds = MODELS[model].run_seconds
    running = [(status, share * seconds) for status, share in SHARES]
    return Progression.of([(PENDING, QUEUE_SECONDS), *running])


class Progressions:
    """The progression of each model: the usual one until a test sets another."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._chosen: dict[str, Progression] = {}

    def set(self, progression: Progression, *, model: str = EVERY_MODEL) -> None:
        if model != EVERY_MODEL and model not in MODELS:
            raise ValueError(f"There is no model {model!r}.")
        self._chosen[model] = progression

    def get(self, model: str) -> Progression:
        return self._chosen.get(model) or self._chosen.get(EVERY_MODEL) or usual(model)

    def for_task(self, number: int, *, model: str, speed: float) -> Progression:
        """Tests that set a progression get it to the second, without jitter or speed."""
        chosen = self._chosen.get(model) or self._chosen.get(EVERY_MODEL)
        if chosen:
            return chosen
        chance = random.Random(f"{self._seed}/{number}")  # noqa: S311 - not a secret
        return usual(model).stretched(chance.uniform(1 - JITTER, 1 + JITTER) / speed)

    def clear(self) -> None:
        self._chosen.clear()

    def shown(self) -> dict[str, object]:
        return {m: self.get(m).shown() for m, about in MODELS.items() if about.run_seconds}
