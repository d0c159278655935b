"""Class probabilities from the position on the body alone, before any colour."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from outfitanyone_local.engine.arrays import Plane, Planes
from outfitanyone_local.engine.figure import Joint

from .appearance import CropFeatures
from .garment_extents import GarmentExtents


class PixelClass(IntEnum):
    """Classes of a person's pixels that colour can tell apart."""

    HAIR = 0
    SKIN = 1
    UPPER = 2
    LOWER = 3
    SHOE = 4
    OTHER = 5
    """Bags and other things held or worn over the clothes; only the network sees them."""


_LEAST_PRIOR = 1e-3
"""Least probability of any class anywhere on a person."""
_COAT, _COAT_END = 0.15, 0.9
"""Probability that an open coat or long shirt hangs there beside the lower garment, and how far
coats reach, as a share of the way from the knees to the ankles."""
_LOW_HEM = 0.5
"""How much less likely a long garment's cloth is on a foot below the ankle than above."""
_THINGS = 0.2
"""Probability of a bag or another thing anywhere but on the feet."""
_NECK_HALF, _NECK_TOP, _SLOPE = 0.13, 0.19, 0.3
"""Half the neck's width, the height of its base over the shoulder joints, and the slope of the
shoulders from there, in torsos."""
_CLOTH_SLACK = 0.02
"""Distance of cloth from the shoulders, in torsos."""
_SHORTEST_SLEEVE = 0.15
"""Shortest sleeve along the arm; less is a wide shoulder strap."""


def position_priors(
    features: CropFeatures, extents: GarmentExtents, *, sleeves: Sequence[float]
) -> Planes:
    """Return the probability of each class, (6, height, width), not exactly normalized."""
    priors = np.full((len(PixelClass), *features.bins.shape), _LEAST_PRIOR, np.float32)
    _add_column(priors, features, extents)
    _add_feet(priors, features, extents)
    _add_head(priors, features)
    _add_neck(priors, features)
    for side in (0, 1):
        _add_arm(priors, features, side=side, sleeve=sleeves[side])
    priors[PixelClass.OTHER] += _THINGS * (1 - features.limbs.feet)
    return priors


def soft_step(plane: Plane, *, at: Plane | float, width: float) -> Plane:
    """Return a sigmoid: 0 before ``at``, 1 after."""
    step: Plane = 1 / (1 + np.exp(np.clip((at - plane) / width, -30, 30)))
    return step


def _add_column(priors: Planes, features: CropFeatures, extents: GarmentExtents) -> None:
    """Add trunk and legs from the garment extents, with boundaries as soft as hems are curved."""
    limbs, rows, torso = features.limbs, features.rows, features.body.torso
    column = limbs.trunk + limbs.legs[0] + limbs.legs[1]
    soft = 0.02 * torso
    ended = soft_step(rows, at=extents.lower_end, width=soft)
    if extents.upper_end is None or extents.lower_start is None:
        upper, lower = 1 - ended, np.zeros_like(ended)
    else:
        upper = 1 - soft_step(rows, at=extents.upper_end, width=soft)
        lower = soft_step(rows, at=extents.lower_start, width=soft) * (1 - ended)
    over = _over_shoulders(features, slack=_CLOTH_SLACK)
    locks = 1 - soft_step(rows, at=features.body.shoulders[1] + 0.6 * torso, width=0.1 * torso)
    knees = features.body.middle(Joint.LEFT_KNEE, Joint.RIGHT_KNEE)[1]
    ankles = features.body.middle(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)[1]
    coat_end = knees + _COAT_END * (ankles - knees)
    flaps = _COAT * (1 - upper) * (1 - soft_step(rows, at=coat_end, width=0.1 * torso))
    priors[PixelClass.UPPER] += column * 0.9 * upper * (1 - over)
    priors[PixelClass.UPPER] += (column + limbs.arms[0] + limbs.arms[1]) * flaps
    priors[PixelClass.LOWER] += column * lower
    priors[PixelClass.SKIN] += column * (0.08 * upper + np.maximum(0, 1 - upper - lower))
    priors[PixelClass.HAIR] += column * (0.05 * locks + 0.5 * over)


