"""The ground that a garment lies on: plain or busy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask, Plane
from outfitanyone_local.engine.colour_space import rgb_to_lab
from outfitanyone_local.engine.opencv import cv2

_RING = 0.06
"""Width of the ring along the picture's edge that shows the ground, as a share of a side."""
_BUSY_DETAIL, _BUSY_CHANGE = 2.2, 9.0
"""Least median change between neighbouring pixels, and least spread after the light's slope is
taken out, that make a ground busy (Lab). On 49 shop pictures 0.2 and 0.6 at most."""


@dataclass(frozen=True)
class Ground:
    """What the ring along the picture's edge shows, in Lab units."""

    detail: float
    change: float

    @property
    def is_busy(self) -> bool:
        return self.detail > _BUSY_DETAIL or self.change > _BUSY_CHANGE


def measure_ground(image: RGB, garment: Mask | None) -> Ground:
    """Return how much the ground changes; the garment, if it is known, does not count."""
    lab = rgb_to_lab(np.asarray(cv2.GaussianBlur(image, (0, 0), 1), np.uint8))
    height, width = lab.shape[:2]
    ring = np.ones((height, width), bool)
    rim = max(2, round(_RING * max(height, width)))
    ring[rim:-rim, rim:-rim] = False
    if garment is not None:
        ring &= ~garment
    if ring.sum() < 50:
        return Ground(0.0, 0.0)
    y, x = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j].astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)[ring]
    weights = np.linalg.lstsq(terms, lab[ring], rcond=None)[0]
    change = float(np.median(np.linalg.norm(lab[ring] - terms @ weights, axis=1)))
    return Ground(float(np.median(_steps(lab)[ring])), change)


def _steps(lab: Plane) -> Plane:
    """Return the change of lightness between neighbouring pixels."""
    across, down = (cv2.Sobel(lab[..., 0], cv2.CV_32F, *axis, ksize=1) / 2 for axis in _AXES)
    steps: Plane = np.hypot(across, down)
    return steps


_AXES = ((1, 0), (0, 1))
