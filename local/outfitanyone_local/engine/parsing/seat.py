"""Correct the network where it takes skin-coloured trousers for bare legs.

The seat of a person in a shop's photo is clothed. If the network sees skin there, it errs, and then
it errs wherever the legs have the seat's colours.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .appearance import CropFeatures, colour_model_of

_SEAT, _WAIST = 0.25, 0.4
"""In torsos: how far below the hips the seat reaches, and how far above them its cloth begins."""
_BARE = 0.3
"""Mean probability of skin on the seat from which the network errs."""


def with_clothed_seat(features: CropFeatures) -> CropFeatures:
    """Return the features with the seat, and all below that looks like it, seen as cloth."""
    limbs, evidence, rows = features.limbs, features.evidence, features.rows
    hips, torso = float(features.body.hips[1]), features.body.torso
    column = limbs.trunk + limbs.legs[0] + limbs.legs[1] > 0.5
    seat = column & (rows > hips) & (rows < hips + _SEAT * torso) & (features.person > 0.8)
    if not seat.any() or evidence.skin[seat].mean() < _BARE:
        return features
    cloth = colour_model_of(features, seat).log_likelihood(features.bins)
    face = colour_model_of(features, limbs.head > 0.6).log_likelihood(features.bins)
    where = column & (rows > hips - _WAIST * torso) & (cloth > face)
    corrected = replace(
        evidence,
        cloth=np.where(where, evidence.cloth + evidence.skin, evidence.cloth),
        skin=np.where(where, np.float32(0), evidence.skin),
    )
    return replace(features, evidence=corrected)
