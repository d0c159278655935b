"""Whether what is worn above and below is of one piece."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.figure import Joint, Mask, Plane

from .appearance import Look, colours_of
from .hems import find_hem
from .segment_costs import lab_of

_ONE_COLOUR = 0.75
"""Likeness of two garments of the same cloth, seen in different light."""
_ONE_TEXTURE = 2.5
"""Factor by which their changes from pixel to pixel may differ."""
_PLAIN_TEXTURE = 2.0
"""Lightness (of 255) that changes between neighbours in any cloth, from weave and noise."""
_DARK = 50
"""Lightness (of 255) below which hems are lost in photos."""


def are_one_cloth(look: Look, upper: Mask, lower: Mask) -> bool:
    """Whether the two show the same colours in the same pattern."""
    if colours_of(look, upper).likeness(colours_of(look, lower)) < _ONE_COLOUR:
        return False
    lightness = lab_of(look.image)[..., 0]
    factors = _texture(lightness, cloth=upper) / _texture(lightness, cloth=lower)
    return bool(np.abs(np.log(factors)).max() < np.log(_ONE_TEXTURE))


def hem_between(look: Look, cloth: Mask) -> float | None:
    """The close-up row where the upper piece ends, if these are two of one cloth.

    Hems of tops hang at the hip joints or lower; the waist seam of a dress lies above them.
    """
    hips, torso = float(look.body.hips[1]), look.body.torso
    last = float(np.flatnonzero(cloth.any(axis=1)).max(initial=0))
    window = slice(int(hips - 0.12 * torso), int(min(hips + 0.5 * torso, last - 0.1 * torso)))
    return find_hem(lab_of(look.image), cloth=cloth, between=window)


def are_dark_trousers(look: Look, cloth: Mask) -> bool:
    """Black over black trousers hides its hem, and is worn far more often than a jumpsuit."""
    knees = look.body.middle(Joint.LEFT_KNEE, Joint.RIGHT_KNEE)
    ankles = look.body.middle(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)
    column, row = ((knees + ankles) / 2).astype(int)
    parted = look.person[row, column] < 0.5 and cloth[row].any()
    return bool(parted and np.median(lab_of(look.image)[cloth][:, 0]) < _DARK)


def _texture(lightness: Plane, *, cloth: Mask) -> Plane:
    """How much neighbours differ, across and down."""
    changes = []
    for axis in (1, 0):
        inside = cloth & np.roll(cloth, 1, axis=axis)
        change = np.abs(lightness - np.roll(lightness, 1, axis=axis))[inside]
        changes.append(_PLAIN_TEXTURE + (float(change.mean()) if change.size else 0))
    return np.array(changes, np.float32)
