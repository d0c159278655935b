"""Pose detection of the most prominent person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Points, SoftMask
from outfitanyone_local.engine.figure import Pose
from outfitanyone_local.engine.networks import INPUT_SIDE, estimate_pose
from outfitanyone_local.engine.opencv import cv2

BODY_POINTS = 33
_CENTRE, _RIM = 33, 34
"""Auxiliary landmarks: the middle of the hips, and a point on the circle around the body."""
_SIDE_PER_RADIUS = 2.5
"""The network was trained on regions this many radii of that circle wide."""
_ITERATIONS = 3
"""Detections per person: the first needs only a rough region, two more refine it, further ones
change nothing."""


@dataclass(frozen=True)
class SquareRegion:
    """A square region of whole pixels, which may extend beyond the picture."""

    left: int
    top: int
    side: int

    @classmethod
    def around(cls, centre: npt.ArrayLike, *, side: float) -> SquareRegion:
        x, y = np.asarray(centre, np.float32)
        return cls(round(float(x - side / 2)), round(float(y - side / 2)), max(1, round(side)))

    def scaled(self, by: float) -> SquareRegion:
        """Return the region scaled around its centre."""
        middle = np.array([self.left, self.top]) + self.side / 2
        return SquareRegion.around(middle, side=self.side * by)

    def network_input(self, image: RGB) -> RGB:
        """Return the region at the networks' 256 x 256, black outside the picture."""
        height, width = image.shape[:2]
        right, bottom = self.left + self.side, self.top + self.side
        inside = image[max(0, self.top) : max(0, bottom), max(0, self.left) : max(0, right)]
        if not inside.size:
            return np.zeros((INPUT_SIDE, INPUT_SIDE, 3), np.uint8)
        before = max(0, -self.top), max(0, -self.left)
        after = max(0, bottom - height), max(0, right - width)
        square = np.pad(inside, (*zip(before, after, strict=True), (0, 0)))
        network_input: RGB = cv2.resize(
            square, (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_AREA
        )
        return network_input

    def to_picture(self, points: Points) -> Points:
        """Return points of the 256 x 256 input in pixels of the picture."""
        scale = self.side / INPUT_SIDE
        placed: Points = points * np.float32(scale) + np.array([self.left, self.top], np.float32)
        return placed


@dataclass(frozen=True)
class PoseDetection:
    """One person detected by the pose network.

    mask: soft mask of the person in the 256 x 256 pixels of ``region``.
    """

    pose: Pose
    region: SquareRegion
    mask: SoftMask

    @property
    def height(self) -> float:
        """Height of the mask, in pixels of the picture."""
        rows = np.flatnonzero((self.mask > 0.5).any(axis=1))
        span = rows[-1] + 1 - rows[0] if len(rows) else 0
        return float(span) * self.region.side / INPUT_SIDE


def detect_pose(image: RGB, region: SquareRegion) -> PoseDetection:
    """Return the detection of the person who roughly fills the region."""
    for _ in range(_ITERATIONS):
        detection, region = detect_pose_once(image, region)
    return detection


def detect_pose_once(image: RGB, region: SquareRegion) -> tuple[PoseDetection, SquareRegion]:
    """Return the detection in this region, and the region the network would prefer."""
    output = estimate_pose(region.network_input(image))
    points = region.to_picture(output.landmarks)
    radius = float(np.linalg.norm(points[_RIM] - points[_CENTRE]))
    pose = Pose(points[:BODY_POINTS], output.visibility[:BODY_POINTS], output.presence)
    better = SquareRegion.around(points[_CENTRE], side=_SIDE_PER_RADIUS * radius)
    return PoseDetection(pose, region, output.mask), better
