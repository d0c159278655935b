"""Conversions between RGB and Lab."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .arrays import RGB, Plane
from .opencv import cv2

Lab = npt.NDArray[np.float32]
"""Shape (height, width, 3): L 0 to 100, a and b about -100 to 100."""


def rgb_to_lab(image: RGB) -> Lab:
    """Return CIE Lab in its usual units."""
    scaled = image.astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)


def lab_to_rgb(lab: Lab) -> Plane:
    """Return RGB, 0 to 255, as float32."""
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.float32) * np.float32(255)


def rgb_to_lab8(image: RGB) -> Plane:
    """Return OpenCV's 8-bit Lab as float32: 0 to 255 in each channel, a and b centred at 128."""
    lab: Plane = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    return lab
