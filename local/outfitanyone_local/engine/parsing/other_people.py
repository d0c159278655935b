"""Detection of people other than the detected person."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask
from outfitanyone_local.engine.figure import Joint
from outfitanyone_local.engine.networks import INPUT_SIDE
from outfitanyone_local.engine.opencv import cv2

from .evidence import shows_skin
from .person_detection import DetectedPerson, largest_region
from .pose import PoseDetection, detect_pose

_SECOND_AREA = 0.05
"""Least area of a second person, as a share of the first one's mask."""
_HALO = 4
"""Pixels, of the networks' 256, by which their masks of one person may differ."""
_MERGED_AREA = 0.15
"""The same share for a person area that touches the first: an arm and shoulder of another."""
_MERGED_SKIN = 0.01
"""Least skin in it, as the same share: a hand and part of a face."""
_LEAST_PRESENCE = 0.5


def shows_second_person(image: RGB, person: DetectedPerson) -> bool:
    """Whether another person is visible apart from the detected one."""
    first = _mask_in_picture(person.detection, image)
    halo = np.ones((2 * _HALO + 1, 2 * _HALO + 1), np.uint8)
    others = np.where(cv2.dilate(first.astype(np.uint8), halo) > 0, 0, person.people)
    _, _, boxes, _ = cv2.connectedComponentsWithStats((others > 0.5).astype(np.uint8))
    region = largest_region(image, others)
    if region is None or boxes[1:, cv2.CC_STAT_AREA].max() <= _SECOND_AREA * first.sum():
        return False
    found = detect_pose(image, region)
    second = _mask_in_picture(found, image)
    is_apart = bool((second & first).sum() < 0.5 * second.sum())
    is_person = found.pose.presence > _LEAST_PRESENCE
    return is_apart and is_person and shows_skin(found.region.network_input(image))


def merges_two_people(person: DetectedPerson) -> bool:
    """Whether the pose network merged two overlapping people into one.

    Then much of the people mask, skin included, is outside the pose mask, or the detected face
    is. Bags and wide coats lie outside it too, but show no skin.
    """
    head = person.body.middle(Joint.NOSE, Joint.LEFT_EAR, Joint.RIGHT_EAR).astype(int)
    x, y = np.clip(head, 0, np.array(person.crop.size) - 1)
    unexplained = (person.people_mask > 0.5) & (person.pose_mask < 0.5)
    if person.pose_mask[y, x] < 0.5:
        return True
    area = (person.pose_mask > 0.5).sum()
    if unexplained.sum() <= _MERGED_AREA * area:
        return False
    return bool((unexplained & (person.evidence.skin > 0.5)).sum() > _MERGED_SKIN * area)


def _mask_in_picture(detection: PoseDetection, image: RGB) -> Mask:
    """Return the person's mask in the whole picture, at 256 x 256."""
    region, step = detection.region, detection.region.side / INPUT_SIDE
    scale = INPUT_SIDE / np.array(image.shape[1::-1])[:, None]
    matrix = scale * np.array([[step, 0, region.left], [0, step, region.top]])
    person: Mask = cv2.warpAffine(detection.mask, matrix, (INPUT_SIDE, INPUT_SIDE)) > 0.5
    return person
