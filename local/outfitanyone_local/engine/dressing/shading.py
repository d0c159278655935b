"""Shading of flat cloth: curvature, light, the body's folds, cast shadows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Mask, Plane, Points, SoftMask
from outfitanyone_local.engine.colour_space import rgb_to_lab
from outfitanyone_local.engine.opencv import cv2

from .wearer import Wearer

_LEAST_STATIONS, _STUDIO_LIGHT = 6, -0.15
"""Below this number of bare limb stations, the light is assumed as in studios."""
_ROUNDNESS = 0.16
"""Radius of the edge of a clothed body, in torsos."""
_LIGHT_LOSS = 0.30
"""Share of light lost by a surface that turns away."""


def estimate_light(wearer: Wearer) -> float:
    """Return the side of the light: -1 all from the picture's left, 1 all from its right.

    Estimated from the bare arms and legs: which border of each limb is lighter.
    """
    grey = cv2.cvtColor(wearer.figure.image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    lightness = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.5), np.float32)
    found: list[float] = []
    for limbs in (wearer.arms, wearer.legs):
        for side, limb in limbs.items():
            stations = np.flatnonzero(limb.bare)[:-4:2]
            edges = (limb.outer, -limb.inner) if side > 0 else (-limb.inner, limb.outer)
            right, left = (
                _at(lightness, (limb.axis + 0.6 * edge[:, None] * limb.normal)[stations])
                for edge in edges
            )
            found.extend((right - left) / np.maximum(right + left, 1))
    if len(found) < _LEAST_STATIONS:
        return _STUDIO_LIGHT
    return float(np.clip(4 * np.median(found), -0.6, 0.6))


def _at(plane: Plane, points: Points) -> Plane:
    x, y = np.round(points).astype(int).T
    height, width = plane.shape
    found: Plane = plane[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    return found


def curvature_shading(
    cover: SoftMask, open_ends: Sequence[Points], *, torso: float, light: float
) -> Plane:
    """Return a brightness factor of about 1: edges turn away and get darker on the far side.

    The silhouette is inflated like a cushion with an edge radius of _ROUNDNESS torsos; the
    factor is the cushion's brightness relative to its flat middle. Hems and cuffs, the
    ``open_ends`` in pixels of ``cover``, do not turn away: the cloth just ends there.
    """
    radius = _ROUNDNESS * torso
    inside = np.pad((cover > 0.5).astype(np.uint8), 1)
    for end in open_ends:
        _extend_cloth(inside, end + 1, 1.4 * radius)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1]
    cushion = radius * np.sqrt(1 - (1 - np.minimum(depth, radius) / radius) ** 2)
    height = blur(cushion.astype(np.float32), 0.025 * torso)
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    facing = (1 - light * slope_x + 0.25 * slope_y) / np.sqrt(1 + slope_x**2 + slope_y**2)
    factor = 1 + _LIGHT_LOSS * (facing - 1)
    return np.asarray(np.clip(factor, 0.62, 1.08), np.float32)


def _extend_cloth(inside: npt.NDArray[np.uint8], end: Points, reach: float) -> None:
    """Extend the cloth beyond an open end that has it on its left, in place."""
    chord = end[-1] - end[0]
    out = np.array([-chord[1], chord[0]]) * reach / max(float(np.linalg.norm(chord)), 1e-6)
    loop = np.concatenate([end, (end + out)[::-1]])
    cv2.fillPoly(inside, [np.round(loop).astype(np.int32)], 1)


def fold_shading(image: RGB, old: Mask, *, torso: float) -> Plane:
    """Return a brightness factor with the old cloth's folds, so that bust and waist remain.

    Only for plain cloth, because a pattern is not relief. Fades out towards the old edges.
    """
    flat = np.ones(old.shape, np.float32)
    if old.sum() < 500:
        return flat
    inner = cv2.erode(old.astype(np.uint8), np.ones((7, 7), np.uint8), iterations=2)
    if inner.sum() < 500:
        return flat
    lab = rgb_to_lab(image)
    lightness = lab[..., 0] + 12
    weight = inner.astype(np.float32)
    near, wide = (_mean_within(lightness, weight, reach * torso) for reach in (0.012, 0.10))
    relief = near / np.maximum(wide, 1)
    hues = lab[inner > 0][:, 1:]
    colour_spread = float(np.percentile(np.linalg.norm(hues - np.median(hues, axis=0), axis=1), 90))
    roughness = float(np.percentile(np.abs(relief[inner > 0] - 1), 90))
    gain = float(
        np.interp(roughness, (0.15, 0.3), (0.7, 0.0)) * np.interp(colour_spread, (8, 14), (1, 0))
    )
    fade = np.clip(2 * blur(weight, 0.025 * torso) - 1, 0, 1)
    return np.asarray(1 + gain * fade * np.clip(relief - 1, -0.22, 0.14), np.float32)


def _mean_within(plane: Plane, weight: Plane, reach: float) -> Plane:
    total, count = blur(plane * weight, reach), blur(weight, reach)
    return np.asarray(total / np.maximum(count, 1e-3), np.float32)


def cast_shadow(cover: SoftMask, *, torso: float, strength: float = 0.38) -> Plane:
    """Return a brightness factor for the shadow under a garment's edge.

    Darkest at the edge, and mostly below it, because light comes from above.
    """
    close = _shift(cover, 0.008 * torso, 0.008 * torso)
    far = _shift(cover, 0.028 * torso, 0.028 * torso)
    return np.asarray(1 - strength * np.clip(0.6 * close + 0.5 * far, 0, 1), np.float32)


def _shift(cover: SoftMask, down: float, reach: float) -> Plane:
    moved = np.array([[1, 0, 0], [0, 1, down]], np.float32)
    lower = cv2.warpAffine(cover, moved, cover.shape[::-1])
    return blur(np.asarray(lower, np.float32), reach)


def blur(plane: Plane, reach: float) -> Plane:
    """Blur with a Gaussian; wide ones use a smaller copy, with no visible difference."""
    less = max(1, int(reach / 2.5))
    if less == 1:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), max(reach, 0.8)), np.float32)
    size = plane.shape[1::-1]
    small = cv2.resize(
        plane, (-(-size[0] // less), -(-size[1] // less)), interpolation=cv2.INTER_AREA
    )
    soft = cv2.GaussianBlur(small, (0, 0), reach / less)
    return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR), np.float32)
