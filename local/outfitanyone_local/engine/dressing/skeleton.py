"""The joints of a figure by side, and the unit of length they define."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import Points
from outfitanyone_local.engine.figure import Figure, Joint, Part
from outfitanyone_local.engine.outline import LEFT, RIGHT

CLOTH = (Part.UPPER, Part.LOWER, Part.DRESS)


@dataclass(frozen=True)
class Skeleton:
    """The joints of a figure; sides are the signs of x."""

    figure: Figure

    def joint(self, name: str, side: int) -> Points:
        """Return one joint of a pair, such as "ELBOW"."""
        return self.figure.pose[Joint[("LEFT_" if side == LEFT else "RIGHT_") + name]]

    def middle(self, name: str) -> Points:
        """Return the midpoint of a pair of joints."""
        return np.asarray((self.joint(name, LEFT) + self.joint(name, RIGHT)) / 2, np.float32)

    @cached_property
    def shoulders(self) -> Points:
        return self.middle("SHOULDER")

    @cached_property
    def hips(self) -> Points:
        return self.middle("HIP")

    @cached_property
    def torso(self) -> float:
        """The unit of length, in pixels: from the middle of the shoulders to that of the hips."""
        return float(np.linalg.norm(self.hips - self.shoulders))

    @cached_property
    def half_shoulder_width(self) -> float:
        """Half the distance between the shoulder joints."""
        apart = self.joint("SHOULDER", LEFT) - self.joint("SHOULDER", RIGHT)
        return float(np.linalg.norm(apart)) / 2

    @cached_property
    def chin(self) -> Points:
        """The lowest point of the face; the mouth is three fifths of the way from the eyes."""
        pose = self.figure.pose
        eyes, mouth = self.middle("EYE"), (pose[Joint.MOUTH_LEFT] + pose[Joint.MOUTH_RIGHT]) / 2
        return np.asarray(eyes + (mouth - eyes) / 0.6, np.float32)

    def middle_at(self, row: float) -> float:
        """Return x of the body's middle line at a row."""
        share = (row - self.shoulders[1]) / (self.hips[1] - self.shoulders[1])
        return float(self.shoulders[0] + share * (self.hips[0] - self.shoulders[0]))

    def labels_at(self, points: Points) -> npt.NDArray[np.uint8]:
        """Return the labels at points (..., 2)."""
        height, width = self.figure.labels.shape
        x = np.clip(np.round(points[..., 0]).astype(int), 0, width - 1)
        y = np.clip(np.round(points[..., 1]).astype(int), 0, height - 1)
        labels: npt.NDArray[np.uint8] = self.figure.labels[y, x]
        return labels

    def labels_along(
        self, row: int, start: float, side: int, reach: tuple[float, float]
    ) -> npt.NDArray[np.uint8]:
        """Return the labels of a row outwards from ``start``, between two distances."""
        steps = np.arange(round(reach[0]), max(round(reach[0]) + 1, round(reach[1])))
        points = np.stack([round(start) + side * steps, np.full(len(steps), row)], axis=1)
        return self.labels_at(points.astype(np.float32))
