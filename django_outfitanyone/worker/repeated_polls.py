"""Tasks that are polled again within a moment, and stay leased until then."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.utils import timezone

if TYPE_CHECKING:
    from django_outfitanyone.models.remote_job import RemoteJob


class RepeatedPolls:
    """Leased jobs, each with the time of its next poll as ``due_at``.

    To end the lease and claim the job anew would take more statements than the poll itself.
    Not thread-safe: its user locks it.
    """

    def __init__(self) -> None:
        self._jobs: list[RemoteJob] = []

    def add(self, job: RemoteJob) -> None:
        self._jobs.append(job)
        self._jobs.sort(key=_due_at)

    @property
    def next_at(self) -> datetime | None:
        """When the first of them is due; ``None`` if there is none."""
        return _due_at(self._jobs[0]) if self._jobs else None

    def take_due(self, room: int) -> list[RemoteJob]:
        """Remove and return those that are due, the first ones first, at most ``room``."""
        now = timezone.now()
        due = [job for job in self._jobs if _due_at(job) <= now][: max(0, room)]
        self._jobs = self._jobs[len(due) :]
        return due

    def take_all(self) -> list[RemoteJob]:
        """Remove and return all."""
        jobs, self._jobs = self._jobs, []
        return jobs


def _due_at(job: RemoteJob) -> datetime:
    return cast("datetime", job.due_at)
