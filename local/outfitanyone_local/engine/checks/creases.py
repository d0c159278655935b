"""Whether plain cloth is creased all over: many soft ridges of lightness without a change of hue.

Prints change the hue or have sharp edges, knits have sharp ones, stripes and checks repeat. All
these hide creases too, so only plain cloth that is not dark can be judged. A garment folded in
half, whose cloth lies smooth, is not found.
"""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask, Plane
from outfitanyone_local.engine.colour_space import rgb_to_lab
from outfitanyone_local.engine.masks import dilate
from outfitanyone_local.engine.opencv import cv2

_OUTLINE = 14
"""Pixels along the garment's outline that do not count: hems, and shade on round edges."""
_FINE, _COARSE, _AROUND = 3, 10, 20
"""Widths in pixels between which creases lie, and of the surroundings they are compared with."""
_RIDGE, _CREASED = 0.06, 0.3
"""Change of lightness on a ridge, and share of such ridges on creased cloth: 0.25 at most on
smooth plain flat lays, 0.31 and more on the guide's creased ones; a few creases have 0.15."""
_STEP, _SHARP = 0.08, 0.27
"""Change of lightness from pixel to pixel that no crease has, and the share of such steps per
share of ridges: up to 0.25 on creased cloth, 0.3 and more on knits and prints."""
_HUE, _PRINTED = 2.5, 0.35
"""Change of hue in Lab that the light cannot explain, and the share of it on prints."""
_REPEATS, _SHIFT = 0.35, 14
"""Likeness to the same cloth shifted by so many pixels or more, across or down."""
_DARK, _LEAST_PIXELS, _LEAST_SIDE = 30, 5000, 60


def is_creased(image: RGB, garment: Mask) -> bool:
    """Whether plain cloth is creased; the thresholds belong to pictures of 700 pixels.

    It holds for none of 101 flat lays, 89 of them from real shops, and for all eight plain
    shipped garments when the guide's creases are drawn on them.
    """
    inner = ~dilate(~garment, _OUTLINE)
    if inner.sum() < _LEAST_PIXELS:
        return False
    lab = rgb_to_lab(np.asarray(cv2.GaussianBlur(image, (0, 0), 0.8), np.uint8))
    around = cv2.GaussianBlur(lab, (0, 0), _AROUND)
    middle = float(np.median(lab[..., 0][inner]))
    if middle < _DARK:
        return False
    bands = cv2.GaussianBlur(lab, (0, 0), _FINE) - cv2.GaussianBlur(lab, (0, 0), _COARSE)
    change: Plane = bands[..., 0] / np.maximum(around[..., 0], 12)
    unexplained = bands[..., 1:] - change[..., None] * around[..., 1:]
    ridges = float((np.abs(change)[inner] > _RIDGE).mean())
    if ridges < _CREASED or (np.linalg.norm(unexplained, axis=2)[inner] > _HUE).mean() > _PRINTED:
        return False
    across, down = (cv2.Sobel(lab[..., 0], cv2.CV_32F, *to, ksize=1) / 2 for to in ((1, 0), (0, 1)))
    steps = float((np.hypot(across, down)[inner] > _STEP * middle).mean())
    return steps <= _SHARP * ridges and _repeats(bands[..., 0], inner) <= _REPEATS


def _repeats(ridges: Plane, inner: Mask) -> float:
    """Return how much the middle of the garment looks like itself shifted (autocorrelation)."""
    rows, columns = np.nonzero(inner)
    top, bottom = np.percentile(rows, [15, 85]).astype(int)
    left, right = np.percentile(columns, [25, 75]).astype(int)
    if min(bottom - top, right - left) < _LEAST_SIDE:
        return 1.0
    patch = np.where(inner, ridges, 0)[top:bottom, left:right]
    height, width = patch.shape
    spectrum = np.abs(np.fft.rfft2(patch - patch.mean(), s=(2 * height, 2 * width))) ** 2
    likeness = np.fft.irfft2(spectrum)
    highest = max(likeness[_SHIFT : height // 2, 0].max(), likeness[0, _SHIFT : width // 2].max())
    return float(highest / max(likeness[0, 0], 1e-9))
