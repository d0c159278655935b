"""Batches: two or more try-ons that are requested together, under a name."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone import wakeup
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import Account, Batch, TryOnResult
from django_outfitanyone.models.batch import NAME_LENGTH, short_moment
from django_outfitanyone.models.database import atomic, on_commit
from django_outfitanyone.storable_text import storable

User = Any
"""An instance of ``AUTH_USER_MODEL``, or ``None`` when no person is involved."""

CHUNK = 500
"""Rows per INSERT, so that a batch of thousands does not become one huge statement."""


def store_batch(
    rows: list[TryOnResult], *, requested_by: User, batch: uuid.UUID | None, name: str = ""
) -> list[TryOnResult]:
    """Store the rows, or return those that the same batch stored before.

    A single try-on gets no row of ``Batch``: there is nothing to list, to pause or to name.
    """
    for alias in dict.fromkeys(row.account_id for row in rows):
        Account.of(alias).settings.api_key()  # the worker would only find out later
    batch = batch or uuid.uuid4()
    for number, row in enumerate(rows):
        row.batch, row.number, row.requested_by = batch, number, requested_by
    try:
        with atomic():
            if len(rows) > 1:
                name = _storable_name(name) or default_name(rows)
                columns = {"name": name, "size": len(rows), "requested_by": requested_by}
                Batch.objects.create(pk=batch, **columns)
            TryOnResult.objects.store(rows, chunk=CHUNK)
            on_commit(wakeup.wake)
    except IntegrityError:
        if known := rows_of(batch):
            return known
        raise
    return rows


def rows_of(batch: uuid.UUID | None) -> list[TryOnResult]:
    """Return the rows that an earlier call with this batch stored."""
    return list(TryOnResult.objects.of_batch(batch)) if batch else []


def default_name(rows: Sequence[TryOnResult]) -> str:
    """Return what is requested and when, such as “3 garments on 2 photos, 11/27/2026 2:05 p.m.”."""
    moment = short_moment(timezone.now())
    if all(row.gender for row in rows):
        refined = ngettext("%(count)d refinement", "%(count)d refinements", len(rows))
        return f"{refined % {'count': len(rows)}}, {moment}"[:NAME_LENGTH]
    garments = len({garment.pk for row in rows for garment in row.garments})
    photos = len({row.model_image_id for row in rows})
    parts = {
        "garments": ngettext("%(count)d garment", "%(count)d garments", garments)
        % {"count": garments},
        "photos": ngettext("%(count)d photo", "%(count)d photos", photos) % {"count": photos},
        "moment": moment,
    }
    return (_("%(garments)s on %(photos)s, %(moment)s") % parts)[:NAME_LENGTH]


def rename_batch(batch: Batch, name: str) -> None:
    """Give the batch another name; raise ``RequestRefused`` for one that is empty."""
    batch.name = _storable_name(name)
    if not batch.name:
        raise RequestRefused(_("Give the batch a name."), code="NoName")
    batch.save(update_fields=["name"])


def _storable_name(name: str) -> str:
    """Return a name of any origin as the column takes it."""
    return storable(" ".join(name.split()))[:NAME_LENGTH].strip()
