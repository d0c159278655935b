"""Where the one flat garment is in its picture."""

from __future__ import annotations

import logging

import numpy as np

from outfitanyone_local.engine.arrays import RGB, check_picture
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.refusals import GarmentRefused

from .segmentation import segment_garment
from .worn import is_worn

logger = logging.getLogger("outfitanyone_local.engine")

_WORKING_SIZE = 1200
_MARGIN = 0.04
"""Ground around the garment, as a share of its longer side: cut-outs need some."""


def garment_box(image: RGB) -> tuple[int, int, int, int] | None:
    """Return x1, y1, x2, y2 of the one flat garment with a small margin, None if there is none.

    image: RGB uint8 (height, width, 3). A worn garment has no such box. Raises ValueError for
    other arrays.
    """
    check_picture(image)
    height, width = image.shape[:2]
    scale = min(1.0, _WORKING_SIZE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    try:
        mask, _ = segment_garment(small)
        if is_worn(small, segmented=True):
            return None
    except GarmentRefused:
        return None
    except (ArithmeticError, LookupError, ValueError, cv2.error):
        logger.exception("The garment's box could not be found.")
        return None
    left, top, across, down = cv2.boundingRect(mask.astype(np.uint8))
    margin = _MARGIN * max(across, down)
    corners = np.array([left - margin, top - margin, left + across + margin, top + down + margin])
    x1, y1, x2, y2 = np.round(corners / scale).astype(int).tolist()
    return max(0, x1), max(0, y1), min(width, x2), min(height, y2)
