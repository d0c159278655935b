"""Tell from a silhouette whether a garment is worn from the waist down."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Plane

from .arms import is_sleeved
from .silhouette import Halves, widest, width_at

_TOP_ROW = 0.03
"""Height below the top, in heights, where a waistband is measured."""
_UNEVEN = 0.02
"""Greatest narrowing of a skirt downwards, as a share of its width: gathers, and noise."""
_DIP = 0.05
"""Greatest depth of a waistband's middle below its corners, in widths; necklines are deeper."""
_WAISTBAND = 0.62
"""Width at the top, in the greatest width of the upper half, above which it is a waistband."""
_SHOULDER_ROW, _SHOULDERS = 0.18, 0.55
"""Share of the height within which shoulders reach more than this share of their growth in
width; skirts widen evenly."""
_TROUSER_BAND, _BODICE = 0.7, 0.1
"""Trousers whose crotch lies low have a waistband of more than the first share of their greatest
width, and above the crotch narrow by less than the second; jumpsuits have shoulders or a waist."""


def judge_bottom(halves: Halves) -> bool | None:
    """Return whether it is a bottom, judged by sleeves or legs; None without either."""
    if is_sleeved(halves):
        return False
    crotch = halves[0].crotch
    if crotch is None:
        return None
    rise = crotch - halves[0].top
    if rise < 1.1 * width_at(halves, round(crotch - 0.1 * rise)):
        return True
    widths = _widths(halves, until=halves[0].top + 0.9 * rise)
    if not widths.size or not np.isfinite(widths).all() or _dip(halves) > _DIP:
        return False
    narrowing = (np.maximum.accumulate(widths) - widths).max() / widths.max()
    return bool(widths[0] > _TROUSER_BAND * widest(halves) and narrowing < _BODICE)


def looks_like_skirt(halves: Halves) -> bool:
    """Whether the upper half widens steadily from a straight waistband, and not as shoulders do."""
    widths = _widths(halves, until=halves[0].top + 0.5 * halves[0].height)
    if not widths.size or not np.isfinite(widths).all() or _dip(halves) > _DIP:
        return False
    if (np.maximum.accumulate(widths) - widths).max() > _UNEVEN * widths.max():
        return False
    if widths[0] > _WAISTBAND * widths.max():
        return True
    row = round((_SHOULDER_ROW - _TOP_ROW) * halves[0].height)
    growth = (widths[row] - widths[0]) / (widths[-1] - widths[0])
    return bool(growth < _SHOULDERS)


def _widths(halves: Halves, *, until: float) -> Plane:
    """Return the widths of the rows from near the top to a row; NaN where the middle is bare."""
    first = round(halves[0].top + _TOP_ROW * halves[0].height)
    rows = range(first, max(first, round(until)))
    return np.array([width_at(halves, row) for row in rows], np.float32)


def _dip(halves: Halves) -> float:
    """Return how far the top's middle lies below its highest point, in greatest widths."""
    highest = min(float(half.path[:, 1].min()) for half in halves)
    return (float(halves[0].path[0, 1]) - highest) / max(widest(halves), 1)
