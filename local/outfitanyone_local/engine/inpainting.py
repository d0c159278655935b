"""Inpainting: fill masked pixels from the pixels around them."""

from __future__ import annotations

import numpy as np

from .arrays import RGB, Mask, Plane
from .opencv import cv2

_SEED = 20231
_SMALLEST = 4
"""Shorter side, in pixels, at which the pyramid ends."""


def fill_holes(picture: Plane, known: Plane) -> Plane:
    """Return the picture with its unknown pixels filled smoothly (push-pull on an image pyramid).

    picture: (height, width, channels).  known: weight of each pixel, 0 to 1.
    Each coarser level averages known pixels only and fills the holes of the finer level. So
    the fill matches its surroundings near the border and tends to their mean far inside.
    """
    weight = known[..., None]
    if min(known.shape) <= _SMALLEST:
        total = max(float(weight.sum()), 1e-6)
        mean = (picture * weight).sum(axis=(0, 1)) / total
        return (
            np.broadcast_to(mean, picture.shape).astype(np.float32) * (1 - weight)
            + picture * weight
        )
    half = (-(-known.shape[1] // 2), -(-known.shape[0] // 2))
    small_weight = cv2.resize(known, half, interpolation=cv2.INTER_AREA)
    small = cv2.resize(picture * weight, half, interpolation=cv2.INTER_AREA)
    small = small / np.maximum(small_weight, 1e-6)[..., None]
    coarse = fill_holes(small.astype(np.float32), np.minimum(1, small_weight * 4))
    up = cv2.resize(coarse, known.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(up * (1 - weight) + picture * weight, np.float32)


def estimate_background(picture: RGB, known: Mask) -> Plane:
    """Return an estimate of the background behind the person, RGB as float32.

    known: where the picture shows background. The picture's grain is continued too. Good for
    plain walls; a cluttered room comes out blurred.
    """
    filled = fill_holes(picture.astype(np.float32), known.astype(np.float32))
    soft = np.asarray(cv2.GaussianBlur(filled, (0, 0), 2), np.float32)
    return soft + synthesize_grain(picture.shape[:2], like=picture, where=known)[..., None]


def fill_from_nearest(picture: RGB, inside: Mask) -> RGB:
    """Return the picture with each pixel outside the mask replaced by its nearest pixel inside."""
    if not inside.any():
        return picture
    _, nearest = cv2.distanceTransformWithLabels(
        (~inside).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    colours[nearest[inside]] = picture[inside]
    filled: RGB = colours[nearest]
    return filled


def synthesize_grain(size: tuple[int, int], *, like: RGB, where: Mask) -> Plane:
    """Return random grain with the strength and scale of the picture's own, measured in ``where``.

    The seed is fixed, so that results are reproducible.
    """
    grey = cv2.cvtColor(like, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = grey - cv2.GaussianBlur(grey, (0, 0), 1.5)
    seen = detail[where]
    strength = 1.48 * float(np.median(np.abs(seen))) if seen.size > 50 else 0.0
    noise = np.random.default_rng(_SEED).standard_normal(size, dtype=np.float32)
    fine = cv2.GaussianBlur(noise, (0, 0), 0.7)
    return np.asarray(fine * (min(strength, 6.0) / max(float(fine.std()), 1e-6)), np.float32)
