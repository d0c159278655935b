"""Pauses, resumes and cancels of batches of any size: states that a few rows at a time follow.

The state of the batch counts at once: of a batch that is paused or being canceled, nothing is
submitted, whatever its try-ons say. ``applying`` is the change that not all of them follow yet,
``applied_to`` the number of the first one that may not.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

if TYPE_CHECKING:
    from typing_extensions import Self


class Change(models.TextChoices):
    """What the try-ons of a batch are to follow."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


NOT_PAUSED: dict[str, Any] = {"paused_at": None, "paused_by": None}
IS_HELD = Q(paused_at__isnull=False) | Q(applying=Change.CANCEL)


class ChangingQuerySet(models.QuerySet[Any]):
    def unfinished(self) -> Self:
        """Return the batches of which a try-on is open, or was when the worker last checked."""
        return self.filter(finished_at__isnull=True)

    def paused(self) -> Self:
        return self.filter(paused_at__isnull=False)

    def held(self) -> Self:
        """Return the batches of which nothing may be submitted now."""
        return self.filter(IS_HELD)

    def changing(self) -> Self:
        """Return the batches with a change that not all of their try-ons follow yet."""
        return self.exclude(applying="").order_by("pk")

    def is_paused(self, batch: uuid.UUID) -> bool:
        """Whether no try-on of this batch may be submitted now."""
        return self.held().filter(pk=batch).exists()

    def lock_paused(self, batch: uuid.UUID) -> bool:
        """Hold the row until the transaction ends if nothing may be submitted; return whether so.

        An UPDATE holds it on every database.
        """
        return bool(self.held().filter(pk=batch).update(paused_at=F("paused_at")))

    def hold(self, batch: uuid.UUID) -> bool:
        """Hold the row until the transaction ends; return whether there is one."""
        return bool(self.filter(pk=batch).update(applied_to=F("applied_to")))

    def mark_paused(self, batch: uuid.UUID, user: models.Model | None) -> bool:
        """Pause a batch that is not paused, and hold its row; return whether it was so."""
        running = self._changeable(batch).filter(paused_at__isnull=True)
        return self._begin(running, Change.PAUSE, paused_at=timezone.now(), paused_by=user)

    def mark_resumed(self, batch: uuid.UUID) -> bool:
        """Resume a paused batch, and hold its row; return whether it was paused."""
        paused = self.paused().filter(pk=batch)
        return self._begin(paused, Change.RESUME, **NOT_PAUSED)

    def mark_canceled(self, batch: uuid.UUID) -> bool:
        """Begin to cancel an unfinished batch, and hold its row; return whether it was so."""
        return self._begin(self._changeable(batch), Change.CANCEL, **NOT_PAUSED)

    def lock_change(self, batch: uuid.UUID) -> tuple[str, int] | None:
        """Hold the row of a batch with a change; return ``applying`` and ``applied_to``."""
        rows = self.changing().filter(pk=batch)
        if not rows.order_by().update(applied_to=F("applied_to")):
            return None
        # locked, because MariaDB answers other reads from an earlier state
        found: tuple[str, int] | None = (
            rows.select_for_update().values_list("applying", "applied_to").first()
        )
        return found

    def mark_applied(self, batch: uuid.UUID, *, to: int | None) -> None:
        """Note that the try-ons before the number ``to`` follow the change; ``None``: all do."""
        columns = {"applying": "", "applied_to": 0} if to is None else {"applied_to": to}
        self.filter(pk=batch).update(**columns)

    def _changeable(self, batch: uuid.UUID) -> Self:
        return self.unfinished().filter(pk=batch).exclude(applying=Change.CANCEL)

    @staticmethod
    def _begin(rows: models.QuerySet[Any], change: Change, **columns: Any) -> bool:
        return bool(rows.update(applying=change, applied_to=0, **columns))
