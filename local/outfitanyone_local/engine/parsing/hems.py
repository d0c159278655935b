"""Lines across the clothes: hems and seams, which show even between equal colours."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.figure import Mask, Plane
from outfitanyone_local.engine.opencv import cv2

_REACH = 3
"""Close-up rows a hem may wander up or down, and over which it changes the colour."""
_CROSSED = 35
"""A line counts with the strength that all but this percentage of its columns reach: a fold
or a pocket is strong in a few columns only."""
_FEW = 5
"""Columns that are too few to tell a line."""
_USUAL = 75
"""The percentage of rows that are weaker than what counts as usual for the cloth."""
_PLAIN_HEM = 2.5
_PRINT_PER_HEM = 10
"""How many times the usual a line must be: on plain cloth, and for each this much (in Lab of
0 to 255) that a print's pixels lie off its middle colour. Chance lines are common in prints,
and separates of one print are rare."""
_SHADOW = 10
"""Close-up rows around the strongest line among which the hem's own edge is sought."""


def line_strengths(lab: Plane, *, cloth: Mask) -> Plane:
    """For each close-up row, how strong a line crosses the cloth there.

    In multiples of what is usual in this cloth, so that neither a print nor noise, which
    have strong edges everywhere, pass for a line.
    """
    rows = _crossing(np.abs(_change(lab)).sum(axis=2), cloth=cloth)
    usual = np.percentile(rows[rows > 0], _USUAL) if (rows > 0).any() else 1
    return (rows / max(float(usual), 1)).astype(np.float32)


def find_hem(lab: Plane, *, cloth: Mask, between: slice) -> float | None:
    """The close-up row where a hem crosses this cloth of one colour, if one does.

    A hem casts a shadow on what it hangs over, so its edge is where it darkens downwards.
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
    darkening = _crossing(-_change(lab)[..., 0], cloth=cloth)[start : strongest + _SHADOW]
    return float(start + np.flatnonzero(darkening == darkening.max()).mean())


def _change(lab: Plane) -> Plane:
    """How colours change downwards around each row."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 1)
    change = np.zeros_like(lab)
    change[_REACH:-_REACH] = smooth[2 * _REACH :] - smooth[: -2 * _REACH]
    return change


def _crossing(change: Plane, *, cloth: Mask) -> Plane:
    """For each row the change that most of its columns show near it."""
    near = cv2.dilate(change, np.ones((2 * _REACH + 1, 1), np.uint8))
    seen = cloth.sum(axis=1)
    rows = np.flatnonzero(seen > _FEW)
    ranked = np.sort(np.where(cloth[rows], near[rows], np.float32(np.inf)), axis=1)
    place = (seen[rows] - 1) * (_CROSSED / 100)
    low, at = place.astype(int), np.arange(len(rows))
    below, above = ranked[at, low], ranked[at, low + 1]
    strengths = np.zeros(len(cloth), np.float32)
    strengths[rows] = below + (place - low) * (above - below)
    return strengths
