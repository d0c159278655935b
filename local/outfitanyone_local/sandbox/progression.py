"""The statuses a task passes through, and how long each one lasts.

Tests set their own progressions to make tasks slow, fast or odd. A progression is a list
of stages; a stage lasts a number of seconds, or a number of queries of the task. Without
stages, a task ends as soon as its picture is ready.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass

from .remote_models import MODELS

PENDING = "PENDING"
UNITS = ("seconds", "queries")
OLD_UNITS = {"looks": "queries"}
JITTER = 0.1
"""Run times vary by up to this share; the seed fixes how."""
QUEUE_SECONDS = 0.02
SHARES = (("PRE-PROCESSING", 0.08), ("RUNNING", 0.82), ("POST-PROCESSING", 0.10))
EVERY_MODEL = "*"


@dataclass(frozen=True, slots=True)
class Stage:
    """A status and its length in the progression's unit."""

    status: str
    length: float


@dataclass(frozen=True, slots=True)
class Progression:
    """The stages of a task."""

    stages: tuple[Stage, ...]
    unit: str = "seconds"

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unit must be one of: {', '.join(UNITS)}.")
        if not all(s.status for s in self.stages):
            raise ValueError("A stage needs a status.")
        if not all(0 <= s.length < math.inf for s in self.stages):
            raise ValueError("A stage needs a length of 0 or more.")

    @classmethod
    def of(cls, stages: Iterable[tuple[str, float]], *, unit: str = "seconds") -> Progression:
        """Build a progression from pairs of status and length."""
        pairs = tuple(Stage(str(status), float(length)) for status, length in stages)
        return cls(pairs, OLD_UNITS.get(unit, unit))

    @property
    def queued(self) -> float:
        """Length of the first stage if it is PENDING, else 0."""
        first = self.stages[:1]
        return first[0].length if first and first[0].status == PENDING else 0.0

    @property
    def total(self) -> float:
        return sum(stage.length for stage in self.stages)

    @property
    def inspected(self) -> float:
        """When unusable pictures fail a task: after the first stage that is not PENDING."""
        running = [stage.length for stage in self.stages if stage.status != PENDING]
        return self.queued + sum(running[:1])

    def status_at(self, position: float) -> str:
        """Return the status after this many seconds or queries.

        The last one stays until the picture is ready.
        """
        status, start = "RUNNING", 0.0
        for stage in self.stages:
            if start <= position:
                status = stage.status
            start += stage.length
        return status

    def stretched(self, factor: float) -> Progression:
        """Return a copy that takes this many times longer; queries stay the same."""
        if self.unit == "queries":
            return self
        return Progression.of((s.status, s.length * factor) for s in self.stages)

    def as_dict(self) -> dict[str, object]:
        return {"stages": [[s.status, s.length] for s in self.stages], "unit": self.unit}


def default_for(model: str) -> Progression:
    """Return the model's progression by the vendor's figures."""
    seconds = MODELS[model].run_seconds
    running = [(status, share * seconds) for status, share in SHARES]
    return Progression.of([(PENDING, QUEUE_SECONDS), *running])


class Progressions:
    """The progression of each model: the default, or the one that was set."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._chosen: dict[str, Progression] = {}

    def set(self, progression: Progression, *, model: str = EVERY_MODEL) -> None:
        if model != EVERY_MODEL and model not in MODELS:
            raise ValueError(f"There is no model {model!r}.")
        self._chosen[model] = progression

    def get(self, model: str) -> Progression:
        return self._chosen.get(model) or self._chosen.get(EVERY_MODEL) or default_for(model)

    def for_task(self, number: int, *, model: str, speed: float) -> Progression:
        """Return the progression of the ``number``-th task.

        Jitter and speed only apply to the defaults, not to a progression that was set.
        """
        chosen = self._chosen.get(model) or self._chosen.get(EVERY_MODEL)
        if chosen:
            return chosen
        chance = random.Random(f"{self._seed}/{number}")  # noqa: S311 - not a secret
        return default_for(model).stretched(chance.uniform(1 - JITTER, 1 + JITTER) / speed)

    def clear(self) -> None:
        self._chosen.clear()

    def as_dict(self) -> dict[str, object]:
        return {m: self.get(m).as_dict() for m, about in MODELS.items() if about.run_seconds}
