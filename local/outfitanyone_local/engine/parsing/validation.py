"""Check that the person is alone, complete, standing straight and facing the camera."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Points
from outfitanyone_local.engine.figure import Joint, Pose
from outfitanyone_local.engine.refusals import PersonRefusal, PersonRefused

from .other_people import merges_two_people, shows_second_person
from .person_detection import (
    DetectedPerson,
    detect_person,
    people_fill,
    shows_part_of_person,
    shows_tiny_person,
)

_TRUNK_JOINTS = (
    Joint.NOSE,
    Joint.LEFT_SHOULDER,
    Joint.RIGHT_SHOULDER,
    Joint.LEFT_HIP,
    Joint.RIGHT_HIP,
)
_LEG_JOINTS = (Joint.LEFT_KNEE, Joint.RIGHT_KNEE, Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)
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
_LEAST_STRAIGHTNESS, _SEATED_STRAIGHTNESS = 0.93, 0.85
"""Ratio of the hip-ankle distance to the path over the knee: 0.98 and more when standing, even at
ease; between the two, with crossed legs or one knee bent."""
_HEM_ABOVE_ANKLES, _LEG_LENGTH = 0.3, 1.2
"""In torsos: how far above the ankles a person may end whose legs a skirt hides, and the least
length of real legs (about 1.6)."""
_LEAST_THIGH_HEIGHT = 0.6
"""Least height of the thighs in shins: about 1 when standing, little when they point at the
camera."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a person; parsing copes with those that are not ``clear``."""

    reason: PersonRefusal
    clear: bool = True


def detect_valid_person(image: RGB) -> DetectedPerson:
    """Return the person in the picture, or raise ``PersonRefused`` with the first reason found."""
    person = detect_person(image)
    if person is None:
        raise PersonRefused(missing_person_reason(image))
    for fault in find_faults(image, person):
        if fault.clear:
            raise PersonRefused(fault.reason)
    return person


def missing_person_reason(image: RGB) -> PersonRefusal:
    """Return why no person was detected."""
    if shows_part_of_person(image):
        return PersonRefusal.INCOMPLETE
    if not shows_tiny_person(image):
        return PersonRefusal.NO_PERSON
    return PersonRefusal.INCOMPLETE if people_fill(image) else PersonRefusal.TOO_SMALL


def find_faults(image: RGB, person: DetectedPerson) -> Iterator[Fault]:
    """Yield everything that is wrong and that the other faults leave meaningful, worst first.

    Joints of a tiny, cut off or merged person are guesses, so nothing is said of their pose.
    """
    if _is_small(person, image):
        yield Fault(PersonRefusal.TOO_SMALL)
        return
    several = shows_second_person(image, person)
    if several:
        yield Fault(PersonRefusal.SEVERAL_PEOPLE)
    pose = person.detection.pose
    cut_off, sideways = _is_cut_off(person, image), _is_sideways(pose)
    if cut_off:
        yield Fault(PersonRefusal.INCOMPLETE)
    if sideways:
        yield Fault(PersonRefusal.SIDE_VIEW)
    if not (several or cut_off or sideways) and merges_two_people(person):
        yield Fault(PersonRefusal.SEVERAL_PEOPLE)
        return
    if not cut_off and _is_hidden(pose, _TRUNK_JOINTS + _LEG_JOINTS):
        yield Fault(PersonRefusal.INCOMPLETE, clear=not _is_long_skirt(person))
    elif not cut_off:
        yield from _bent(pose, sideways=sideways)


def _bent(pose: Pose, *, sideways: bool) -> Iterator[Fault]:
    """Yield SEATED for bent legs; seen from the side, walking bends them too.

    Crossed legs, or one that is bent, still stand: clear is only what bends both, or sits low.
    """
    legs = _straightness(pose)
    if min(legs) < (_SEATED_STRAIGHTNESS if sideways else _LEAST_STRAIGHTNESS):
        yield Fault(PersonRefusal.SEATED, clear=max(legs) < _SEATED_STRAIGHTNESS or _is_low(pose))


def _is_low(pose: Pose) -> bool:
    """Whether the hips are so close to the ankles that the person cannot be standing."""
    joints = [Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP]
    joints += [Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE]
    shoulders, hips, ankles = pose.points[joints].reshape(3, 2, 2).mean(axis=1)
    torso = float(np.linalg.norm(hips - shoulders))
    return bool(ankles[1] - hips[1] < _LEG_LENGTH * torso)


def _is_small(person: DetectedPerson, image: RGB) -> bool:
    smallest = max(_SMALLEST_HEIGHT, _SMALLEST_SHARE * image.shape[0])
    return bool(person.detection.height < smallest)


def _is_hidden(pose: Pose, joints: Sequence[Joint]) -> bool:
    return bool(pose.visibility[list(joints)].min() < _LEAST_VISIBILITY)


def _is_long_skirt(person: DetectedPerson) -> bool:
    """Whether only legs are hidden, and both networks see the person down to the ankles."""
    if _is_hidden(person.detection.pose, _TRUNK_JOINTS):
        return False
    ankles = person.body.middle(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)
    hips = person.body.hips
    if ankles[1] - hips[1] < _LEG_LENGTH * person.body.torso:
        return False
    both = np.minimum(person.pose_mask, person.people_mask) > 0.5
    rows = np.flatnonzero(both.any(axis=1))
    return bool(len(rows) and rows[-1] > ankles[1] - _HEM_ABOVE_ANKLES * person.body.torso)


def _is_cut_off(person: DetectedPerson, image: RGB) -> bool:
    """Whether the person extends beyond the picture."""
    pose, crop = person.detection.pose, person.crop
    height, width = image.shape[:2]
    required = pose.points[list(_TRUNK_JOINTS + _LEG_JOINTS)]
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


def _straightness(pose: Pose) -> tuple[float, float]:
    """Return how straight each leg is: 1 stretched, 0 for thighs at the camera."""
    left, right = (
        _leg_straightness(*pose.points[list(joints)])
        for joints in (
            (Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE),
            (Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE),
        )
    )
    return left, right


def _leg_straightness(hip: Points, knee: Points, ankle: Points) -> float:
    if knee[1] - hip[1] < _LEAST_THIGH_HEIGHT * (ankle[1] - knee[1]):
        return 0.0
    path = float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))
    return float(np.linalg.norm(ankle - hip)) / max(path, 1e-6)
