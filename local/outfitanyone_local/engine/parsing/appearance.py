"""Colour models of one person's skin, hair and clothes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Mask, SoftMask

from .body import Body, LimbMaps
from .colour_models import Bins, ColourModel
from .evidence import PixelEvidence

_LEAST_COVERAGE = 0.8
"""Least coverage of a pixel that counts towards a colour model."""
_SURE = 0.8
"""Least probability of a pixel that counts towards the model of its class."""
_FEWEST_HAIRS = 0.005
"""Least area of hair in square torsos; less is a shadow on a bald head."""


@dataclass(frozen=True)
class CropFeatures:
    """The person crop and the maps that pixel classification starts from."""

    image: RGB
    bins: Bins
    person: SoftMask
    body: Body
    limbs: LimbMaps
    evidence: PixelEvidence

    @property
    def rows(self) -> npt.NDArray[np.float32]:
        """The row number of every pixel, as a column."""
        return np.arange(self.image.shape[0], dtype=np.float32)[:, None]


def model_skin_and_hair(features: CropFeatures) -> tuple[ColourModel, ColourModel | None]:
    """Return the colour models of skin and hair; hair is None for a bald person.

    Skin under varied light, because hands and legs are lit differently from the face; strands
    of hair shade each other.
    """
    evidence = features.evidence
    sure = features.person > _LEAST_COVERAGE
    skin = ColourModel.under_varied_light(features.image[sure & (evidence.skin > _SURE)])
    strands = sure & (evidence.hair > _SURE)
    if strands.sum() < _FEWEST_HAIRS * features.body.torso**2:
        return skin, None
    varied = ColourModel.under_varied_light(features.image[strands])
    return skin, colour_model_of(features, strands).mixed_with(varied)


def colour_model_of(features: CropFeatures, where: Mask) -> ColourModel:
    """Return the colour model of the pixels in a mask that certainly belong to the person."""
    return ColourModel.from_bins(features.bins[where & (features.person > _LEAST_COVERAGE)])
