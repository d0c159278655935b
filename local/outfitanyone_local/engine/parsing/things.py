"""Bags and other things before the clothes, as against parts of the clothes that look like them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from outfitanyone_local.engine.arrays import Mask
from outfitanyone_local.engine.opencv import cv2

from .appearance import CropFeatures, colour_model_of
from .colour_models import ColourModel
from .evidence import PixelEvidence

_POSSIBLE = 0.3
"""Least probability of a thing."""
_ONE_COLOUR = 0.9
"""Similarity to a garment's colours from which a thing counts as part of it: the network takes
some hems, frills and belts for things."""


def without_false_things(
    features: CropFeatures, garments: Sequence[ColourModel]
) -> tuple[CropFeatures, Mask]:
    """Return the features with false things seen as cloth, and the mask of the things left.

    A thing that has a garment's colours is part of the garment. Feet are left out: shoes may
    look like things and have the colours of trousers.
    """
    evidence = features.evidence
    possible = evidence.other * (1 - features.limbs.feet) > _POSSIBLE
    count, pieces = cv2.connectedComponents(possible.astype(np.uint8))
    things = np.zeros_like(possible)
    cloth = np.zeros_like(possible)
    for number in range(1, count):
        piece = pieces == number
        colours = colour_model_of(features, piece)
        alike = max(colours.similarity(garment) for garment in garments) > _ONE_COLOUR
        (cloth if alike else things)[piece] = True
    return replace(features, evidence=_as_cloth(evidence, cloth)), things


def _as_cloth(evidence: PixelEvidence, where: Mask) -> PixelEvidence:
    return replace(
        evidence,
        cloth=np.where(where, evidence.cloth + evidence.other, evidence.cloth),
        other=np.where(where, np.float32(0), evidence.other),
    )
