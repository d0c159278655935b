"""Guess the kind of a garment from its picture, and say how far to trust the guess."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.arrays import RGB
from outfitanyone_local.engine.refusals import GarmentRefused

from .garment import Garment, Kind, parse_garment

_SURELY_TOP, _SURELY_DRESS = 1.9, 3.1
"""Lengths in chest widths: between them, long tops and short dresses measure alike."""
_UNSURE = {Kind.SKIRT}
"""A tube top and a strapless dress have the outline of a skirt."""


@dataclass(frozen=True)
class KindGuess:
    """kind: "top", "bottom" or "one_piece". is_sure: whether other kinds do not measure alike."""

    kind: str
    is_sure: bool


def guess_kind(image: RGB) -> KindGuess | None:
    """Return the kind of the one garment in a picture; ``None`` if no garment was recognised.

    image: RGB uint8 (height, width, 3). Jackets, shoes, bags and hats are not told apart from
    the rest. Raises ValueError for other arrays.
    """
    try:
        garment = parse_garment(image)
    except GarmentRefused:
        return None
    return KindGuess(_name(garment.kind), is_sure=_is_sure(garment))


def _name(kind: Kind) -> str:
    if kind.is_bottom:
        return "bottom"
    return "one_piece" if kind.is_one_piece else "top"


def _is_sure(garment: Garment) -> bool:
    if garment.kind in _UNSURE:
        return False
    if garment.has_legs:
        return True
    rows = np.flatnonzero(garment.mask.any(axis=1))
    length = float(rows[-1] - rows[0] + 1) / garment.chest
    return length < _SURELY_TOP or length > _SURELY_DRESS
