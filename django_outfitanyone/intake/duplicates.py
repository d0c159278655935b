"""Pictures that the shop has already, and those that were uploaded twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django_outfitanyone.models import Garment, Intake, IntakePicture, ModelImage


@dataclass(frozen=True)
class Duplicate:
    """The row or the earlier draft that has the same picture."""

    row: Garment | ModelImage | IntakePicture

    @property
    def is_draft(self) -> bool:
        return isinstance(self.row, IntakePicture)


def model_of(intake: Intake) -> type[Garment | ModelImage]:
    """Return the model of the rows that the pictures become."""
    return ModelImage if intake.shows_people else Garment


def duplicates(intake: Intake, drafts: Sequence[IntakePicture]) -> dict[int, Duplicate]:
    """Return the duplicate of each draft that has one, by the draft's key, in one query."""
    hashes = {draft.sha256 for draft in drafts}
    rows: Any = model_of(intake).objects.filter(sha256__in=hashes).order_by("-pk")
    if not intake.shows_people:
        rows = rows.select_related("product")
    known: dict[str, Any] = {row.sha256: row for row in rows}
    found = {}
    for draft in drafts:
        if draft.sha256 in known:
            found[draft.pk] = Duplicate(known[draft.sha256])
        known.setdefault(draft.sha256, draft)
    return found
