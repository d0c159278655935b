"""Horizontal lines across clothes: hems and seams, visible even between equal colours."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Mask, Plane
from outfitanyone_local.engine.opencv import cv2

_REACH = 3
"""Rows of the crop by which a hem may wander up or down, and over which colour changes."""
_COLUMN_PERCENTILE = 35
"""Percentile of column strengths that a line counts with: a fold or pocket is strong in a few
columns only."""
_FEWEST_COLUMNS = 5
"""Fewest columns, exclusive, that can show a line."""
_ROW_PERCENTILE = 75
"""Percentile of row strengths that counts as usual for the cloth."""
_PLAIN_HEM = 2.5
_PRINT_PER_HEM = 10
"""Least strength of a hem, in multiples of the usual: on plain cloth, and, on prints, their
mean distance from the median colour (Lab of 0 to 255) over the second number. Chance lines
are common in prints, and separates of one print are rare."""
_SHADOW = 10
"""Rows of the crop around the strongest line in which the hem's own edge may lie."""


def line_strengths(lab: Plane, *, cloth: Mask) -> Plane:
    """Return for each crop row how strong a line crosses the cloth there.

    In multiples of what is usual in this cloth, so that prints and noise, with strong edges
    everywhere, do not count as lines.
    """
    rows = _row_strengths(np.abs(_vertical_gradient(lab)).sum(axis=2), cloth=cloth)
    usual = np.percentile(rows[rows > 0], _ROW_PERCENTILE) if (rows > 0).any() else 1
    return (rows / max(float(usual), 1)).astype(np.float32)


def find_hem(lab: Plane, *, cloth: Mask, between: slice) -> float | None:
    """Return the crop row where a hem crosses cloth of one colour, None without one.

    A hem casts a shadow on what it hangs over, so its edge is where lightness falls downwards.
    """
    pixels = lab[cloth]
    lines = line_strengths(lab, cloth=cloth)[between]
    if not len(pixels) or not len(lines):
        return None
    busy = float(np.abs(pixels - np.median(pixels, axis=0)).sum(axis=1).mean())
    if lines.max() < max(_PLAIN_HEM, busy / _PRINT_PER_HEM):
        return None
    strongest = between.start + int(lines.argmax())
    start = max(0, strongest - _SHADOW)
    darkening = _row_strengths(-_vertical_gradient(lab)[..., 0], cloth=cloth)[
        start : strongest + _SHADOW
    ]
    return float(start + np.flatnonzero(darkening == darkening.max()).mean())


def _vertical_gradient(lab: Plane) -> Plane:
    """Return the vertical colour gradient around each row."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 1)
    gradient = np.zeros_like(lab)
    gradient[_REACH:-_REACH] = smooth[2 * _REACH :] - smooth[: -2 * _REACH]
    return gradient


def _row_strengths(gradient: Plane, *, cloth: Mask) -> Plane:
    """Return for each row the gradient that most of its columns reach nearby."""
    near = cv2.dilate(gradient, np.ones((2 * _REACH + 1, 1), np.uint8))
    seen = cloth.sum(axis=1)
    rows = np.flatnonzero(seen > _FEWEST_COLUMNS)
    ranked = np.sort(np.where(cloth[rows], near[rows], np.float32(np.inf)), axis=1)
    place = (seen[rows] - 1) * (_COLUMN_PERCENTILE / 100)
    low, at = place.astype(int), np.arange(len(rows))
    below, above = ranked[at, low], ranked[at, low + 1]
    strengths = np.zeros(len(cloth), np.float32)
    strengths[rows] = below + (place - low) * (above - below)
    return strengths
