"""Detection of the most prominent person in a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.figure import RGB, Joint, Points, Soft
from outfitanyone_local.engine.networks import INPUT_SIDE, find_people
from outfitanyone_local.engine.opencv import cv2

from .body import Body
from .colours import Colours, colour_bins
from .facing import turned_to_camera
from .person_crop import CloseUp, close_up
from .pose import Frame, Sighting, look_for_pose

_PRESENT, _SURE = 0.5, 0.95
"""Least presence from the pose network: in general (real people get over 0.75 even half out of
the picture), and where a false detection would be likelier than a person."""
_AGREEMENT = 0.75
"""Overlap (IoU) of the two networks' masks that needs no further evidence of a person."""
_HEAD_RISE = 0.25
"""Least height of the eyes over the shoulders, in torsos: about 0.5 on people, nothing on flat
garments."""
_FACELESS = 0.6
"""Similarity of face and trunk above which the "face" is only more cloth."""
_DOUBT = 31
"""Window side, in crop pixels, for comparing the two masks: wider than their blurred outlines,
narrower than a clothed limb."""
_SMALLEST_TILE = 64


@dataclass(frozen=True)
class Person:
    """A detected person.

    people: soft mask of all people in the whole picture, at 256 x 256.
    seen, human: soft masks of the crop from the pose network and from the people network; both
    are blurred by a few pixels at the outline.
    """

    sighting: Sighting
    close_up: CloseUp
    body: Body
    people: Soft
    seen: Soft
    human: Soft

    @property
    def coverage(self) -> Soft:
        """Soft mask from both networks where they agree, else from the pose network, which knows
        whole bodies.
        """
        window = (_DOUBT, _DOUBT)
        doubt = np.clip(3 * cv2.blur(np.abs(self.seen - self.human), window) - 1, 0, 1)
        coverage: Soft = self.seen + (self.human - self.seen) * (1 - doubt) / 2
        return coverage


def find_person(image: RGB) -> Person | None:
    """Return the person in the largest component of the people mask, or in the whole picture."""
    people = find_people(shrunk(image))
    patch = frame_of_largest(image, people)
    if patch is not None:
        person = _look_closer(image, people, look_for_pose(image, patch))
        if person is not None:
            return person
    size = np.array(image.shape[1::-1])
    sighting = look_for_pose(image, Frame.around(size / 2, side=float(size.max())))
    return _look_closer(image, people, sighting) if sighting.pose.presence > _SURE else None


def shows_tiny_person(image: RGB) -> bool:
    """Whether a person is visible when parts of the picture are examined one by one."""
    for tile in _tiles(image):
        people = find_people(shrunk(tile))
        patch = frame_of_largest(tile, people)
        person = _look_closer(tile, people, look_for_pose(tile, patch)) if patch else None
        if person is not None and _overlap(person.seen, person.human) > _AGREEMENT:
            return True
    return False


def frame_of_largest(image: RGB, people: Soft) -> Frame | None:
    """Return a rough region around the largest component of a people mask, None without one."""
    _, _, boxes, _ = cv2.connectedComponentsWithStats((people > 0.5).astype(np.uint8))
    if len(boxes) == 1:
        return None
    left, top, width, height, _ = boxes[1 + int(boxes[1:, cv2.CC_STAT_AREA].argmax())]
    scale = np.array(image.shape[1::-1]) / INPUT_SIDE
    corner, extent = np.array([left, top]) * scale, np.array([width, height]) * scale
    return Frame.around(corner + extent / 2, side=1.25 * float(extent.max()))


def shrunk(image: RGB) -> RGB:
    """Return the whole picture at 256 x 256, whatever its aspect ratio."""
    small: RGB = cv2.resize(image, (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_AREA)
    return small


def _look_closer(image: RGB, people: Soft, sighting: Sighting) -> Person | None:
    """Return the detected person, None if it is false: flat garments have no head or face."""
    sighting = turned_to_camera(image, sighting)
    if sighting.pose.presence < _PRESENT or sighting.height < 1:
        return None
    near = close_up(image, sighting)
    body = Body(near.points(sighting.pose.points))
    if (body.shoulders - body.eyes)[1] < _HEAD_RISE * body.torso:
        return None
    seen = near.fit(sighting)
    human = cv2.resize(find_people(shrunk(near.image)), near.size)
    if _overlap(seen, human) < _AGREEMENT and _is_faceless(near.image, body):
        return None
    return Person(sighting, near, body, people, seen, human)


def _overlap(first: Soft, second: Soft) -> float:
    either = float(((first > 0.5) | (second > 0.5)).sum())
    return float(((first > 0.5) & (second > 0.5)).sum()) / max(either, 1)


def _is_faceless(image: RGB, body: Body) -> bool:
    """Whether the trunk's colours continue where the face should be."""
    bins = colour_bins(image)
    down, across = np.indices(bins.shape)

    def around(centre: Points, radius: float) -> Colours:
        return Colours.of(bins[np.hypot(across - centre[0], down - centre[1]) < radius])

    eyes_and_mouth = Joint.LEFT_EYE, Joint.RIGHT_EYE, Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT
    face = around(body.middle(*eyes_and_mouth), 0.1 * body.torso)
    corners = Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP
    trunk = around(body.middle(*corners), 0.3 * body.torso)
    return face.likeness(trunk) > _FACELESS


def _tiles(image: RGB) -> Iterator[RGB]:
    """Yield overlapping squares of half the picture's shorter side."""
    height, width = image.shape[:2]
    side = max(_SMALLEST_TILE, min(height, width) // 2)
    for top in range(0, height - side // 2, side // 2):
        for left in range(0, width - side // 2, side // 2):
            yield image[top : top + side, left : left + side]
