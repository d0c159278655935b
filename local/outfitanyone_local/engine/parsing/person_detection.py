"""Detection of the most prominent person in a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Points, SoftMask
from outfitanyone_local.engine.figure import Joint
from outfitanyone_local.engine.networks import INPUT_SIDE, segment_people
from outfitanyone_local.engine.opencv import cv2

from .body import Body
from .colour_models import ColourModel, colour_bins
from .evidence import PixelEvidence, read_evidence, shows_face
from .facing import correct_facing
from .person_crop import PersonCrop, crop_person
from .pose import PoseDetection, SquareRegion, detect_pose, detect_pose_once

_LEAST_PRESENCE, _CERTAIN_PRESENCE = 0.5, 0.95
"""Least presence from the pose network: in general (real people get over 0.75 even half out of
the picture), and where a false detection would be likelier than a person."""
_LEAST_OVERLAP = 0.75
"""Overlap (IoU) of the two networks' masks that needs no further evidence of a person."""
_HEAD_RISE = 0.25
"""Height of the eyes over the shoulders, in torsos, below which all networks have to agree: about
0.5 on people, less if they look down, nothing on flat garments."""
_FACELESS = 0.6
"""Similarity of face and trunk above which the "face" is only more cloth."""
_DOUBT_WINDOW = 31
"""Window side, in crop pixels, for comparing the two masks: wider than their blurred outlines,
narrower than a clothed limb."""
_SMALLEST_TILE = 64
_SURE_PEOPLE, _PORTRAIT_AREA, _PORTRAIT_PRESENCE = 0.5, 0.12, 0.15
"""What a portrait needs: share of the picture in the people mask, and the pose network's
presence for half a body or a head."""


@dataclass(frozen=True)
class DetectedPerson:
    """A detected person.

    people: soft mask of all people in the whole picture, at 256 x 256.
    pose_mask, people_mask: soft masks of the crop from the pose and the people network; both are
    blurred by a few pixels at the outline.
    """

    detection: PoseDetection
    crop: PersonCrop
    body: Body
    people: SoftMask
    pose_mask: SoftMask
    people_mask: SoftMask

    @cached_property
    def evidence(self) -> PixelEvidence:
        """What the network for the classes of pixels sees in the crop; it runs once."""
        return read_evidence(self.crop.image)

    @property
    def coverage(self) -> SoftMask:
        """Soft mask from both networks where they agree, else from the pose network, which knows
        whole bodies.
        """
        window = (_DOUBT_WINDOW, _DOUBT_WINDOW)
        doubt = np.clip(3 * cv2.blur(np.abs(self.pose_mask - self.people_mask), window) - 1, 0, 1)
        coverage: SoftMask = self.pose_mask + (self.people_mask - self.pose_mask) * (1 - doubt) / 2
        return coverage


def detect_person(image: RGB) -> DetectedPerson | None:
    """Return the person in the largest component of the people mask, or in the whole picture."""
    people = segment_people(shrink(image))
    region = largest_region(image, people)
    if region is not None:
        person = _confirm_person(image, people, detect_pose(image, region))
        if person is not None:
            return person
    size = np.array(image.shape[1::-1])
    detection = detect_pose(image, SquareRegion.around(size / 2, side=float(size.max())))
    return (
        _confirm_person(image, people, detection)
        if detection.pose.presence > _CERTAIN_PRESENCE
        else None
    )


def shows_part_of_person(image: RGB) -> bool:
    """Whether people fill much of a picture in which no whole body is found, as in a portrait."""
    if not people_fill(image):
        return False
    people = segment_people(shrink(image)) > _SURE_PEOPLE
    size = np.array(image.shape[1::-1])
    whole = SquareRegion.around(size / 2, side=float(size.max()))
    regions = (largest_region(image, people.astype(np.float32)), whole)
    presences = (detect_pose_once(image, one)[0].pose.presence for one in regions if one)
    return max(presences) > _PORTRAIT_PRESENCE


