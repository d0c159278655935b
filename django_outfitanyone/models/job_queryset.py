"""Which jobs stand where, and how a worker claims those that are due."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from django_outfitanyone.choices import FINAL, IN_FLIGHT, OPEN, UNSENT, UNSETTLED, Status
from django_outfitanyone.models.job_status import REPLACED

if TYPE_CHECKING:
    from typing_extensions import Self

    from django_outfitanyone.models.remote_job import RemoteJob

IS_REPLACED = Q(status=Status.CANCELED, error_code=REPLACED)
"""The same as ``RemoteJob.is_replaced``, for queries."""

Job = TypeVar("Job", bound="RemoteJob")


class RemoteJobQuerySet(models.QuerySet[Job]):
    read_with_claim: tuple[str, ...] = ("account",)
    """Related rows that a claim joins, because most steps read them."""

    def open(self) -> Self:
        """Return the jobs that are not finished."""
        return self.filter(status__in=OPEN)

    def queued(self) -> Self:
        return self.filter(status=Status.QUEUED)

    def preparing(self) -> Self:
        return self.filter(status=Status.PREPARING)

    def unsent(self) -> Self:
        """Return the jobs of which nothing was sent and nothing paid."""
        return self.filter(status__in=UNSENT)

    def in_flight(self) -> Self:
        """Return the jobs that are paid, or about to be, and have no stored result yet."""
        return self.filter(status__in=IN_FLIGHT)

    def submitting(self) -> Self:
        """Return the jobs whose paid request is on its way, or has an unclear outcome."""
        return self.filter(status=Status.SUBMITTING)

    def running(self) -> Self:
        return self.filter(status=Status.RUNNING)

    def collecting(self) -> Self:
        return self.filter(status=Status.COLLECTING)

    def awaiting_answer(self) -> Self:
        """Return the open jobs that the engine has not answered yet."""
        return self.filter(status__in=OPEN - {Status.COLLECTING})

    def succeeded(self) -> Self:
        return self.filter(status=Status.SUCCEEDED)

    def needing_attention(self) -> Self:
        return self.filter(status=Status.NEEDS_ATTENTION)

    def failed(self) -> Self:
        return self.filter(status=Status.FAILED)

    def failed_or_unclear(self) -> Self:
        """Return the jobs that a person may retry because they did not end well."""
        return self.filter(status__in=[Status.FAILED, Status.NEEDS_ATTENTION])

    def failed_before(self, moment: datetime) -> Self:
        """Return the jobs that failed or were canceled before this moment."""
        ended = self.filter(status__in=[Status.FAILED, Status.CANCELED])
        return ended.filter(finished_at__lt=moment)

    def unsettled(self) -> Self:
        """Return the jobs that the engine may bill, so that they cannot be deleted yet."""
        return self.filter(status__in=UNSETTLED)

    def possibly_billed(self, *, since: datetime) -> Self:
        """Return the jobs that the engine may bill and that have no charge yet.

        Those that need attention count if they were submitted ``since`` then.
        """
        return self.filter(
            Q(status__in=[Status.SUBMITTING, Status.RUNNING])
            | Q(status=Status.NEEDS_ATTENTION, submitted_at__gte=since)
        )

    def count_by_status(self) -> dict[str, int]:
        """Return the number of jobs in each status, 0 included."""
        groups = self.order_by().values_list("status").annotate(count=Count("pk"))
        return {**dict.fromkeys(Status.values, 0), **dict(groups)}

    def progress_by(self, column: str) -> dict[Any, dict[str, int]]:
        """Return for each value of the column how many jobs are in which state.

        ``total`` leaves out those in whose place another one was requested.

        Unclear jobs are closed too: the worker is done with them until a person decides.
        """
        groups = (
            self.order_by()
            .values(column)
            .annotate(
                total=Count("pk", filter=~IS_REPLACED),
                closed=Count("pk", filter=Q(status__in=FINAL) & ~IS_REPLACED),
                ready=Count("pk", filter=Q(status=Status.SUCCEEDED)),
                failed=Count("pk", filter=Q(status=Status.FAILED)),
                canceled=Count("pk", filter=Q(status=Status.CANCELED) & ~IS_REPLACED),
                replaced=Count("pk", filter=IS_REPLACED),
                unclear=Count("pk", filter=Q(status=Status.NEEDS_ATTENTION)),
                unsent=Count("pk", filter=Q(status__in=UNSENT)),
            )
        )
        return {group.pop(column): group for group in groups}

    def backlog(self) -> tuple[int, datetime | None]:
        """Return how many jobs are unsent, and when the last of the others was submitted."""
        found = self.aggregate(
            unsent=Count("pk", filter=Q(status__in=UNSENT)), submitted_at=Max("submitted_at")
        )
        return found["unsent"], found["submitted_at"]

    def due(self, now: datetime) -> Self:
        """Return the unleased jobs whose next step is due."""
        return self.filter(due_at__lte=now, lease_expires_at__lte=now)

    def next_due_at(self) -> datetime | None:
        """Return when the first unleased job is due, now or later."""
        free = self.filter(lease_expires_at__lte=timezone.now())
        due_at: datetime | None = free.aggregate(at=Min("due_at"))["at"]
        return due_at

    def next_lease_end(self) -> datetime | None:
        """Return when the first lease of an open job expires."""
        held = self.open().filter(lease_token__gt="", lease_expires_at__gt=timezone.now())
        ends_at: datetime | None = held.aggregate(at=Min("lease_expires_at"))["at"]
        return ends_at

    def unleased(self, limit: int) -> list[tuple[int, datetime]]:
        """Return ``(pk, due_at)`` of at most ``limit`` unleased jobs, earliest due first."""
        free = self.filter(due_at__isnull=False, lease_expires_at__lte=timezone.now())
        return list(free.order_by("due_at", "pk").values_list("pk", "due_at")[:limit])

    def claim(self, ids: Sequence[int], *, lease: timedelta) -> list[Job]:
        """Lease those of these jobs that are still due and unleased, and return them.

        The UPDATE repeats the conditions, so that each row goes to one of several workers
        that read the same ids, on every database.
        """
        if not ids:
            return []
        now = timezone.now()
        token = uuid.uuid4().hex
        self.due(now).filter(pk__in=ids).update(lease_token=token, lease_expires_at=now + lease)
        claimed: Any = self.model._default_manager.filter(lease_token=token)
        return list(claimed.with_inputs_of_steps().order_by("due_at", "pk"))

    def with_inputs_of_steps(self) -> Self:
        """Read with the jobs, in the same statement, what most of their steps begin with."""
        return self.select_related(*self.read_with_claim)

    def with_inputs(self) -> Self:
        """Return all jobs, each with the related rows that most of its steps read."""
        return self.model._default_manager.select_related("account")  # type: ignore[return-value]
