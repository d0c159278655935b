"""Compares the rows after a chaos round with the sandbox's tasks: what was lost or paid twice."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from django_outfitanyone.models import TryOnResult

T = TypeVar("T")

EXPLAINED_WITHIN = 8.0
"""A fault can make a request unclear if it came at most this many seconds before or after."""
LIMITS = {
    "duplicates": 0,
    "lost": 0,
    "unexplained": 0,
    "lost_after_decisions": 0,
    "ledger_differs_by": 0,
    "peak_in_flight": 5,
    "peak_submits_per_second": 10,
}


class Verdict:
    """``state`` is the sandbox's folder; ``fault_times`` are in seconds since the epoch."""

    def __init__(self, state: Path, fault_times: Sequence[float]) -> None:
        self.state = state
        self.fault_times = fault_times
        self.unclear: list[TryOnResult] = list(self.rows().needing_attention())

    def rows(self) -> Any:
        from django_outfitanyone.models import TryOnResult

        return TryOnResult.objects.all()

    def tasks(self) -> list[dict[str, Any]]:
        """Return all tasks in the sandbox's files."""
        return [json.loads(path.read_text()) for path in (self.state / "tasks").glob("*.json")]

    def count(self, requested: int) -> dict[str, int]:
        """Count what was lost or is unclear, before a person decides about unclear rows."""
        statuses = Counter(self.rows().values_list("status", flat=True))
        unfinished = requested - statuses["succeeded"] - statuses["needs_attention"]
        return {
            "lost": unfinished + len(self._orphaned_tasks()),
            "needs_attention": len(self.unclear),
            "unexplained": sum(not self._is_explained(row) for row in self.unclear),
        }

    def count_after_decisions(self, requested: int) -> dict[str, int]:
        """Count double payments, rows without a picture, and differences to the ledger."""
        return {
            "duplicates": len(self._paid_twice()),
            "lost_after_decisions": requested - self._complete_rows(),
            "ledger_differs_by": abs(self._charges() - self._billed_tasks()),
        }

    def decide(self) -> None:
        """Adopt the task or retry, like a person who knows what the sandbox did with each row."""
        from django_outfitanyone.actions import adopt_task, retry

        task_of = {
            self._pictures_of(task): task["task_id"] for task in self.tasks() if not task["problem"]
        }
        pictures_of = {pk: pictures for pictures, pk in self._rows_by_pictures().items()}
        for row in self.unclear:
            task_id = task_of.get(pictures_of[row.pk])
            if task_id:
                adopt_task(row, task_id)
            else:
                retry(row)

    def _is_explained(self, row: TryOnResult) -> bool:
        """Whether a fault near the submit could have made the outcome unclear."""
        sent = row.submitted_at.timestamp() if row.submitted_at else 0
        return any(abs(sent - moment) <= EXPLAINED_WITHIN for moment in self.fault_times)

    def _orphaned_tasks(self) -> list[str]:
        """Return paid tasks that no row knows and no row asks a person about."""
        unclear = {row.pk for row in self.unclear}
        known = set(self.rows().values_list("remote_task_id", flat=True))
        row_of = self._rows_by_pictures()
        return [
            task["task_id"]
            for task in self.tasks()
            if task["task_id"] not in known
            and not task["problem"]
            and row_of.get(self._pictures_of(task)) not in unclear
        ]

    def _rows_by_pictures(self) -> dict[tuple[str, str], int]:
        """Map the hashes of person and garment, which identify a request, to the row's id."""
        rows = self.rows().select_related("model_image", "top_garment")
        return {(row.model_image.sha256, row.top_garment.sha256): row.pk for row in rows}

    def _pictures_of(self, task: dict[str, Any]) -> tuple[str, str]:
        """Return the hashes of a task's person and top, from its uploaded files."""
        person, top = (
            self._hash_of(task["request"][field])
            for field in ("person_image_url", "top_garment_url")
        )
        return person, top

    def _hash_of(self, url: str) -> str:
        key = sha256(url.removeprefix("oss://").encode()).hexdigest()
        return sha256((self.state / "uploads" / key).read_bytes()).hexdigest()

    def _paid_twice(self) -> list[tuple[str, str]]:
        tasks: dict[tuple[str, str], int] = defaultdict(int)
        for task in self.tasks():
            tasks[self._pictures_of(task)] += not task["problem"]  # failed tasks are not billed
        return [pictures for pictures, count in tasks.items() if count > 1]

    def _complete_rows(self) -> int:
        """Count the finished rows whose picture can be opened."""
        return sum(bool(row.image and row.read()) for row in self.rows().succeeded())

    def _charges(self) -> int:
        from django_outfitanyone.models import Charge

        return Charge.objects.filter(remote_model="aitryon-plus").count()

    def _billed_tasks(self) -> int:
        return sum(bool(task["finished_at"] and not task["problem"]) for task in self.tasks())


def retry_database(query: Callable[[], T]) -> T:
    """Return the result of ``query``, repeated until the database is available."""
    from django.db import InterfaceError, OperationalError, connection

    while True:
        try:
            return query()
        except (OperationalError, InterfaceError):  # noqa: PERF203
            connection.close()
            time.sleep(0.2)


def broken(counts: dict[str, Any]) -> list[str]:
    """Return the names of the counts that exceed their limit."""
    return [name for name, limit in LIMITS.items() if counts[name] > limit]