def people_fill(image: RGB) -> bool:
    """Whether people cover so much of the picture that none of them is far away."""
    return bool((segment_people(shrink(image)) > _SURE_PEOPLE).mean() >= _PORTRAIT_AREA)


def shows_tiny_person(image: RGB) -> bool:
    """Whether a person is visible when parts of the picture are examined one by one."""
    for tile in _tiles(image):
        people = segment_people(shrink(tile))
        region = largest_region(tile, people)
        person = _confirm_person(tile, people, detect_pose(tile, region)) if region else None
        if person is not None and _overlap(person.pose_mask, person.people_mask) > _LEAST_OVERLAP:
            return True
    return False


def largest_region(image: RGB, people: SoftMask) -> SquareRegion | None:
    """Return a rough region around the largest component of a people mask, None without one."""
    _, _, boxes, _ = cv2.connectedComponentsWithStats((people > 0.5).astype(np.uint8))
    if len(boxes) == 1:
        return None
    left, top, width, height, _ = boxes[1 + int(boxes[1:, cv2.CC_STAT_AREA].argmax())]
    scale = np.array(image.shape[1::-1]) / INPUT_SIDE
    corner, extent = np.array([left, top]) * scale, np.array([width, height]) * scale
    return SquareRegion.around(corner + extent / 2, side=1.25 * float(extent.max()))


def shrink(image: RGB) -> RGB:
    """Return the whole picture at 256 x 256, whatever its aspect ratio."""
    small: RGB = cv2.resize(image, (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_AREA)
    return small


def _confirm_person(
    image: RGB, people: SoftMask, detection: PoseDetection
) -> DetectedPerson | None:
    """Return the detected person, None if it is false: flat garments have no head or face."""
    detection = correct_facing(image, detection)
    if detection.pose.presence < _LEAST_PRESENCE or detection.height < 1:
        return None
    crop = crop_person(image, detection)
    body = Body(crop.to_crop(detection.pose.points))
    pose_mask = crop.warp_mask(detection)
    people_mask = cv2.resize(segment_people(shrink(crop.image)), crop.size)
    networks_agree = _overlap(pose_mask, people_mask) >= _LEAST_OVERLAP
    rise = (body.shoulders - body.eyes)[1]
    is_low = rise < _HEAD_RISE * body.torso
    if is_low and not (rise > 0 and networks_agree and shows_face(crop.image)):
        return None
    if not networks_agree and _is_faceless(crop.image, body):
        return None
    return DetectedPerson(detection, crop, body, people, pose_mask, people_mask)


def _overlap(first: SoftMask, second: SoftMask) -> float:
    either = float(((first > 0.5) | (second > 0.5)).sum())
    return float(((first > 0.5) & (second > 0.5)).sum()) / max(either, 1)


def _is_faceless(image: RGB, body: Body) -> bool:
    """Whether the trunk's colours continue where the face should be."""
    bins = colour_bins(image)
    down, across = np.indices(bins.shape)

    def around(centre: Points, radius: float) -> ColourModel:
        return ColourModel.from_bins(bins[np.hypot(across - centre[0], down - centre[1]) < radius])

    eyes_and_mouth = Joint.LEFT_EYE, Joint.RIGHT_EYE, Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT
    face = around(body.middle(*eyes_and_mouth), 0.1 * body.torso)
    corners = Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP
    trunk = around(body.middle(*corners), 0.3 * body.torso)
    return face.similarity(trunk) > _FACELESS


def _tiles(image: RGB) -> Iterator[RGB]:
    """Yield overlapping squares of half the picture's shorter side."""
    height, width = image.shape[:2]
    side = max(_SMALLEST_TILE, min(height, width) // 2)
    for top in range(0, height - side // 2, side // 2):
        for left in range(0, width - side // 2, side // 2):
            yield image[top : top + side, left : left + side]
