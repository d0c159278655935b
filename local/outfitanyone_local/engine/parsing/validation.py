"""Check that the person is alone, complete, standing straight and facing the camera."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from outfitanyone_local.engine.arrays import RGB
from outfitanyone_local.engine.figure import Joint, Pose
from outfitanyone_local.engine.refusals import PersonRefusal, PersonRefused

from .other_people import merges_two_people, shows_second_person
from .person_detection import DetectedPerson, detect_person, shows_tiny_person

_REQUIRED_JOINTS = (
    Joint.NOSE,
    Joint.LEFT_SHOULDER,
    Joint.RIGHT_SHOULDER,
    Joint.LEFT_HIP,
    Joint.RIGHT_HIP,
    Joint.LEFT_KNEE,
    Joint.RIGHT_KNEE,
    Joint.LEFT_ANKLE,
    Joint.RIGHT_ANKLE,
)
_SMALLEST_SHARE, _SMALLEST_HEIGHT = 0.25, 170
"""Least height, as a share of the picture's height and in pixels; below, the crop is enlarged
more than 3.5 times."""
_LEAST_VISIBILITY = 0.25
"""Least visibility: hidden or guessed joints stay below it; joints in full view before a
cluttered background may fall to a third."""
_CROWN_OUTSIDE, _TOES_OUTSIDE = 0.02, 0.035
"""How far the crown and the toes may lie beyond the picture, in body heights."""
_SIDE_CONTACT, _SIDE_MARGIN = 0.12, 2
"""How much of a picture side the person may touch, in body heights (more than a hand), and how
far from the side that is measured, in crop pixels (masks fade at the very edge)."""
_LEAST_SHOULDER_WIDTH = 0.4
"""Least shoulder width in torsos: 0.6 to 0.8 from the front, negative from behind."""
_LEAST_STRAIGHTNESS = 0.93
"""Least ratio of the hip-ankle distance to the path over the knee: 0.98 and more when standing,
even at ease."""
_LEAST_THIGH_HEIGHT = 0.6
"""Least height of the thighs in shins: about 1 when standing, little when they point at the
camera."""


def detect_valid_person(image: RGB) -> DetectedPerson:
    """Return the person in the picture, or raise ``PersonRefused`` with the first reason found."""
    person = detect_person(image)
    if person is None:
        raise PersonRefused(
            PersonRefusal.TOO_SMALL if shows_tiny_person(image) else PersonRefusal.NO_PERSON
        )
    checks: Sequence[tuple[PersonRefusal, Callable[[], bool]]] = (
        (PersonRefusal.TOO_SMALL, lambda: _is_small(person, image)),
        (PersonRefusal.SEVERAL_PEOPLE, lambda: shows_second_person(image, person)),
        (PersonRefusal.INCOMPLETE, lambda: _is_cut_off(person, image)),
        (PersonRefusal.SIDE_VIEW, lambda: _is_sideways(person.detection.pose)),
        (PersonRefusal.SEVERAL_PEOPLE, lambda: merges_two_people(person)),
        (PersonRefusal.INCOMPLETE, lambda: _is_hidden(person.detection.pose)),
        (PersonRefusal.SEATED, lambda: _is_bent(person.detection.pose)),
    )
    for reason, applies in checks:
        if applies():
            raise PersonRefused(reason)
    return person


def _is_small(person: DetectedPerson, image: RGB) -> bool:
    smallest = max(_SMALLEST_HEIGHT, _SMALLEST_SHARE * image.shape[0])
    return bool(person.detection.height < smallest)


def _is_hidden(pose: Pose) -> bool:
    return bool(pose.visibility[list(_REQUIRED_JOINTS)].min() < _LEAST_VISIBILITY)


def _is_cut_off(person: DetectedPerson, image: RGB) -> bool:
    """Whether the person extends beyond the picture."""
    pose, crop = person.detection.pose, person.crop
    height, width = image.shape[:2]
    required = pose.points[list(_REQUIRED_JOINTS)]
    if ((required < 0) | (required >= [width, height])).any():
        return True
    size = person.detection.height
    crown = crop.top + person.body.crown[1] / crop.scale
    toes = max(pose[Joint.LEFT_TOE][1], pose[Joint.RIGHT_TOE][1])
    if crown < -_CROWN_OUTSIDE * size or toes > height + _TOES_OUTSIDE * size:
        return True
    edges = [person.coverage[:, _SIDE_MARGIN]] if crop.left == 0 else []
    edges += [person.coverage[:, -1 - _SIDE_MARGIN]] if crop.right == width else []
    return any((edge > 0.5).sum() > _SIDE_CONTACT * crop.scale * size for edge in edges)


def _is_sideways(pose: Pose) -> bool:
    shoulders = (pose[Joint.LEFT_SHOULDER] + pose[Joint.RIGHT_SHOULDER]) / 2
    hips = (pose[Joint.LEFT_HIP] + pose[Joint.RIGHT_HIP]) / 2
    torso = float(np.linalg.norm(hips - shoulders))
    width = (pose[Joint.LEFT_SHOULDER] - pose[Joint.RIGHT_SHOULDER])[0]
    return bool(width < _LEAST_SHOULDER_WIDTH * torso)


def _is_bent(pose: Pose) -> bool:
    legs = pose.points[
        [
            [Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE],
            [Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE],
        ]
    ]
    for hip, knee, ankle in legs:
        path = np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee)
        if np.linalg.norm(ankle - hip) < _LEAST_STRAIGHTNESS * path:
            return True
        if knee[1] - hip[1] < _LEAST_THIGH_HEIGHT * (ankle[1] - knee[1]):
            return True
    return False
