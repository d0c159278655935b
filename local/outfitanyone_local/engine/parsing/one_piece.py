"""Tell a one-piece from two garments of the same cloth."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Mask, Plane, Points
from outfitanyone_local.engine.colour_space import rgb_to_lab8
from outfitanyone_local.engine.figure import Joint

from .appearance import CropFeatures, colour_model_of
from .hems import find_hem

_ONE_COLOUR = 0.82
"""Least similarity of two garments of the same cloth in different light."""
_ONE_TEXTURE = 2.5
"""Greatest ratio between the local contrasts of the same cloth."""
_PLAIN_TEXTURE = 2.0
"""Contrast between neighbouring pixels that any cloth has, from weave and noise (of 255)."""
_GAP = 0.5
"""Least probability of background in the gap between two legs."""
_DARK = 50
"""Lightness below which hems are invisible in photos (of 255)."""


def are_same_cloth(features: CropFeatures, upper: Mask, lower: Mask) -> bool:
    """Whether two areas show the same colours in the same pattern."""
    if colour_model_of(features, upper).similarity(colour_model_of(features, lower)) < _ONE_COLOUR:
        return False
    lightness = rgb_to_lab8(features.image)[..., 0]
    factors = _texture(lightness, cloth=upper) / _texture(lightness, cloth=lower)
    return bool(np.abs(np.log(factors)).max() < np.log(_ONE_TEXTURE))


def find_hem_between(features: CropFeatures, cloth: Mask) -> float | None:
    """Return the crop row where the upper garment ends, None if it is a one-piece.

    Hems of tops hang at the hip joints or lower; a dress's waist seam lies above them.
    """
    hips, torso = float(features.body.hips[1]), features.body.torso
    last = float(np.flatnonzero(cloth.any(axis=1)).max(initial=0))
    window = slice(int(hips - 0.12 * torso), int(min(hips + 0.5 * torso, last - 0.1 * torso)))
    return find_hem(rgb_to_lab8(features.image), cloth=cloth, between=window)


def are_dark_trousers(features: CropFeatures, cloth: Mask) -> bool:
    """Whether this is dark cloth on two separate legs.

    Then the hem of a top is invisible, and two pieces are far more common than a jumpsuit.
    """
    row = round(float(_middle_of_shins(features)[:, 1].mean()))
    covered = 0 <= row < len(cloth) and cloth[row].any()
    dark = bool(np.median(rgb_to_lab8(features.image)[cloth][:, 0]) < _DARK)
    return bool(covered and dark and has_parted_legs(features))


def has_parted_legs(features: CropFeatures) -> bool:
    """Whether background shows between the legs half way from the knees to the ankles."""
    (x1, y1), (x2, y2) = _middle_of_shins(features)
    row = round(float(y1 + y2) / 2)
    left, right = int(min(x1, x2)), int(max(x1, x2)) + 1
    if not 0 <= row < len(features.bins):
        return False
    between = features.evidence.background[row, max(0, left) : max(0, right)]
    return bool((between > _GAP).any())


def _middle_of_shins(features: CropFeatures) -> Points:
    knees = features.body.points[[Joint.LEFT_KNEE, Joint.RIGHT_KNEE]]
    ankles = features.body.points[[Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE]]
    middle: Points = (knees + ankles) / np.float32(2)
    return middle


def _texture(lightness: Plane, *, cloth: Mask) -> Plane:
    """Return the local contrast across and down."""
    changes = []
    for axis in (1, 0):
        inside = cloth & np.roll(cloth, 1, axis=axis)
        change = np.abs(lightness - np.roll(lightness, 1, axis=axis))[inside]
        changes.append(_PLAIN_TEXTURE + (float(change.mean()) if change.size else 0))
    return np.array(changes, np.float32)
