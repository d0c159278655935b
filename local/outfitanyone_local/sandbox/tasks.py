"""One asynchronous task: what is kept of it, and what it is at a given moment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .errors import Problem
from .progression import PENDING, Progression

LIFE_SECONDS = 24 * 3600.0
"""Tasks and pictures are forgotten this long after the task was submitted."""


@dataclass(kw_only=True, slots=True)
class Task:
    """Moments are seconds of the sandbox's clock.

    admitted_at: a slot was free; from here on the progression counts.
    made_at: the picture (``file_key``) or the problem is known; the task may still have
    to run for a while, because the remote system would.
    """

    task_id: str
    request_id: str
    account: str
    model: str
    order: dict[str, Any]
    submitted_at: float
    progression: Progression
    admitted_at: float | None = None
    made_at: float | None = None
    finished_at: float | None = None
    canceled_at: float | None = None
    looks: int = 0
    file_key: str = ""
    problem: Problem | None = None

    @property
    def scheduled_at(self) -> float | None:
        """When the remote system says that the task left the queue."""
        if self.admitted_at is None or self.progression.unit == "looks":
            return self.admitted_at
        return self.admitted_at + self.progression.queued

    def status(self, now: float) -> str:
        if self.canceled_at is not None:
            return "CANCELED"
        if self.finished_at is not None:
            return "FAILED" if self.problem else "SUCCEEDED"
        if self.admitted_at is None:
            return PENDING
        return self.progression.status_at(self._position(now))

    def due_at(self, now: float) -> float | None:
        """When the task ends; ``None`` while it waits for a slot, its picture or more looks."""
        if self.admitted_at is None or self.made_at is None:
            return None
        needed = self.progression.inspected if self.problem else self.progression.total
        if self.progression.unit == "looks":
            return now if self.looks > needed else None
        return max(self.admitted_at + needed, self.made_at)

    def is_gone(self, now: float) -> bool:
        return now >= self.submitted_at + LIFE_SECONDS

    def to_json(self) -> dict[str, Any]:
        """``looks`` are not worth a write each, so they start anew after a restart."""
        return {**asdict(self), "looks": 0, "progression": self.progression.shown()}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Task:
        problem = saved.pop("problem")
        progression = saved.pop("progression")
        return cls(
            **saved,
            problem=Problem(*problem) if problem else None,
            progression=Progression.of(progression["stages"], unit=progression["unit"]),
        )

    def _position(self, now: float) -> float:
        if self.progression.unit == "looks":
            return max(self.looks - 1, 0)
        return now - (self.admitted_at or now)
