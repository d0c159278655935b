"""Whether something the person holds hides the body."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Points
from outfitanyone_local.engine.colour_space import rgb_to_lab8
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.parsing.person_detection import DetectedPerson

from .findings import Finding, graded, refuses
from .regions import disc

_GAP, _CLEAR_GAP = 0.08, 0.15
"""Share of the figure, in one piece, that the pose network expects and the people network leaves
out: 0.05 at most on 80 street photos (0.03 on 95 percent), many of them with bags."""
_SMALLEST_PIECE = 15
"""Width in crop pixels below which a gap is only a difference of the two outlines."""
_SURE, _ABSENT = 0.6, 0.4
_SPOT = 0.09
"""Radius in torsos of the spots whose colours are compared."""
_HANDS_APART = 0.45
"""Distance in torsos below which both hands meet, and the spots show only them."""
_LIGHT, _DIFFERENT = np.array([30, 8, 8]), 1.4
"""Differences in lightness and hue (8-bit Lab) that light makes on one thing, and the distance in
these units of two things."""


def check_covering(person: DetectedPerson) -> list[Finding]:
    """Return ``body_hidden`` if a held thing hides part of the figure.

    A small bag in the people network's mask, with the hands in view, is not found.
    """
    gap = graded("body_hidden", _largest_gap(person), mild=_GAP, clear=_CLEAR_GAP)
    return gap or ([refuses("body_hidden")] if _spans_the_hands(person) else [])


def _largest_gap(person: DetectedPerson) -> float:
    gap = (person.pose_mask > _SURE) & (person.people_mask < _ABSENT)
    disc_shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_SMALLEST_PIECE, _SMALLEST_PIECE))
    opened = cv2.morphologyEx(gap.astype(np.uint8), cv2.MORPH_OPEN, disc_shape)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(opened)
    largest = boxes[1:, cv2.CC_STAT_AREA].max(initial=0)
    return float(largest) / max(1, int((person.pose_mask > 0.5).sum()))


def _spans_the_hands(person: DetectedPerson) -> bool:
    """Whether one colour covers both hands and the hips between, and neither chest nor knees.

    That is a thing held in front with both hands. A coat that hides the hands covers the chest
    too, and clothes without sleeves do not reach the hands.
    """
    body = person.body
    hands = [body.arm(side)[2:].mean(axis=0) for side in (0, 1)]
    if np.linalg.norm(hands[0] - hands[1]) < _HANDS_APART * body.torso:
        return False
    middle = (hands[0] + hands[1]) / 2
    chest = body.shoulders + np.float32(0.3) * (body.hips - body.shoulders)
    knees = [body.leg(side)[1] for side in (0, 1)]

    thing = _colour(person, middle)
    others = [_colour(person, place) for place in (chest, *knees)]
    held = all(_differ(_colour(person, hand), thing) < 1 for hand in hands)
    return held and all(_differ(other, thing) > _DIFFERENT for other in others)


def _colour(person: DetectedPerson, centre: Points) -> Points:
    """Return the median colour of a spot, in units of a difference in light; NaN off the crop."""
    spot = disc(person, centre, _SPOT)
    if not spot.any():
        return np.full(3, np.nan, np.float32)
    middle = np.median(rgb_to_lab8(person.crop.image)[spot], axis=0) / _LIGHT
    return np.asarray(middle, np.float32)


def _differ(one: Points, other: Points) -> float:
    return float(np.linalg.norm(one - other))
