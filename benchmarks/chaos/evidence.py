"""What the database and the sandbox know after a round, as plain data that can be judged."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_outfitanyone.models import TryOnResult

Pictures = tuple[str, str]
"""The hashes of model photo and top, which identify a request."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task that the sandbox accepted."""

    task_id: str
    pictures: Pictures
    has_failed: bool = False
    is_finished: bool = True

    @property
    def is_billed(self) -> bool:
        return self.is_finished and not self.has_failed


@dataclass(frozen=True, kw_only=True)
class Row:
    """A try-on; ``pictures`` are those that it was requested with."""

    pk: int
    pictures: Pictures
    status: str = "succeeded"
    task_id: str | None = None
    has_picture: bool = True
    is_paid: bool = True
    lost_its_inputs: bool = False
    """Whether the shop has deleted its model photo or garment."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a person decided about an unclear row."""

    pk: int
    is_explained: bool = True
    is_task_offered: bool = True
    """Whether the row offered the task that its request created, if it created one."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that the verdict needs; ``deleted`` has the rows that the shop may have deleted.

    ``answered_parses`` were billed; ``charged_parses`` is the number of their charges.
    """

    requested: dict[int, Pictures]
    rows: list[Row]
    tasks: list[Task]
    charged_tasks: list[str]
    decisions: list[Decision] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    answered_parses: int = 0
    charged_parses: int = 0


class SandboxFiles:
    """The tasks and uploads in the sandbox's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tasks(self) -> list[Task]:
        files = (self._folder / "tasks").glob("*.json")
        return [self._task(json.loads(path.read_text())) for path in files]

    def _task(self, saved: dict[str, Any]) -> Task:
        person, top = (
            self._hash_of(saved["request"][name])
            for name in ("person_image_url", "top_garment_url")
        )
        return Task(
            task_id=saved["task_id"],
            pictures=(person, top),
            has_failed=bool(saved["problem"]),
            is_finished=bool(saved["finished_at"]),
        )

    def _hash_of(self, url: str) -> str:
        key = sha256(url.removeprefix("oss://").encode()).hexdigest()
        return sha256((self._folder / "uploads" / key).read_bytes()).hexdigest()


def gather(sandbox: SandboxFiles, requested: dict[int, Pictures], **more: Any) -> Evidence:
    """Read rows, charges and tasks; ``more`` is the evidence that only the round has."""
    from django_outfitanyone.models import Charge, TryOnResult

    charged = list(Charge.objects.filter(is_unclear=False).values_list("task_id", flat=True))
    return Evidence(
        requested=requested,
        rows=[_row(row, requested[row.pk]) for row in TryOnResult.objects.filter(pk__in=requested)],
        tasks=sandbox.tasks(),
        charged_tasks=[task_id for task_id in charged if task_id],
        charged_parses=charged.count(None),
        **more,
    )


def _row(row: TryOnResult, pictures: Pictures) -> Row:
    return Row(
        pk=row.pk,
        pictures=pictures,
        status=row.status,
        task_id=row.remote_task_id,
        has_picture=_has_picture(row),
        is_paid=row.image_count > 0,
        lost_its_inputs=row.model_image_id is None or not row.garment_ids,
    )


def _has_picture(row: TryOnResult) -> bool:
    try:
        return bool(row.image and row.read())
    except FileNotFoundError:
        return False
