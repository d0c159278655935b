"""One asynchronous task: its record, and its status at a given time."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .errors import Problem
from .progression import PENDING, Progression

LIFE_SECONDS = 24 * 3600.0
"""Tasks and their pictures are deleted this long after submission."""


@dataclass(kw_only=True, slots=True)
class Task:
    """The record of a task. Times are seconds of the sandbox's clock.

    admitted_at: when a slot became free; the progression starts here.
    made_at: when the picture (``file_key``) or the problem was ready. The task may go on
    running after that, because the vendor's would.
    queries: how often the task was queried.
    findings: codes of what may spoil the picture, though it was made.
    more_file_keys: those of further candidates; size: width and height, if recorded.
    """

    task_id: str
    request_id: str
    account: str
    model: str
    request: dict[str, Any]
    submitted_at: float
    progression: Progression
    admitted_at: float | None = None
    made_at: float | None = None
    finished_at: float | None = None
    canceled_at: float | None = None
    queries: int = 0
    file_key: str = ""
    problem: Problem | None = None
    findings: list[str] = field(default_factory=list)
    more_file_keys: list[str] = field(default_factory=list)
    size: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def file_keys(self) -> list[str]:
        return [self.file_key, *self.more_file_keys] if self.file_key else []

    @property
    def scheduled_at(self) -> float | None:
        """When the task left the queue, as its query shows it."""
        if self.admitted_at is None or self.progression.unit == "queries":
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
        """Return the end of the task; ``None`` while a slot, the picture or queries are missing."""
        if self.admitted_at is None or self.made_at is None:
            return None
        needed = self.progression.inspected if self.problem else self.progression.total
        if self.progression.unit == "queries":
            return now if self.queries > needed else None
        return max(self.admitted_at + needed, self.made_at)

    def is_gone(self, now: float) -> bool:
        return now >= self.submitted_at + LIFE_SECONDS

    def shifted(self, seconds: float) -> Task:
        """Return a copy as a clock shows it that is ahead by ``seconds``."""
        names = ("submitted_at", "admitted_at", "made_at", "finished_at", "canceled_at")
        moments = {name: getattr(self, name) for name in names}
        return replace(
            self, **{name: at + seconds for name, at in moments.items() if at is not None}
        )

    def to_json(self) -> dict[str, Any]:
        """Return the record to store.

        ``queries`` is stored as 0, which saves a write for each query.
        """
        return {**asdict(self), "queries": 0, "progression": self.progression.as_dict()}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Task:
        problem = saved.pop("problem")
        progression = saved.pop("progression")
        return cls(
            **saved,
            problem=_problem(problem) if problem else None,
            progression=Progression.of(progression["stages"], unit=progression["unit"]),
        )

    def _position(self, now: float) -> float:
        if self.progression.unit == "queries":
            return max(self.queries - 1, 0)
        return now - (self.admitted_at or now)


def _problem(saved: list[Any]) -> Problem:
    """Return a problem from its record; those of earlier versions end after the message."""
    status, code, message, *own = saved
    reason, findings = own or ("", ())
    return Problem(status, code, message, reason, tuple(findings))
