"""Continue a bottom upwards where a shorter top no longer covers it."""

from __future__ import annotations

import numpy as np

from django_outfitanyone.sandbox.engine.backdrop import Plane
from django_outfitanyone.sandbox.engine.figure import Mask, Soft
from django_outfitanyone.sandbox.engine.opencv import cv2
from django_outfitanyone.sandbox.engine.outline import SIDES

from .limbs import Row
from .physique import Physique
from .warping import Window

_HIGHEST = 0.45
"""How far a bottom is continued, in torsos; never above the waist."""
_SHADOW = 0.035
"""How far down the old top's hem shades it, in torsos."""


def continue_upwards(
    canvas: Plane,
    body: Soft,
    physique: Physique,
    window: Window,
    *,
    stays: Mask,
    gone: Mask,
    shaded: bool,
) -> None:
    """Carry a bottom on as its own mirror image, in place.

    canvas, body: what is painted so far, and where it shows the person.
    stays, gone: the bottom, and the old clothes taken off; masks of the window.
    shaded: start below the shadow of the old hem and paint that over as well.
    """
    columns = np.flatnonzero(stays.any(axis=0))
    columns = columns[np.abs(columns + window.x1 - physique.hips[0]) < 0.42 * physique.torso]
    if not columns.size:
        return
    first = _first_rows(stays, columns)
    seam = first + (_SHADOW * physique.torso if shaded else 3)
    top = float(np.median(first[columns])) - _HIGHEST * physique.torso
    top = max(top, physique.waist_row - window.y1)
    rows = np.arange(len(stays))[:, None]
    where = (gone | stays) & (rows < seam[None, :]) if shaded else gone & (rows < seam[None, :])
    where &= (rows > top) & _trunk(physique, window)
    where[:, np.setdiff1d(np.arange(stays.shape[1]), columns)] = False
    if not (where & gone).any():
        return
    y, x = np.nonzero(where)
    source = np.clip(np.round(2 * seam[x] - y).astype(int), 0, len(stays) - 1)
    usable = stays[source, x]
    y, x, source = y[usable], x[usable], source[usable]
    canvas[y, x] = canvas[source, x]
    body[y, x] = 1


def _first_rows(stays: Mask, columns: np.ndarray) -> Row:
    """For each column the row where the bottom begins, rounded; beside it as at its ends."""
    found = stays[:, columns].argmax(axis=0).astype(np.float32)
    soft = cv2.GaussianBlur(found[None], (0, 0), 3, borderType=cv2.BORDER_REPLICATE)[0]
    return np.asarray(np.interp(np.arange(stays.shape[1]), columns, soft), np.float32)


def _trunk(physique: Physique, window: Window) -> Mask:
    """Inside of the body's sides, from the waist to the crotch."""
    trunk = np.zeros(window.size[::-1], bool)
    low = round(float(physique.crotch[1]))
    for row in range(max(window.y1, round(physique.waist_row)), min(window.y2, low)):
        right, left = (round(physique.body_side(side, row)) - window.x1 for side in SIDES)
        trunk[row - window.y1, max(0, right) : max(0, left)] = True
    return trunk
