"""Vertical extents of the garments, found in one dimension.

From the shoulders to the ankles a dressed person is a short list of segments: upper garment,
maybe bare midriff, lower garment, maybe bare legs. Finding the few rows between segments,
with all rows of a segment counting together, is far more robust than deciding pixel by
pixel, and needs no prior knowledge of a garment's colour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from outfitanyone_local.engine.arrays import Mask
from outfitanyone_local.engine.colour_space import rgb_to_lab8
from outfitanyone_local.engine.figure import Joint

from .appearance import CropFeatures
from .hems import line_strengths
from .one_piece import are_dark_trousers, are_same_cloth, find_hem_between, has_parted_legs
from .segment_costs import slice_histograms
from .splitting import BodySlices

_STEP = 3
"""Crop rows in one slice."""
_COLLAR = 0.15
"""Torsos below the shoulders where necklines and collars end."""
_ONE_PIECE_SAVING, _JUMPSUIT_SAVING = 15.5, 4.0
"""Most that two garments instead of one may save, in nats, for a dress, and for a garment with two
long legs: jumpsuits are rare, a shirt and trousers of like colours are not."""
_IN_FRONT = 0.5
"""Probability of hair or things above which a pixel says nothing about the garment."""
_LEAST_COVERAGE = 0.8
"""Least coverage of a pixel that counts towards its garment."""


@dataclass(frozen=True)
class GarmentExtents:
    """Rows of the crop, each the first row of the next segment.

    Without a bare midriff upper_end == lower_start; for a one-piece both are None.
    For garments down to the ankles lower_end == end.
    """

    start: float
    upper_end: float | None
    lower_start: float | None
    lower_end: float
    end: float


def find_garment_extents(features: CropFeatures) -> GarmentExtents:
    """Return the garment extents; hair and things in front of the body count for none."""
    limbs, evidence = features.limbs, features.evidence
    column = features.person * (limbs.trunk + limbs.legs[0] + limbs.legs[1]) > 0.5
    column &= evidence.hair + evidence.other < _IN_FRONT
    start = int(features.body.shoulders[1] + _COLLAR * features.body.torso)
    body_slices = _slice(features, column=column, start=start)

    def row(place: int) -> float:
        return float(start + _STEP * place)

    split, end = body_slices.split_two_pieces(), row(len(body_slices.colours))
    two = GarmentExtents(
        row(0), row(split.upper_end), row(split.lower_start), row(split.lower_end), end
    )
    if split.upper_end < split.lower_start or split.saving > _ONE_PIECE_SAVING:
        return two
    cloth = column & (features.person > _LEAST_COVERAGE)
    above = cloth & (features.rows > two.start) & (features.rows < row(split.upper_end))
    below = cloth & (features.rows > row(split.lower_start)) & (features.rows < two.lower_end)
    if not are_same_cloth(features, above, below):
        return two
    hem = find_hem_between(features, above | below)
    if hem is not None:
        return replace(two, upper_end=hem, lower_start=hem)
    long = split.lower_end >= len(body_slices.colours) - 1
    if long and split.saving > _JUMPSUIT_SAVING and has_parted_legs(features):
        return two
    if are_dark_trousers(features, above | below):
        return two
    return GarmentExtents(row(0), None, None, row(body_slices.one_piece_end()), end)


def _slice(features: CropFeatures, *, column: Mask, start: int) -> BodySlices:
    body, lab = features.body, rgb_to_lab8(features.image)
    ankles = body.middle(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)[1]
    end = min(int(ankles), len(lab))  # of worn garments the picture may show less than the person
    count = max(1, (end - start) // _STEP)
    window = slice(start, start + count * _STEP)
    inside = column[window]
    number = np.nonzero(inside)[0] // _STEP
    colours = slice_histograms(lab[window][inside], slices=number, count=count)
    pixels = np.maximum(np.bincount(number, minlength=count), 1)
    bareness = features.evidence.bareness[window][inside]
    bare = np.bincount(number, bareness, minlength=count) / pixels
    hips, torso = (float(body.hips[1]) - start) / _STEP, body.torso / _STEP
    return BodySlices(
        colours=colours,
        bare=bare.astype(np.float32),
        lines=line_strengths(lab, cloth=column)[window].reshape(count, _STEP).max(axis=1),
        hips=hips,
        torso=torso,
    )
