"""Whether the hands are in view and the arms hang free."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Mask, Points
from outfitanyone_local.engine.figure import Joint
from outfitanyone_local.engine.parsing.colour_models import ColourModel, colour_bins
from outfitanyone_local.engine.parsing.person_detection import DetectedPerson

from .findings import Finding, graded, may_spoil
from .regions import disc, face_of, figure_of

_HAND, _TRUNK, _THIGH = 0.13, 0.3, 0.12
"""Radii in torsos of the places where colours are compared."""
_LEAST_SKIN = 0.03
"""Share of a hand's surroundings that has to look more like the face than like the clothes. It
flags 14 of 80 street photos. One viewer, on small prints: in about 12 a hand is in a pocket,
behind the back or covered, in 2 it is in view away from where the pose network expects it. Hands
in pockets whose wrists show are missed."""
_LEAST_FACE = 30
"""Pixels of face without which skin is unknown."""
_CROSSING, _FOLDED = -0.1, 0.15
"""How far, in torsos, each wrist lies on its own side of the other: 0.5 and more with hanging
arms, 0 to 0.3 with folded hands or a hand on an arm; crossed forearms exchange sides."""
_HIGHEST, _LOWEST = 0.1, 0.85
"""Where crossed arms lie, in torsos below the shoulders; folded hands lie lower."""


def check_hands(person: DetectedPerson) -> list[Finding]:
    """Return ``hands_hidden`` if a hand shows no skin where the pose network expects it."""
    face = face_of(person)
    if face.sum() < _LEAST_FACE:
        return []
    image, bins = person.crop.image, colour_bins(person.crop.image)
    skin = ColourModel.under_varied_light(image[face])
    cloth = ColourModel.from_bins(bins[_clothes(person)])
    figure = figure_of(person)
    more_like_skin = figure & (skin.log_likelihood(bins) > cloth.log_likelihood(bins))
    for side in (0, 1):
        hand = disc(person, _hand(person, side), _HAND)
        if hand.any() and more_like_skin[hand].mean() < _LEAST_SKIN:
            return [may_spoil("hands_hidden")]
    return []


def check_arms(person: DetectedPerson) -> list[Finding]:
    """Return ``arms_crossed`` if the forearms cross in front of the trunk."""
    shoulders, torso = person.body.shoulders, person.body.torso
    left, right = (
        (person.body.joint(wrist) - shoulders) / torso
        for wrist in (Joint.LEFT_WRIST, Joint.RIGHT_WRIST)
    )
    if not all(_HIGHEST < wrist[1] < _LOWEST for wrist in (left, right)):
        return []
    overlap = float(right[0] - left[0])
    return graded("arms_crossed", overlap, mild=-_FOLDED, clear=-_CROSSING)


def _hand(person: DetectedPerson, side: int) -> Points:
    wrist, tips = person.body.arm(side)[2:]
    middle: Points = (wrist + tips) / 2
    return middle


def _clothes(person: DetectedPerson) -> Mask:
    """Return places that clothes cover on anybody: the trunk and the upper thighs."""
    corners = Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP
    places = disc(person, person.body.middle(*corners), _TRUNK)
    for side in (0, 1):
        hip, knee, _ = person.body.leg(side)
        places |= disc(person, np.float32(0.6) * hip + np.float32(0.4) * knee, _THIGH)
    return places & figure_of(person)
