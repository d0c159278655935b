"""Which try-ons may go to another engine, and the statements that move them.

Nothing moves that an engine may have billed: such a row would be paid for twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    Field,
    IntegerField,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone

from django_outfitanyone.choices import IN_FLIGHT, UNSENT, Status
from django_outfitanyone.engines.error_kind import TASK_GONE
from django_outfitanyone.models.batch import Batch
from django_outfitanyone.models.job_queryset import IS_REPLACED, RemoteJobQuerySet
from django_outfitanyone.models.job_status import BLOCKED
from django_outfitanyone.models.transitions import NO_LEASE, UNTRIED, fresh_columns
from django_outfitanyone.models.worn_garment import worn_with_products

if TYPE_CHECKING:
    from typing_extensions import Self

    from django_outfitanyone.models.try_on import TryOnResult

CLAIM = timedelta(minutes=1)
"""How long moved rows are leased; only a process that dies in between leaves the lease behind."""

MOVABLE = UNSENT | {Status.FAILED, Status.CANCELED}

NEVER_SENT = Q(submitted_at__isnull=True)
FAILED_FOR_SURE = Q(status=Status.FAILED) & ~Q(error_code=TASK_GONE)
"""The engine said that it failed, which is not billed; what became of a lost task is not known."""

NO_TASK: dict[str, Any] = {"remote_task_id": None, "result_url": "", "result_expires_at": None}
"""Columns of a try-on that has no remote task, or none any more."""
NO_STAGE: dict[str, Any] = {"stage": 0, "stage_image": ""}
"""Columns of a try-on that wears its first garments next."""
FRESH: dict[str, Any] = {**NO_TASK, "is_prepared": False, "failed_tasks": 0}
"""Columns of a try-on that starts over, besides those of every job."""


class MovableQuerySet(RemoteJobQuerySet["TryOnResult"]):
    def waiting_or_failed(self) -> Self:
        """Return the jobs that wait for an engine, failed or were canceled."""
        return self.filter(status__in=MOVABLE)

    def movable(self) -> Self:
        """Return the unleased try-ons that no engine can bill, and that another may make."""
        charges = self.model._meta.get_field("charges").related_model._default_manager
        return (
            self.waiting_or_failed()
            .filter(lease_expires_at__lte=timezone.now(), gender="", lacks_inputs=False)
            .filter(NEVER_SENT | FAILED_FOR_SURE, image_count=0, image="")
            .filter(~Exists(charges.filter(try_on=OuterRef("pk"))))
            .exclude(IS_REPLACED)
        )

    def left_waiting(self) -> Self:
        """Return the movable try-ons that wait for no decision about a clothes parse."""
        return self.movable().exclude(status=Status.PREPARING, error_code=BLOCKED)

    def reusing(self, rows: Sequence[TryOnResult]) -> set[int]:
        """Return the keys of those rows that will reuse, at no cost, what others have made.

        Or are making, of the same pictures and options. One query, which reads by fingerprint.
        """
        others = self.model._default_manager.filter(
            Q(status__in=IN_FLIGHT | {Status.SUCCEEDED}) | Q(lease_expires_at__gt=timezone.now()),
            fingerprint__in={row.fingerprint for row in rows},
        )
        known = set(others.order_by().values_list("account", "fingerprint").distinct())
        return {
            row.pk
            for row in rows
            if row.status == Status.QUEUED
            and not row.force_new
            and (row.account_id, row.fingerprint) in known
        }

    def with_names(self) -> Self:
        """Return all try-ons with what decides about their move, and what a refusal names."""
        rows = self.model._default_manager.select_related("account", "model_image")
        return rows.prefetch_related(worn_with_products())  # type: ignore[return-value]

    def claim_to_move(self, keys: Sequence[int]) -> list[TryOnResult]:
        """Lease those of these try-ons that are movable, and return them with their inputs.

        The UPDATE repeats the conditions, so that a worker and a person never get the same row.
        Call it in a transaction that ends with ``move_claimed``.
        """
        token = uuid.uuid4().hex
        rows = self.model._default_manager.filter(pk__in=keys).movable()
        rows.update(lease_token=token, lease_expires_at=timezone.now() + CLAIM)
        return list(self.with_names().filter(lease_token=token).order_by("pk"))

    def move_claimed(
        self, claimed: Sequence[TryOnResult], moving: Sequence[TryOnResult], *, account_id: str
    ) -> None:
        """Queue the ``moving`` ones of the claimed try-ons with the columns that they have now.

        Ends the lease of all. Two statements, however many rows there are.
        """
        if not claimed:
            return
        mine = self.model._default_manager.filter(lease_token=claimed[0].lease_token)
        if moving:
            columns = {**_queued_columns(), "account_id": account_id}
            columns["remote_model"] = moving[0].remote_model
            keys = [row.pk for row in moving]
            mine.filter(pk__in=keys).update(**columns, **_own_columns(moving, using=mine.db))
            for row in moving:
                _announce(row, columns)
            Batch.objects.reopen({row.batch for row in moving})
        mine.update(**NO_LEASE)


def _queued_columns() -> dict[str, Any]:
    """Return what every moved row gets: as if it had been requested now."""
    fresh = {**fresh_columns(timezone.now()), **FRESH, **NO_STAGE, **UNTRIED, **NO_LEASE}
    return {**fresh, "status": Status.QUEUED, "slot": None}


def _announce(row: TryOnResult, columns: Mapping[str, Any]) -> None:
    """Give the instance the columns that were written, and announce the change of its status."""
    before = Status(row.status)
    for name, value in columns.items():
        setattr(row, name, value)
    if before != Status.QUEUED:
        row.announce(before)


def _own_columns(rows: Sequence[TryOnResult], *, using: str) -> dict[str, Case | Cast]:
    """Return the columns that differ from row to row."""
    return {
        name: _by_row(rows, name, field, using=using)
        for name, field in (
            ("fingerprint", CharField(max_length=64)),
            ("resolution", IntegerField()),
            ("restore_face", BooleanField()),
        )
    }


def _by_row(
    rows: Sequence[TryOnResult], name: str, field: Field[Any, Any], *, using: str
) -> Case | Cast:
    """Return an expression with the value of each row; equal values share a condition."""
    keys: dict[Any, list[int]] = {}
    for row in rows:
        keys.setdefault(getattr(row, name), []).append(row.pk)
    whens = (When(pk__in=pks, then=Value(one, output_field=field)) for one, pks in keys.items())
    case = Case(*whens, output_field=field)
    # PostgreSQL takes a CASE of parameters for text, as Django's bulk_update knows
    is_cast = connections[using].features.requires_casted_case_in_updates
    return Cast(case, output_field=field) if is_cast else case
