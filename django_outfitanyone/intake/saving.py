"""Turn drafts into garments or model photos, all of them in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from django_outfitanyone.conf import conf
from django_outfitanyone.engines import local
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.estimate import parse_price
from django_outfitanyone.jobs.parse import request_first_parses
from django_outfitanyone.models import Garment, Intake, IntakePicture, ModelImage
from django_outfitanyone.models.database import atomic, on_commit
from django_outfitanyone.picture_check import check_saved

FROM_DRAFT = (*("image", "width", "height", "sha256", "thumbnail", "findings", "name"),)
"""Columns that a row has from its draft as they are."""


def save(
    intake: Intake, drafts: Sequence[IntakePicture], *, user: Any, parse: bool = False
) -> list[Any]:
    """Add these drafts to the shop and return the new rows.

    Call it with drafts that were read after ``Intake.objects.lock()`` in the same transaction, so
    that a form that is sent twice adds them once. A draft whose picture the check advises
    against is used anyway: a person has chosen it. ``parse`` requests the clothes parse of
    photos. Raises ``RequestRefused`` if a garment has no kind yet.
    """
    make = _photo if intake.shows_people else _garment
    rows: list[Any] = [make(draft) for draft in drafts]
    model: Any = ModelImage if intake.shows_people else Garment
    with atomic():
        model.objects.bulk_create(rows)
        IntakePicture.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
        Intake.objects.filter(pk=intake.pk).update(saved_count=F("saved_count") + len(rows))
        if intake.shows_people:
            _follow_up(rows, user=user, parse=parse)
    return rows


def is_parse_free() -> bool:
    """Whether the parser costs nothing, also without a free quota, and can work."""
    engine = conf.parser
    if not engine.is_importable or not engine.knows_price(engine.parsing_model):
        return False
    is_missing = issubclass(engine.backend_class, local.LocalEngine) and not local.is_installed()
    return not is_missing and not parse_price()


def check_new(rows: Sequence[Any], *, seconds: float) -> None:
    """Check new rows whose drafts were not checked with their final kind, within this time."""
    end = monotonic() + seconds
    for row in rows:
        if conf.CHECK_PICTURES and row.is_checkable and not row.is_checked and monotonic() < end:
            check_saved(row)


def _garment(draft: IntakePicture) -> Garment:
    if not draft.kind:
        raise RequestRefused(
            _("Choose the kind of “%(name)s” first.") % {"name": draft.file_name}, code="NoKind"
        )
    return Garment(**_columns(draft), kind=draft.kind, product_id=draft.product_id)


def _photo(draft: IntakePicture) -> ModelImage:
    person = {"gender": draft.gender, "body": draft.body, "tags": draft.tags}
    photo = ModelImage(**_columns(draft), **person, renditions=draft.renditions)
    photo.name = photo.name or draft.file_name[:100]
    return photo


def _columns(draft: IntakePicture) -> dict[str, Any]:
    columns = {name: getattr(draft, name) for name in FROM_DRAFT}
    columns |= {"image": draft.image.name, "thumbnail": draft.thumbnail.name}
    refused = any(finding.refuses for finding in draft.found)
    return {**columns, "findings_ignored": refused}


def _follow_up(photos: Sequence[ModelImage], *, user: Any, parse: bool) -> None:
    for photo in photos:
        if photo.renditions is None:
            on_commit(photo.add_renditions)
    if parse and photos:
        request_first_parses(photos, requested_by=user)
