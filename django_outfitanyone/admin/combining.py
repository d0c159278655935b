"""Which of the selected garments a model photo wears together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.jobs import try_on
from django_outfitanyone.jobs.outfit import outfits_of
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.models import Garment, ModelImage


class Combining(TextChoices):
    """Which of the selected garments are worn together."""

    ALONE = "alone", gettext_lazy("each garment alone")
    PRODUCT = "product", gettext_lazy("pieces of the same product together")
    OUTFITS = "outfits", gettext_lazy("every top with every pair of trousers or skirt")


def combine(
    garments: Sequence[Garment], photos: Sequence[ModelImage], *, how: str
) -> list[TryOnRequest]:
    """Return the try-on requests, in the order of the selected garments.

    how: a value of ``Combining``. Raises ``RequestRefused`` for garments that cannot be combined.
    """
    if how != Combining.PRODUCT:
        return try_on.combine(garments, photos, as_outfits=how == Combining.OUTFITS)
    return [
        TryOnRequest.of(photo, outfit)
        for pieces in _by_product(garments)
        for photo in photos
        for outfit in outfits_of(pieces)
    ]


def useful_choices(garments: Sequence[Garment]) -> list[Combining]:
    """Return the choices that give different results for these garments."""
    choices = [Combining.ALONE]
    if has_product_outfit(garments):
        choices.append(Combining.PRODUCT)
    if _has_top_and_bottom(garments):
        choices.append(Combining.OUTFITS)
    return choices


def has_product_outfit(garments: Sequence[Garment]) -> bool:
    """Return whether garments of any product can be worn together."""
    return any(len(outfit) > 1 for pieces in _by_product(garments) for outfit in outfits_of(pieces))


def _has_top_and_bottom(garments: Sequence[Garment]) -> bool:
    return {GarmentKind.TOP, GarmentKind.BOTTOM} <= {garment.kind for garment in garments}


def _by_product(garments: Sequence[Garment]) -> list[list[Garment]]:
    pieces: dict[Any, list[Garment]] = defaultdict(list)
    for garment in garments:
        pieces[garment.product_id].append(garment)
    return list(pieces.values())
