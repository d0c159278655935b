"""Extend a bottom upwards where a shorter top no longer covers it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import Mask, Plane, SoftMask
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.outline import SIDES

from .limbs import Row
from .warping import Window
from .wearer import Wearer

Rows = npt.NDArray[np.int_]

MAX_EXTENSION = 0.45
"""Greatest extension of a bottom, in torsos; never above the waist."""
_OPAQUE = 0.95
"""Coverage below which background may show through a narrow gap."""
_LEAST_DEPTH = 0.05
"""Least visible height of a column that is extended, in torsos; other columns, as between the
legs, are filled from their neighbours."""
_SHADOW = 0.035
"""Height of the old top's shadow below its hem, in torsos."""


def extend_upwards(
    canvas: Plane,
    body: SoftMask,
    wearer: Wearer,
    window: Window,
    *,
    remaining: Mask,
    removed: Mask,
    shaded: bool,
) -> None:
    """Extend a bottom by mirroring it up and down, in place.

    canvas, body: the picture so far, and where it shows the person.
    remaining, removed: masks of the window: the bottom, and the old clothes.
    shaded: start below the shadow of the old hem and paint over that too.
    """
    columns = np.flatnonzero(remaining.any(axis=0))
    columns = columns[np.abs(columns + window.x1 - wearer.hips[0]) < 0.42 * wearer.torso]
    if not columns.size:
        return
    first = _first_rows(remaining, columns)
    seam = first + (_SHADOW * wearer.torso if shaded else 3)
    top = float(np.median(first[columns])) - MAX_EXTENSION * wearer.torso
    top = max(top, wearer.waist_row - window.y1)
    rows = np.arange(len(remaining))[:, None]
    where = (
        (removed | remaining) & (rows < seam[None, :])
        if shaded
        else removed & (rows < seam[None, :])
    )
    where &= (rows > top) & _trunk(wearer, window)
    where[:, np.setdiff1d(np.arange(remaining.shape[1]), columns)] = False
    if not (where & removed).any():
        return
    start = np.minimum(np.ceil(seam).astype(int), len(remaining) - 1)
    depth = _depths(remaining & (wearer.figure.person[window.slices] > _OPAQUE), start)
    good = np.flatnonzero(depth >= _LEAST_DEPTH * wearer.torso)
    if not good.size:
        return
    y, x = np.nonzero(where)
    near = _nearest(good, x)
    away = (start[near] - 1 - y) % (2 * depth[near])  # reflect at both ends of the visible rows
    canvas[y, x] = canvas[start[near] + np.minimum(away, 2 * depth[near] - 1 - away), near]
    body[y, x] = 1


def _depths(remaining: Mask, start: Rows) -> Rows:
    """Return for each column the number of gapless rows of the bottom from ``start`` on."""
    sure = cv2.erode(remaining.astype(np.uint8), np.ones((1, 5), np.uint8)) > 0
    below = sure | (np.arange(len(remaining))[:, None] < start)
    ends = np.where(below.all(axis=0), len(remaining), below.argmin(axis=0))
    depths: Rows = np.maximum(ends - start, 0)
    return depths


def _nearest(columns: Rows, x: Rows) -> Rows:
    """Return for each of ``x`` the nearest of some sorted ``columns``."""
    after = np.searchsorted(columns, x).clip(1, len(columns) - 1) if len(columns) > 1 else 0 * x
    before = np.maximum(after - 1, 0)
    nearer: Rows = np.where(x - columns[before] <= columns[after] - x, before, after)
    return columns[nearer]


def _first_rows(remaining: Mask, columns: np.ndarray) -> Row:
    """Return for each column the first row of the bottom, smoothed; constant beyond its ends."""
    found = remaining[:, columns].argmax(axis=0).astype(np.float32)
    soft = cv2.GaussianBlur(found[None], (0, 0), 3, borderType=cv2.BORDER_REPLICATE)[0]
    return np.asarray(np.interp(np.arange(remaining.shape[1]), columns, soft), np.float32)


def _trunk(wearer: Wearer, window: Window) -> Mask:
    """Return the mask inside the body's sides, from the waist to the crotch."""
    trunk = np.zeros(window.size[::-1], bool)
    low = round(float(wearer.crotch[1]))
    for row in range(max(window.y1, round(wearer.waist_row)), min(window.y2, low)):
        right, left = (round(wearer.body_side(side, row)) - window.x1 for side in SIDES)
        trunk[row - window.y1, max(0, right) : max(0, left)] = True
    return trunk
