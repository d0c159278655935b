"""Check a picture of a person: everything that is wrong with it, not only the first thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from outfitanyone_local.engine.arrays import RGB, check_picture
from outfitanyone_local.engine.figure import Joint
from outfitanyone_local.engine.masks import dilate
from outfitanyone_local.engine.networks import segment_people
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.parsing.person_detection import DetectedPerson, detect_person, shrink
from outfitanyone_local.engine.parsing.validation import find_faults, missing_person_reason
from outfitanyone_local.engine.refusals import PersonRefusal, PersonRefused

from .arms_and_hands import check_arms, check_hands
from .covering import check_covering
from .findings import REFUSAL_CODES, Finding, Severity, graded, may_spoil, refuses, worst_first
from .light import brighten, check_light
from .regions import figure_of
from .sharpness import measure_blur

_WORKING_SIZE = 1600
"""Longer side to which larger pictures are scaled down; the networks see 256 pixels of it."""
_BLACK_PICTURE = 12
"""Lightness of the lightest hundredth of a picture that shows nothing at all."""
_SMALL = 0.45
"""Share of the picture's height below which a person is small; photos of models have 0.75 and
more."""
_SOFT, _BLURRED = 1.9, 2.6
"""Width of the blur in crop pixels, at a body height of 600. Of 89 photos the most is 0.9, of
pictures of 180 pixels' height 1.8; blurred by 6 pixels of a 1000-pixel body at least 2.6."""
_SHAKEN, _BADLY_SHAKEN = 2.2, 3.2
"""The same in one direction: 1.1 at most on those photos, 2.4 to 5.6 when they are moved by 15
pixels, 2.8 and more by 25."""
_OUTLINE = 4
"""Crop pixels around the figure whose edges count as its own."""
_BLUR_SIZE, _LEAST_PEOPLE = 700, 0.05
"""Side at which a picture's own blur is measured, and share of people it then has to show."""
_LYING_PRESENCE, _LYING_VISIBILITY = 0.95, 0.5
_TRUNK = [Joint.NOSE, Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP]
"""What a turned picture has to show to be that of a person who lies."""
_POSE_UNKNOWN = {
    REFUSAL_CODES[reason]
    for reason in (
        PersonRefusal.TOO_SMALL,
        PersonRefusal.INCOMPLETE,
        PersonRefusal.SIDE_VIEW,
        PersonRefusal.SEVERAL_PEOPLE,
    )
}
"""Findings with which hands, arms and held things cannot be judged."""


def check_person(image: RGB) -> list[Finding]:
    """Return what is wrong with a picture of a person, worst first; an empty list if all is well.

    image: RGB uint8 (height, width, 3). Raises ValueError for other arrays. A bad
    picture gives findings; if an unexpected error keeps it from being judged, that error is
    raised, because no findings mean "all is well".
    """
    check_picture(image)
    return worst_first(_check(_scaled_down(image)))


def require_usable_person(image: RGB) -> None:
    """Raise PersonRefused with the first reason for which ``check_person`` refuses a picture."""
    reasons = {code: reason for reason, code in REFUSAL_CODES.items()}
    for finding in check_person(image):
        reason = reasons[finding.code]
        if finding.severity is Severity.REFUSES and isinstance(reason, PersonRefusal):
            raise PersonRefused(reason)


def _check(image: RGB) -> Iterator[Finding]:
    if np.percentile(image, 99) < _BLACK_PICTURE:
        yield refuses("dark")
        return
    bright = brighten(image)
    person = detect_person(bright)
    if person is None:
        yield from _check_without_person(bright)
        return
    unreadable = [*check_light(_in_picture(person, image)), *_check_blur(person)]
    yield from unreadable
    if any(finding.severity is Severity.REFUSES for finding in unreadable):
        return  # the networks guess in such a picture
    codes = set()
    for fault in find_faults(bright, person):
        code = REFUSAL_CODES[fault.reason]
        codes.add(code)
        yield refuses(code) if fault.clear else may_spoil(code)
    if "person_small" in codes:
        return
    if person.detection.height < _SMALL * image.shape[0]:
        yield may_spoil("person_small")
    if not codes & _POSE_UNKNOWN:
        yield from check_arms(person)
        yield from check_hands(person)
        yield from check_covering(person)


def _check_without_person(bright: RGB) -> Iterator[Finding]:
    """Yield why no person was found: people who lie are found when the picture is turned."""
    if _lies(bright):
        yield refuses("seated")
        return
    everywhere = np.ones((_BLUR_SIZE, _BLUR_SIZE), bool)
    small = cv2.resize(bright, (_BLUR_SIZE, _BLUR_SIZE), interpolation=cv2.INTER_AREA)
    blur = measure_blur(small, everywhere)
    shows_people = (segment_people(shrink(bright)) > 0.5).mean() > _LEAST_PEOPLE
    if shows_people and blur is not None and blur.overall >= _BLURRED:
        yield refuses("blurred")
        return
    yield refuses(REFUSAL_CODES[missing_person_reason(bright)])


def _lies(image: RGB) -> bool:
    turned = (np.ascontiguousarray(np.rot90(image, turns)) for turns in (1, 3))
    people = (detect_person(one) for one in turned)
    return any(
        person is not None
        and person.detection.pose.presence > _LYING_PRESENCE
        and person.detection.pose.visibility[_TRUNK].min() > _LYING_VISIBILITY
        for person in people
    )


def _check_blur(person: DetectedPerson) -> list[Finding]:
    blur = measure_blur(person.crop.image, dilate(figure_of(person), _OUTLINE))
    if blur is None:
        return []
    overall = graded("blurred", blur.overall, mild=_SOFT, clear=_BLURRED)
    along = graded("blurred", blur.along, mild=_SHAKEN, clear=_BADLY_SHAKEN)
    return max(overall, along, key=lambda found: (len(found), refuses("blurred") in found))


def _in_picture(person: DetectedPerson, image: RGB) -> DetectedPerson:
    """Return the person with the crop of the picture as it is, not brightened."""
    crop = person.crop
    pixels = cv2.resize(image[crop.window], crop.size, interpolation=cv2.INTER_AREA)
    return replace(person, crop=replace(crop, image=pixels))


def _scaled_down(image: RGB) -> RGB:
    scale = _WORKING_SIZE / max(image.shape[:2])
    if scale >= 1:
        return image
    size = [max(1, round(side * scale)) for side in image.shape[1::-1]]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
