"""Failed try-ons of a batch that are requested anew with another model photo, as new rows.

The failed rows stay as canceled ones that say why they failed. What may have been billed is
never replaced.
"""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from django_outfitanyone import wakeup
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.batches import CHUNK
from django_outfitanyone.jobs.estimate import Estimate, estimate_rows
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, as_row, check_requests
from django_outfitanyone.models import Account, Batch, ModelImage, TryOnResult
from django_outfitanyone.models.database import atomic, on_commit

logger = logging.getLogger("django_outfitanyone")


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """The ``failed`` try-ons, and the unsaved ``rows`` that are requested in their place."""

    failed: Sequence[TryOnResult]
    rows: Sequence[TryOnResult]

    @cached_property
    def estimate(self) -> Estimate:
        """What the new ones cost; runs a handful of queries."""
        return estimate_rows(self.rows)


def plan_replacement(try_ons: QuerySet[TryOnResult], photo: ModelImage) -> Replacement:
    """Return what ``replace_photo`` would request of these try-ons; nothing is stored.

    Raises ``RequestRefused`` if the photo, a garment or an engine is not accepted, or if one of
    them failed with this photo.
    """
    keys = list(try_ons.order_by("number").values_list("pk", flat=True))
    rows: dict[int, TryOnResult] = {}
    for start in range(0, len(keys), CHUNK):
        known: Any = TryOnResult.objects.with_names().filter(pk__in=keys[start : start + CHUNK])
        rows |= {row.pk: row for row in known.replaceable()}
    failed = [rows[key] for key in keys if key in rows]
    if any(row.model_image_id == photo.pk for row in failed):
        raise RequestRefused(
            _("The pictures failed with this model photo. Choose another one."), code="SamePhoto"
        )
    return Replacement(failed=failed, rows=_new_rows(failed, photo))


def replace_photo(
    try_ons: QuerySet[TryOnResult], photo: ModelImage, *, requested_by: Any = None
) -> list[TryOnResult]:
    """Request the failed ones of these try-ons of one batch anew with this model photo.

    Returns the new try-ons, which belong to the same batch; finished pictures are reused. Raises
    what ``plan_replacement`` raises, and ``RequestRefused`` if nothing of it can be replaced, or
    if another person has retried or replaced some of them meanwhile. Then nothing is stored.
    """
    plan = plan_replacement(try_ons, photo)
    if not plan.failed:
        raise changed_meanwhile()
    for alias in {row.account_id for row in plan.rows}:
        Account.of(alias).settings.api_key()  # the worker would only find out later
    batch = plan.failed[0].batch
    try:
        with atomic():
            _hold(batch)
            if not TryOnResult.objects.mark_replaced(plan.failed):
                raise changed_meanwhile()
            _store(plan.rows, batch=batch, requested_by=requested_by)
            Batch.objects.reopen([batch])
            on_commit(wakeup.wake)
    except IntegrityError as error:  # another person has added a try-on with the same number
        raise changed_meanwhile() from error
    logger.info(
        "%s failed try-ons of batch %s requested anew with model photo %s",
        len(plan.rows),
        batch,
        photo.pk,
        extra={"event": "photo_replaced", "batch": str(batch), "count": len(plan.rows)},
    )
    return list(plan.rows)


def changed_meanwhile() -> RequestRefused:
    """Return the refusal for pictures that another person has retried or replaced."""
    text = _(
        "These pictures were retried or replaced meanwhile, or may have been paid for. Nothing "
        "was requested."
    )
    return RequestRefused(text, code="DecidedMeanwhile")


def _hold(batch: uuid.UUID) -> None:
    """Hold the row of the batch, so that two people add to it one after the other."""
    if Batch.objects.hold(batch) and Batch.objects.get(pk=batch).is_being_canceled:
        raise RequestRefused(_("The batch is being canceled."), code="AlreadyCanceled")


def _store(rows: Sequence[TryOnResult], *, batch: uuid.UUID, requested_by: Any) -> None:
    first = TryOnResult.objects.last_number(batch) + 1
    for number, row in enumerate(rows, start=first):
        row.batch, row.number, row.requested_by = batch, number, requested_by
    TryOnResult.objects.store(rows, chunk=CHUNK)


def _new_rows(failed: Sequence[TryOnResult], photo: ModelImage) -> list[TryOnResult]:
    requests: dict[TryOnOptions, list[TryOnRequest]] = defaultdict(list)
    candidates: dict[uuid.UUID, uuid.UUID] = defaultdict(uuid.uuid4)
    rows = []
    for old in failed:
        request, options = TryOnRequest.of(photo, old.garments), _options_of(old)
        requests[options].append(request)
        row = as_row(request, options)
        row.candidates, row.candidate = candidates[old.candidates], old.candidate
        row.fingerprint = fingerprint_of(row)
        rows.append(row)
    for options, together in requests.items():
        check_requests(together, options)
    return rows


def _options_of(old: TryOnResult) -> TryOnOptions:
    return TryOnOptions(
        engine=old.account_id,
        model=old.remote_model,
        keep_other_half=bool(old.keep),
        resolution=old.resolution,
        restore_face=old.restore_face,
        force_new=old.force_new,
        seed=old.seed,
    )
