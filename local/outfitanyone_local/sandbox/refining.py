"""The second pass: a light clean-up of a finished picture.

The vendor's refiner paints new detail. This one only removes grain from flat cloth and
skin, and sharpens existing edges.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RGB = npt.NDArray[np.uint8]
SMOOTHING_DIAMETER = 5
SMOOTHING_TONES = 14
"""Differences in lightness: grain is well below this, edges are well above."""
SHARPENING = 0.6
SHARPENING_RADIUS = 1.4
EDGE_TONES = 2.0
"""Weaker differences are not sharpened, because that would bring the grain back."""


def refine(coarse: RGB) -> RGB:
    """Return the cleaned-up picture in the same size."""
    import cv2

    lightness, a, b = cv2.split(cv2.cvtColor(coarse, cv2.COLOR_RGB2LAB))
    smooth = cv2.bilateralFilter(lightness, SMOOTHING_DIAMETER, SMOOTHING_TONES, 2.0)
    soft = smooth.astype(np.float32)
    detail = soft - cv2.GaussianBlur(soft, (0, 0), SHARPENING_RADIUS)
    detail[np.abs(detail) < EDGE_TONES] = 0
    sharp = np.clip(soft + SHARPENING * detail, 0, 255).astype(np.uint8)
    merged = cv2.merge([sharp, np.asarray(a), np.asarray(b)])
    return np.asarray(cv2.cvtColor(merged, cv2.COLOR_LAB2RGB), np.uint8)
