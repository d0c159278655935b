"""Request a clothes parse: each picture content and kind is paid for once, then reused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from django_outfitanyone.choices import ClothesType
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import Account, ClothesParse
from django_outfitanyone.models.database import atomic
from django_outfitanyone.models.of_picture import Picture, picture_filter

TWO_PIECES = (ClothesType.UPPER, ClothesType.LOWER)
ONE_PIECE = (ClothesType.DRESS,)
COMBINATIONS = ((ClothesType.UPPER,), (ClothesType.LOWER,), ONE_PIECE, TWO_PIECES)
"""What one call may ask for (parsing reference, ``clothes_type``)."""


def request_parse(
    picture: Picture,
    types: Sequence[str],
    *,
    requested_by: Any = None,
    again: bool = False,
    failed_since: datetime | None = None,
) -> ClothesParse:
    """Return the parse of this picture for these types: an open or finished one, else a new one.

    ``types`` must be one of ``COMBINATIONS``, otherwise ``RequestRefused``. ``again`` pays
    for a new parse although one has succeeded. A failed parse is returned only if it
    failed after ``failed_since``: a job that waits for a parse must not start it anew.
    """
    if tuple(types) not in COMBINATIONS:
        raise RequestRefused(
            _("Choose upper, lower, dress, or upper and lower together."),
            code="UnknownCombination",
        )
    if not again:
        known = known_parse(picture, types, failed_since=failed_since)
        if known:
            return known
    key = f"{picture._meta.model_name}:{picture.pk}:{picture.sha256[:32]}:{','.join(types)}"
    try:
        with atomic():
            return ClothesParse.objects.create(
                account=Account.current(),
                **picture_filter(picture),
                picture_sha256=picture.sha256,
                clothes_types=",".join(types),
                force_new=again,
                open_key=key,
                requested_by=requested_by,
            )
    except IntegrityError:
        return ClothesParse.objects.get(open_key=key)


def known_parse(
    picture: Picture, types: Sequence[str], *, failed_since: datetime | None = None
) -> ClothesParse | None:
    """Return the newest parse of this picture that covers these types and need not be repeated."""
    parses = ClothesParse.objects.of(picture).not_failed_before(failed_since)
    return next((parse for parse in parses if parse.covers(types)), None)
