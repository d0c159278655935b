"""What the network for the classes of pixels sees in the person crop.

The network knows skin, hair and cloth by their look and not by their colour alone, so that
skin-coloured cloth, bare legs and bags are no riddle; it does not know upper from lower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Plane, Planes
from outfitanyone_local.engine.networks import (
    CLASSES_HEIGHT,
    CLASSES_WIDTH,
    SeenClass,
    classify_seen,
)
from outfitanyone_local.engine.opencv import cv2

_LEAST = 1e-4
_LEAST_SKIN, _LEAST_FACE = 0.004, 0.002
"""Least share of a picture: two hands, and the face, of a person who fills half of it."""


@dataclass(frozen=True)
class PixelEvidence:
    """Probabilities for each crop pixel; all five add up to 1.

    other: bags, shoes, jewellery.
    """

    background: Plane
    hair: Plane
    skin: Plane
    """Face included."""
    cloth: Plane
    other: Plane

    @property
    def bare_or_hidden(self) -> Plane:
        """Probability of skin, hair or things; background may be cloth that is hard to see."""
        return self.skin + self.hair + self.other

    @property
    def bareness(self) -> Plane:
        """Probability of skin rather than cloth or things."""
        worn = self.skin + self.cloth + self.other
        bare: Plane = self.skin / np.maximum(worn, np.float32(_LEAST))
        return bare


def read_evidence(image: RGB) -> PixelEvidence:
    """Return what the network sees in a person crop of any size."""
    shares = _classify(image)
    skin = shares[SeenClass.BODY_SKIN] + shares[SeenClass.FACE_SKIN]
    planes = [shares[SeenClass.BACKGROUND], shares[SeenClass.HAIR], skin]
    planes += [shares[SeenClass.CLOTHES], shares[SeenClass.OTHER]]
    return PixelEvidence(*(cv2.resize(plane, image.shape[1::-1]) for plane in planes))


def shows_skin(image: RGB) -> bool:
    """Whether skin is visible, as on people and on mannequins but not on flat garments."""
    shares = _classify(image)
    return _covers(shares[SeenClass.BODY_SKIN] + shares[SeenClass.FACE_SKIN], _LEAST_SKIN)


def shows_face(image: RGB) -> bool:
    """Whether a face is visible."""
    return _covers(_classify(image)[SeenClass.FACE_SKIN], _LEAST_FACE)


def _classify(image: RGB) -> Planes:
    size = (CLASSES_WIDTH, CLASSES_HEIGHT)
    return classify_seen(np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)))


def _covers(plane: Plane, share: float) -> bool:
    return bool((plane > 0.5).mean() > share)
