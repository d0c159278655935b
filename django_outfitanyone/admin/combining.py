"""Which of the selected garments a model photo wears together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.jobs.outfit import default_outfit, outfits_of
from django_outfitanyone.models import Garment


class Combining(TextChoices):
    """Which of the selected garments are worn together."""

    ALONE = "alone", gettext_lazy("each garment alone")
    PRODUCT = "product", gettext_lazy("pieces of the same product together")
    DEFAULT = "default", gettext_lazy("only the first piece of each kind of a product, together")
    OUTFITS = "outfits", gettext_lazy("every top with every pair of trousers or skirt")


class Wearers(TextChoices):
    """On which of the selected photos each outfit is tried on."""

    EVERY = "every", gettext_lazy("every outfit on every model photo")
    ONE = "one", gettext_lazy("each outfit on one model photo")


def outfits(garments: Sequence[Garment], *, how: str) -> list[tuple[Garment, ...]]:
    """Return what is worn together, in the order of the selected garments.

    how: a value of ``Combining``.
    """
    if how == Combining.PRODUCT:
        return [one for pieces in _by_product(garments) for one in outfits_of(pieces)]
    if how == Combining.DEFAULT:
        return [default_outfit(pieces) for pieces in _by_product(garments)]
    if how == Combining.OUTFITS and _has_top_and_bottom(garments):
        return _every_top_with_every_bottom(garments)
    return [(garment,) for garment in garments]


def useful_choices(garments: Sequence[Garment]) -> list[Combining]:
    """Return the choices that give different results for these garments."""
    choices = [Combining.ALONE]
    if has_product_outfit(garments):
        choices.append(Combining.PRODUCT)
        if any(len(outfits_of(pieces)) > 1 for pieces in _by_product(garments)):
            choices.append(Combining.DEFAULT)
    if _has_top_and_bottom(garments):
        choices.append(Combining.OUTFITS)
    return choices


def has_product_outfit(garments: Sequence[Garment]) -> bool:
    """Return whether garments of any product can be worn together."""
    return any(len(outfit) > 1 for pieces in _by_product(garments) for outfit in outfits_of(pieces))


def _every_top_with_every_bottom(garments: Sequence[Garment]) -> list[tuple[Garment, ...]]:
    """Return the pairs, then the other garments alone."""
    tops, bottoms = (
        [garment for garment in garments if garment.kind == kind]
        for kind in (GarmentKind.TOP, GarmentKind.BOTTOM)
    )
    halves = {GarmentKind.TOP, GarmentKind.BOTTOM}
    pairs: list[tuple[Garment, ...]] = [(top, bottom) for top in tops for bottom in bottoms]
    return pairs + [(garment,) for garment in garments if garment.kind not in halves]


def _has_top_and_bottom(garments: Sequence[Garment]) -> bool:
    return {GarmentKind.TOP, GarmentKind.BOTTOM} <= {garment.kind for garment in garments}


def _by_product(garments: Sequence[Garment]) -> list[list[Garment]]:
    """Return the garments of each product; one without a product stays alone."""
    pieces: dict[Any, list[Garment]] = defaultdict(list)
    for garment in garments:
        key = garment.product_id or f"garment {garment.pk}"
        pieces[key].append(garment)
    return list(pieces.values())
