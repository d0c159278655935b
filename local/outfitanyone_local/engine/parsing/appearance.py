"""Colour models of one person's skin, hair and clothes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Mask, Plane, SoftMask

from .body import Body, LimbMaps
from .colour_models import Bins, ColourModel

_LEAST_COVERAGE = 0.8
"""Least coverage of a pixel that counts towards a colour model."""
_STRIDE = 5
"""Use every fifth pixel: neighbouring pixels add no information."""
_BALD = 0.7
"""Similarity of scalp and face above which the person counts as bald."""


@dataclass(frozen=True)
class CropFeatures:
    """The person crop and the maps that pixel classification starts from."""

    image: RGB
    bins: Bins
    person: SoftMask
    body: Body
    limbs: LimbMaps

    @property
    def rows(self) -> npt.NDArray[np.float32]:
        """The row number of every pixel, as a column."""
        return np.arange(self.image.shape[0], dtype=np.float32)[:, None]


def model_skin_and_hair(features: CropFeatures) -> tuple[ColourModel, ColourModel | None]:
    """Return the colour models of skin and hair; hair is None for a bald person.

    Skin comes from the face between eyes and mouth, hair from the cap above the hairline, minus
    face pixels that look like hair. Both models include varied light: hands and legs are lit
    differently from the face, and strands of hair shade each other.
    """
    body = features.body
    face_height = float(np.linalg.norm(body.mouth - body.eyes))
    down, across = np.indices(features.bins.shape, dtype=np.float32)
    centre = (body.eyes + body.mouth) / 2
    face = np.hypot(across - centre[0], down - centre[1]) < 0.8 * face_height
    cap = (features.limbs.head > 0.6) & (down < body.eyes[1] - 1.2 * face_height)
    faces, caps = colour_model_of(features, face), colour_model_of(features, cap)
    if caps.similarity(faces) > _BALD:
        return ColourModel.under_varied_light(features.image[face]), None
    hair = caps.mixed_with(
        ColourModel.under_varied_light(features.image[cap & (features.person > _LEAST_COVERAGE)])
    )
    bare = face & (faces.log_likelihood(features.bins) > hair.log_likelihood(features.bins))
    return ColourModel.under_varied_light(features.image[bare]), hair


def skin_probability(features: CropFeatures, skin: ColourModel) -> Plane:
    """Return for each pixel the probability of skin as against anything else the person shows.

    Both models include the same varied light; otherwise the skin model would be more spread out
    than the cloth it is compared with.
    """
    anything = ColourModel.under_varied_light(features.image[features.person > 0.5][::_STRIDE])
    odds = skin.log_likelihood(features.bins) - anything.log_likelihood(features.bins)
    probability: Plane = 1 / (1 + np.exp(-np.clip(2 * odds, -8, 8)))
    return probability


def colour_model_of(features: CropFeatures, where: Mask) -> ColourModel:
    """Return the colour model of the pixels in a mask that certainly belong to the person."""
    return ColourModel.from_bins(features.bins[where & (features.person > _LEAST_COVERAGE)])
