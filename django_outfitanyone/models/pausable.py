"""The statements that pause, resume and cancel unsent try-ons, some of a batch at once.

Of a paused try-on nothing is due, so it costs the worker nothing, however many there are. A row
that becomes due in a paused batch, for example after a retry, is paused by its next step.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q
from django.utils import timezone

from django_outfitanyone.choices import UNSENT, Status
from django_outfitanyone.models.movable import MovableQuerySet
from django_outfitanyone.models.transitions import NO_LEASE, UNTRIED

if TYPE_CHECKING:
    from typing_extensions import Self

    from django_outfitanyone.models.try_on import TryOnResult

IS_UNSENT = Q(status__in=UNSENT)
IS_PAUSED = IS_UNSENT & Q(due_at__isnull=True)
"""The same as ``TryOnResult.is_paused``, for queries."""


class PausableQuerySet(MovableQuerySet):
    def of_batch(self, batch: uuid.UUID) -> Self:
        """Return the try-ons that were requested together, in their order."""
        return self.filter(batch=batch).order_by("number")

    def numbered(self, batch: uuid.UUID, numbers: range) -> Self:
        """Return the try-ons of the batch with these numbers."""
        return self.filter(batch=batch, number__gte=numbers.start, number__lt=numbers.stop)

    def last_number(self, batch: uuid.UUID) -> int:
        """Return the highest number of a try-on of the batch; -1 if it has none."""
        last: int | None = self.filter(batch=batch).aggregate(last=Max("number"))["last"]
        return -1 if last is None else last

    def not_paused(self) -> Self:
        return self.exclude(IS_PAUSED)

    def pause(self) -> int:
        """Let nothing of the unsent ones be due; return how many they are.

        Ends their leases, so that a step that has begun cannot send one of them any more.
        """
        return self.order_by().unsent().update(due_at=None, **NO_LEASE)

    def resume(self) -> None:
        """Make the paused ones due.

        Those that were prepared start over: an identical picture may have been made meanwhile.
        """
        paused, now = self.order_by().filter(IS_PAUSED), timezone.now()
        unleased = paused.preparing().filter(lease_expires_at__lte=now)
        prepared = list(unleased)  # a few for each slot
        unleased.update(status=Status.QUEUED, is_prepared=False, due_at=now, **UNTRIED)
        paused.update(due_at=now)
        for try_on in prepared:
            try_on.status = Status.QUEUED
            try_on.announce(Status.PREPARING)

    def cancel_unsent(self) -> list[TryOnResult]:
        """Cancel all unsent try-ons in two updates, and return them.

        A loop over thousands of rows would let the runner submit, and pay for, the last
        ones meanwhile.
        """
        canceled: list[TryOnResult] = []
        for old in (Status.QUEUED, Status.PREPARING):  # in this order rows may move meanwhile
            now = timezone.now()
            columns: dict[str, Any] = {"finished_at": now, "due_at": None, "slot": None}
            self.filter(status=old).update(status=Status.CANCELED, **columns, **UNTRIED, **NO_LEASE)
            rows = list(self.filter(status=Status.CANCELED, finished_at=now))
            for try_on in rows:
                try_on.announce(old)
            canceled += rows
        return canceled
