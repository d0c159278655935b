"""The person crop: the person's part of the picture, scaled to a fixed body height.

Later steps work on the crop, so that distances mean the same for every picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Points
from outfitanyone_local.engine.opencv import cv2

from .pose import PoseDetection

BODY_HEIGHT = 600
"""Body height in crop pixels: enough for boxes within one or two pixels of a 1440-pixel picture
once edges are refined at full size, small enough for half a second."""
_MARGIN = 0.08
"""Margin around the body in body heights: about twice the blur of the pose network's mask."""


@dataclass(frozen=True)
class PersonCrop:
    """A rectangle of whole pixels of the picture, and its scaled copy.

    left, top, right, bottom: pixels of the picture, ends exclusive.
    scale: crop pixels per picture pixel.
    """

    left: int
    top: int
    right: int
    bottom: int
    scale: float
    image: RGB

    @property
    def window(self) -> tuple[slice, slice]:
        """Slices of the crop in the picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in OpenCV's order."""
        return self.image.shape[1], self.image.shape[0]

    def to_crop(self, points: Points) -> Points:
        """Return points of the picture in crop pixels."""
        corner = np.array([self.left, self.top], np.float32)
        moved: Points = (points - corner) * np.float32(self.scale)
        return moved

    def warp_mask(self, detection: PoseDetection) -> Any:
        """Return the detection's mask warped to the crop."""
        region = detection.region
        step = region.side / detection.mask.shape[0] * self.scale
        left, top = (region.left - self.left) * self.scale, (region.top - self.top) * self.scale
        middle = (step - 1) / 2  # align pixel centres, not corners
        matrix = np.array([[step, 0, left + middle], [0, step, top + middle]])
        return cv2.warpAffine(detection.mask, matrix, self.size, flags=cv2.INTER_LINEAR)


def crop_person(image: RGB, detection: PoseDetection) -> PersonCrop:
    """Return the crop around a detected person."""
    height, width = image.shape[:2]
    rows, columns = np.nonzero(detection.mask > 0.5)
    corners = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]])
    (x1, y1), (x2, y2) = detection.region.to_picture(corners.astype(np.float32))
    margin = _MARGIN * (y2 - y1)
    left, top = max(0, int(x1 - margin)), max(0, int(y1 - margin))
    right, bottom = min(width, int(x2 + margin) + 1), min(height, int(y2 + margin) + 1)
    scale = BODY_HEIGHT / float(y2 - y1)
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    smoothing = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(image[top:bottom, left:right], size, interpolation=smoothing)
    return PersonCrop(left, top, right, bottom, scale, scaled)
