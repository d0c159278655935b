"""Two shapes of masks that every step wants."""

from __future__ import annotations

import numpy as np

from .figure import Mask
from .opencv import cv2


def grown(mask: Mask, reach: float) -> Mask:
    """The mask and what lies within ``reach`` pixels of it, at least one."""
    side = 2 * max(1, round(reach)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    wider: Mask = cv2.dilate(mask.astype(np.uint8), kernel) > 0
    return wider


def without_specks(mask: Mask) -> Mask:
    """A mask without spots and threads that are only mislabelled borders."""
    opened: Mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3))) > 0
    return opened
