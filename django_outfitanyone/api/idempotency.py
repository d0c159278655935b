"""``Idempotency-Key``: the same request sent again is answered again, not paid again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, as_row
from django_outfitanyone.models import TryOnResult

HEADER = "Idempotency-Key"
LONGEST = 255
KEYS = uuid.uuid5(uuid.NAMESPACE_OID, "django_outfitanyone idempotency keys")

ASKED = (
    "model_image_id",
    "top_garment_id",
    "bottom_garment_id",
    "keep",
    "remote_model",
    "resolution",
    "restore_face",
    "force_new",
    "refines_id",
)
"""Columns that say what was asked for, and never change."""


def batch_of(request: Request) -> uuid.UUID:
    """The batch that the request's key stands for, of this user alone; a new one without a key."""
    key = request.headers.get(HEADER, "")
    if len(key) > LONGEST:
        raise ValidationError({HEADER: [_("At most %(most)d characters.") % {"most": LONGEST}]})
    return uuid.uuid5(KEYS, f"{request.user.pk}:{key}") if key else uuid.uuid4()


def check_same(
    rows: Sequence[TryOnResult], wishes: Sequence[TryOnRequest], options: TryOnOptions
) -> None:
    """``RequestRefused`` when the rows of this batch were asked for by another request."""
    asked = [as_row(wish, options) for wish in wishes]
    if [_asked(row) for row in rows] != [_asked(row) for row in asked]:
        raise _used_otherwise()


def check_refines(row: TryOnResult, result: TryOnResult, *, gender: str, force_new: bool) -> None:
    """The same for a second pass over one picture."""
    if (row.refines_id, row.gender, row.force_new) != (result.pk, gender, force_new):
        raise _used_otherwise()


def _used_otherwise() -> RequestRefused:
    return RequestRefused(
        _("This key was sent before, with another request."), code="IdempotencyKeyReused"
    )


def _asked(row: TryOnResult) -> list[object]:
    return [getattr(row, column) for column in ASKED]
