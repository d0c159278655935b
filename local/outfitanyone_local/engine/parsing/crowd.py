"""Detect people other than the one found."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.figure import RGB, Joint, Mask
from outfitanyone_local.engine.networks import INPUT_SIDE
from outfitanyone_local.engine.opencv import cv2

from .person import Person, frame_of_largest
from .pose import Sighting, look_for_pose

_SECOND = 0.05
"""Least area of a second person, as a share of the first one's mask."""
_HALO = 4
"""Pixels, of the networks' 256, by which their masks of one person may differ."""
_MERGED = 0.15
"""The same share for a person area that touches the first: an arm and shoulder of another."""
_PRESENT = 0.5


def shows_second(image: RGB, person: Person) -> bool:
    """Whether another person is visible apart from the detected one."""
    first = _map(person.sighting, image)
    halo = np.ones((2 * _HALO + 1, 2 * _HALO + 1), np.uint8)
    others = np.where(cv2.dilate(first.astype(np.uint8), halo) > 0, 0, person.people)
    _, _, boxes, _ = cv2.connectedComponentsWithStats((others > 0.5).astype(np.uint8))
    patch = frame_of_largest(image, others)
    if patch is None or boxes[1:, cv2.CC_STAT_AREA].max() <= _SECOND * first.sum():
        return False
    found = look_for_pose(image, patch)
    second = _map(found, image)
    return found.pose.presence > _PRESENT and bool((second & first).sum() < 0.5 * second.sum())


def is_merged(person: Person) -> bool:
    """Whether the pose network merged two overlapping people into one.

    Then much of the people mask is outside the pose mask, or the detected face is.
    """
    head = person.body.middle(Joint.NOSE, Joint.LEFT_EAR, Joint.RIGHT_EAR).astype(int)
    x, y = np.clip(head, 0, np.array(person.close_up.size) - 1)
    left_over = (person.human > 0.5) & (person.seen < 0.5)
    return bool(left_over.sum() > _MERGED * (person.seen > 0.5).sum() or person.seen[y, x] < 0.5)


def _map(sighting: Sighting, image: RGB) -> Mask:
    """Return the person's mask in the whole picture, at 256 x 256."""
    frame, step = sighting.frame, sighting.frame.side / INPUT_SIDE
    scale = INPUT_SIDE / np.array(image.shape[1::-1])[:, None]
    matrix = scale * np.array([[step, 0, frame.left], [0, step, frame.top]])
    person: Mask = cv2.warpAffine(sighting.mask, matrix, (INPUT_SIDE, INPUT_SIDE)) > 0.5
    return person
