"""Failed try-ons in whose place another picture is requested, with another model photo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import F, TextField, Value
from django.db.models.functions import Concat

from django_outfitanyone.choices import Status
from django_outfitanyone.models.job_status import REPLACED
from django_outfitanyone.models.reviewable import ReviewableQuerySet

if TYPE_CHECKING:
    from typing_extensions import Self

    from django_outfitanyone.models.try_on import TryOnResult

CHUNK = 500
"""Keys in one statement, of which SQLite takes 999."""


class ReplaceableQuerySet(ReviewableQuerySet):
    def replaceable(self) -> Self:
        """Return the failed try-ons that no engine can bill, and whose inputs still exist."""
        return self.failed().movable()

    def mark_replaced(self, rows: Sequence[TryOnResult]) -> bool:
        """Cancel these failed try-ons; their message keeps why they failed.

        Returns False if one of them has changed since it was read; then roll back.
        """
        # the message first: MariaDB assigns from left to right
        columns: dict[str, Any] = {
            "error_message": Concat(
                F("error_code"), Value(": "), F("error_message"), output_field=TextField()
            ),
            "error_code": REPLACED,
            "status": Status.CANCELED,
        }
        for start in range(0, len(rows), CHUNK):
            keys = [row.pk for row in rows[start : start + CHUNK]]
            failed = self.model._default_manager.filter(pk__in=keys).replaceable()
            if failed.update(**columns) < len(keys):
                return False
        for row in rows:
            row.status, row.error_code = Status.CANCELED, REPLACED
            row.announce(Status.FAILED)
        return True
