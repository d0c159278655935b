"""The parsed person: pose and a label for each pixel.

Coordinates are pixels of the picture, x to the right, y down. "Left" and "right" are the
person's own sides: in a front view the left arm is on the right of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from .arrays import RGB, Mask, SoftMask


class Part(IntEnum):
    """Body part or garment that a pixel shows: the values of ``Figure.labels``."""

    BACKGROUND = 0
    HAIR = 1
    HEAD = 2
    """Skin of face and neck."""
    UPPER = 3
    LOWER = 4
    DRESS = 5
    """A one-piece from the shoulders down; a figure has either this or UPPER and LOWER."""
    ARM = 6
    """Bare skin of the arms, hands included."""
    LEG = 7
    """Bare skin of the legs and midriff."""
    SHOE = 8
    OTHER = 9
    """Belts, bags and anything else the person wears or holds."""


class Joint(IntEnum):
    """The landmarks used here, numbered as in the pose network's 33 outputs."""

    NOSE = 0
    LEFT_EYE = 2
    RIGHT_EYE = 5
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_TOE = 31
    RIGHT_TOE = 32


_OTHER_SIDE = [0, 4, 5, 6, 1, 2, 3, *(joint + 1 - 2 * (joint % 2 == 0) for joint in range(7, 33))]
"""For each of the 33 landmarks its mirror image: eyes in threes, the rest in pairs."""


@dataclass(frozen=True)
class Pose:
    """33 body landmarks.

    points: float32 (33, 2), x and y in pixels of the whole picture.
    visibility: float32 (33,), 0 to 1, confidence that the landmark is in view.
    presence: 0 to 1, confidence that the picture shows a person.
    """

    points: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.float32]
    presence: float

    def __getitem__(self, joint: Joint) -> npt.NDArray[np.float32]:
        """Return the position of one joint: x, y in pixels."""
        point: npt.NDArray[np.float32] = self.points[joint]
        return point

    def with_sides_exchanged(self) -> Pose:
        """Return the same landmarks with left and right exchanged."""
        return replace(
            self, points=self.points[_OTHER_SIDE], visibility=self.visibility[_OTHER_SIDE]
        )


@dataclass(frozen=True)
class Figure:
    """One complete person, parsed.

    person: soft mask of the person.
    labels: uint8 (height, width), one ``Part`` for each pixel.
    """

    image: RGB
    pose: Pose
    person: SoftMask
    labels: npt.NDArray[np.uint8]

    @property
    def is_one_piece(self) -> bool:
        """Whether the person wears a dress or jumpsuit."""
        return bool((self.labels == Part.DRESS).any())

    def mask(self, *parts: Part) -> Mask:
        """Return the mask of any of these parts."""
        found: Mask = np.isin(self.labels, parts)
        return found