def _add_feet(priors: Planes, features: CropFeatures, extents: GarmentExtents) -> None:
    """Add the feet: long garments, except skirts, may fall over the ankles; below are shoes."""
    feet, torso = features.limbs.feet, features.body.torso
    ankles = features.body.middle(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)[1]
    low = soft_step(features.rows, at=ankles + 0.12 * torso, width=0.02 * torso)
    long = extents.end - extents.lower_end < 0.1 * torso
    garment = PixelClass.UPPER if extents.upper_end is None else PixelClass.LOWER
    priors[PixelClass.SHOE] += feet * (0.5 + 0.4 * low)
    priors[garment] += (0.4 if long else 0) * feet * (1 - _LOW_HEM * low)
    priors[PixelClass.SKIN] += (0.1 if long else 0.5) * feet * (1 - 0.8 * low)


def _add_head(priors: Planes, features: CropFeatures) -> None:
    """Add the head: skin in the oval of the face, hair around it."""
    body, head = features.body, features.limbs.head
    half = float(np.linalg.norm(body.chin - body.eyes))
    down, across = np.indices(head.shape, dtype=np.float32)
    centre = body.eyes + 0.2 * (body.chin - body.eyes)
    radius = np.hypot((across - centre[0]) / (0.65 * half), (down - centre[1]) / (0.8 * half))
    face = 1 - soft_step(radius, at=1.0, width=0.15)
    priors[PixelClass.SKIN] += head * (0.2 + 0.75 * face)
    priors[PixelClass.HAIR] += head * (0.8 - 0.75 * face)


def _add_neck(priors: Planes, features: CropFeatures) -> None:
    """Add the neck: skin in its own column; beside it, above the shoulders, hair."""
    neck, over = features.limbs.neck, _over_shoulders(features, slack=0)
    beside = soft_step(_distance_from_neck(features), at=_NECK_HALF + 0.02, width=0.02)
    skin = over * (0.7 - 0.6 * beside) + 0.3 * (1 - over) * (1 - beside)
    priors[PixelClass.SKIN] += neck * (0.1 + skin)
    priors[PixelClass.HAIR] += neck * (0.05 + over * (0.05 + 0.7 * beside))
    priors[PixelClass.UPPER] += neck * (0.05 + 0.6 * (1 - over))


def _add_arm(priors: Planes, features: CropFeatures, *, side: int, sleeve: float) -> None:
    arm, along = features.limbs.arms[side], features.limbs.along_arms[side]
    over = _over_shoulders(features, slack=_CLOTH_SLACK)
    bare = np.full_like(arm, 0.9)
    if sleeve > _SHORTEST_SLEEVE:
        bare = soft_step(along, at=sleeve, width=0.03)
    near_head = 1 - soft_step(along, at=0.5, width=0.05)
    priors[PixelClass.SKIN] += arm * bare
    priors[PixelClass.UPPER] += arm * (1 - bare) * (1 - over)
    priors[PixelClass.HAIR] += arm * (0.05 * near_head + 0.5 * over)


def _over_shoulders(features: CropFeatures, *, slack: float) -> Plane:
    """Return the probability that a pixel near the neck lies above the line of the shoulders.

    slack: height over that line that still counts as below, in torsos.
    """
    body, distance = features.body, _distance_from_neck(features)
    above = (body.shoulders[1] - features.rows) / body.torso
    slope = _NECK_TOP - _SLOPE * np.maximum(0, distance - _NECK_HALF) + slack
    return soft_step(above, at=slope, width=0.03) * (1 - soft_step(distance, at=0.45, width=0.02))


def _distance_from_neck(features: CropFeatures) -> Plane:
    """Return the distance of each column from the neck, in torsos."""
    body = features.body
    across = np.arange(features.bins.shape[1], dtype=np.float32)[None]
    distance: Plane = np.abs(across - (body.chin[0] + body.shoulders[0]) / 2) / np.float32(
        body.torso
    )
    return distance
