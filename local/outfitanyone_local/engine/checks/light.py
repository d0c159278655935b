"""Whether the person is badly lit: too dark, or so bright that skin is plain white."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import RGB
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.parsing.person_detection import DetectedPerson

from .findings import Finding, may_spoil, refuses
from .regions import face_of, figure_of

_BLACK, _DIM = 55, 90
"""Lightness (of 255) that the person's lightest twentieth has to reach: 162 and more on 89
ordinary photos of people of all skin tones, 38 at most when they are darkened to 15 percent,
48 to 76 at 30 percent."""
_DIM_FACE = 45
"""Lightness that the lightest tenth of a face has to reach: 67 and more on the same photos,
13 to 34 at 15 percent, 27 to 67 at 30 percent."""
_WHITE = 250
"""Value from which a pixel is white if all three channels have it."""
_BURNT, _BRIGHT = 0.6, 0.25
"""Share of the face that is white: nothing on the same photos, 0.26 in the middle when they
are brightened twofold, 0.67 at 3.5 times."""


def check_light(person: DetectedPerson) -> list[Finding]:
    """Return the finding ``dark`` for a person who is under- or overexposed."""
    image, figure, face = person.crop.image, figure_of(person), face_of(person)
    if not figure.any():
        return []
    lightness = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    lightest = float(np.percentile(lightness[figure], 97))
    on_face = float(np.percentile(lightness[face], 90)) if face.any() else lightest
    white = float((image[face].min(axis=1) >= _WHITE).mean()) if face.any() else 0.0
    if (lightest < _BLACK and on_face < _BLACK) or white > _BURNT:
        return [refuses("dark")]
    if lightest < _DIM or on_face < _DIM_FACE or white > _BRIGHT:
        return [may_spoil("dark")]
    return []


_VISIBLE, _TARGET = 100, 230
"""Lightness of a picture's lightest hundredth below which it is brightened for the networks, and
to which."""


def brighten(image: RGB) -> RGB:
    """Return a dark picture brightened, so that people in it are found; others unchanged."""
    lightest = float(np.percentile(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), 99))
    if lightest >= _VISIBLE:
        return image
    factor = _TARGET / max(lightest, 1.0)
    return np.clip(image.astype(np.float32) * factor, 0, 255).astype(np.uint8)
