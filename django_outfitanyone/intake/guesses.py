"""What a draft shows and belongs to, as far as it can be guessed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django_outfitanyone.catalogue import catalogue
from django_outfitanyone.choices import UNCHECKED_KINDS
from django_outfitanyone.conf import conf
from django_outfitanyone.intake.names import codes_of, kind_of
from django_outfitanyone.models import IntakePicture
from django_outfitanyone.picture_findings import to_json
from django_outfitanyone.pictures import examination
from django_outfitanyone.pictures.colours import Scaled, open_scaled
from django_outfitanyone.pictures.images import SCALED_BOX
from django_outfitanyone.visibility import products_visible_to


def guess_kind(draft: IntakePicture, scaled: Scaled | None = None) -> None:
    """Set the kind of a garment, unless a list or a person has said it.

    The name counts more than the picture: a silhouette does not tell a jacket from a shirt.
    """
    if draft.kind or draft.shows_person:
        return
    named = kind_of(draft.file_name)
    guess = None if named in UNCHECKED_KINDS else examination.guess_kind(_pixels(draft, scaled))
    draft.kind = named or (guess.kind if guess else "")
    if guess:
        draft.is_kind_sure = guess.kind == draft.kind and (guess.is_sure or bool(named))


def find_product(draft: IntakePicture, *, user: Any) -> None:
    """Set the product whose SKU a list or the file's name has, among those the user may see."""
    codes = [draft.sku] if draft.sku else codes_of(draft.file_name)
    found = find_products(codes, user=user)
    draft.product = next((found[code] for code in codes if code in found), None)
    if draft.product:
        draft.sku = ""


def find_products(codes: Collection[str], *, user: Any) -> dict[str, Any]:
    """Return the products of these codes, among those that the user may see."""
    return catalogue().find(products_visible_to(user), codes) if codes else {}


def examine(draft: IntakePicture, scaled: Scaled | None = None) -> None:
    """Set what the check finds; a kind that is still unknown is checked as far as possible."""
    if not conf.CHECK_PICTURES:
        return
    pixels = _pixels(draft, scaled)
    if draft.shows_person:
        result = examination.examine_scaled(pixels)
    else:
        result = examination.examine_garment(pixels, kind=draft.kind)
    draft.findings = None if result.seen is None else to_json(result.seen)


def _pixels(draft: IntakePicture, scaled: Scaled | None) -> Scaled:
    return scaled or open_scaled(draft.read(), within=SCALED_BOX)
