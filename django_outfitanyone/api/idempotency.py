"""``Idempotency-Key``: a repeated request returns the same try-ons and is not charged again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.refine import known_gender
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, candidate_rows
from django_outfitanyone.models import TryOnResult

HEADER = "Idempotency-Key"
META_KEY = "HTTP_IDEMPOTENCY_KEY"
"""The header in ``request.META``."""
MAX_LENGTH = 255
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "django_outfitanyone idempotency keys")

REQUEST_COLUMNS = (
    "model_image_id",
    "keep",
    "remote_model",
    "resolution",
    "restore_face",
    "force_new",
    "refines_id",
    "candidate",
    "seed",
)
"""Columns that describe the request and never change afterwards."""


def batch_for(request: Request) -> uuid.UUID:
    """Return the batch id derived from user and key; a random one without a key."""
    key = request.META.get(META_KEY, "")
    if len(key) > MAX_LENGTH:
        raise ValidationError({HEADER: [_("At most %(most)d characters.") % {"most": MAX_LENGTH}]})
    return uuid.uuid5(NAMESPACE, f"{request.user.pk}:{key}") if key else uuid.uuid4()


def check_same_request(
    rows: Sequence[TryOnResult], requests: Sequence[TryOnRequest], options: TryOnOptions
) -> None:
    """Raise ``RequestRefused`` when the batch was created by a different request."""
    requested = [row for request in requests for row in candidate_rows(request, options)]
    prefetch_related_objects(rows, "worn")
    if [_columns(row) for row in rows] != [_columns(row) for row in requested]:
        raise _key_reused()


def check_same_refinement(
    row: TryOnResult, result: TryOnResult, *, gender: str = "", force_new: bool
) -> None:
    """Raise ``RequestRefused`` when the key was used for a different refinement."""
    wanted = (result.pk, gender or known_gender(result), force_new)
    if (row.refines_id, row.gender, row.force_new) != wanted:
        raise _key_reused()


def check_same_candidate(row: TryOnResult, result: TryOnResult) -> None:
    """Raise ``RequestRefused`` when the key was used for something else than a candidate."""
    if row.candidates != result.candidates or row.candidate == 1:
        raise _key_reused()


def _key_reused() -> RequestRefused:
    return RequestRefused(
        _("This key was already used for a different request."), code="IdempotencyKeyReused"
    )


def _columns(row: TryOnResult) -> list[object]:
    return [row.garment_ids, *(getattr(row, column) for column in REQUEST_COLUMNS)]
