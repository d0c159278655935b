"""Parts of the person crop that checks measure."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Mask, Points
from outfitanyone_local.engine.figure import Joint
from outfitanyone_local.engine.parsing.person_detection import DetectedPerson

_FACE = 0.12
"""Radius of the face between eyes and mouth, in torsos."""


def figure_of(person: DetectedPerson) -> Mask:
    """Return where the crop shows the person."""
    figure: Mask = person.coverage > 0.5
    return figure


def face_of(person: DetectedPerson) -> Mask:
    """Return the middle of the face, as far as the masks call it the person."""
    eyes_and_mouth = Joint.LEFT_EYE, Joint.RIGHT_EYE, Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT
    return disc(person, person.body.middle(*eyes_and_mouth), _FACE) & figure_of(person)


def disc(person: DetectedPerson, centre: Points, radius: float) -> Mask:
    """Return a disc of the crop; the radius is in torsos."""
    height, width = person.crop.image.shape[:2]
    down, across = np.ogrid[:height, :width]
    inside: Mask = np.hypot(across - centre[0], down - centre[1]) < radius * person.body.torso
    return inside
