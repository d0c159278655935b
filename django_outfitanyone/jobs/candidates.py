"""One more candidate of a finished picture, checked before anything is paid."""

from __future__ import annotations

import secrets

from django.db.models import Max
from django.utils.translation import gettext as _

from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.try_on import (
    MAX_SEED,
    TryOnOptions,
    TryOnRequest,
    as_row,
    check_requests,
)
from django_outfitanyone.models import ModelImage, TryOnResult


def as_candidate(result: TryOnResult) -> TryOnResult:
    """Return the unsaved row of another picture of the same request, with a new seed.

    Raises ``RequestRefused`` if the result is not finished, if its photo or garments have
    changed, or if they are no longer accepted.
    """
    request = TryOnRequest.of(_photo_of(result), result.garments)
    options = TryOnOptions(
        engine=result.account_id,
        model=result.remote_model,
        keep_other_half=bool(result.keep),
        resolution=result.resolution,
        restore_face=result.restore_face,
        seed=secrets.randbelow(MAX_SEED + 1),
    )
    check_requests([request], options)
    row = as_row(request, options)
    row.candidates = result.candidates
    row.candidate = _last_number(result) + 1
    return row


def _photo_of(result: TryOnResult) -> ModelImage:
    """Return the model photo of a result of which another candidate can be made."""
    if not result.has_succeeded:
        raise RequestRefused(
            _("Only a finished picture can have another candidate; this one is “%(status)s”.")
            % {"status": result.get_status_display()},
            code="NotFinished",
        )
    if result.gender:
        raise RequestRefused(
            _(
                "A refined picture has no further candidates. Request one of the picture that "
                "was refined."
            ),
            code="NotRepeatable",
        )
    if result.model_image is None or fingerprint_of(result) != result.fingerprint:
        raise RequestRefused(
            _(
                "The model photo or a garment was changed or deleted since. Request the picture "
                "again."
            ),
            code="InputChanged",
        )
    return result.model_image


def _last_number(result: TryOnResult) -> int:
    numbers = TryOnResult.objects.among_candidates(result).aggregate(last=Max("candidate"))
    return int(numbers["last"] or 1)
