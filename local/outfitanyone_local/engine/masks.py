"""Morphology on masks."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import Mask
from .opencv import cv2


def dilate(mask: Mask, radius: float) -> Mask:
    """Return the mask dilated by a radius in pixels, at least one."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    wider: Mask = away <= max(1.0, radius)
    return wider


def remove_specks(mask: Mask, *, radius: float = 1) -> Mask:
    """Return the mask without spots and threads narrower than twice the radius (opening)."""
    opened: Mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, _disc(radius)) > 0
    return opened


def _disc(radius: float) -> Any:
    side = 2 * max(1, round(radius)) + 1
    shape = cv2.MORPH_ELLIPSE if side > 3 else cv2.MORPH_RECT
    return cv2.getStructuringElement(shape, (side, side))
