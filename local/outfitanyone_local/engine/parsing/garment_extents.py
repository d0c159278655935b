"""Vertical extents of the garments, found in one dimension.

From the shoulders to the ankles a dressed person is a short list of segments: upper garment,
maybe bare midriff, lower garment, maybe bare legs. Finding the few rows between segments,
with all rows of a segment counting together, is far more robust than deciding pixel by
pixel, and needs no prior knowledge of a garment's colour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from outfitanyone_local.engine.arrays import Mask, Plane
from outfitanyone_local.engine.colour_space import rgb_to_lab8
from outfitanyone_local.engine.figure import Joint

from .appearance import CropFeatures
from .hems import line_strengths
from .one_piece import are_dark_trousers, are_same_cloth, find_hem_between
from .segment_costs import Slices, slice_histograms
from .splitting import BodySlices

_STEP = 3
"""Crop rows in one slice."""
_COLLAR = 0.15
"""Torsos below the shoulders where necklines and collars end."""
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


def find_garment_extents(features: CropFeatures, *, skin: Plane) -> GarmentExtents:
    """Return the garment extents. skin: probability that a pixel is skin rather than cloth."""
    limbs = features.limbs
    column = features.person * (limbs.trunk + limbs.legs[0] + limbs.legs[1]) > 0.5
    start = int(features.body.shoulders[1] + _COLLAR * features.body.torso)
    body_slices = _slice(features, column=column, skin=skin, start=start)

    def row(place: int) -> float:
        return float(start + _STEP * place)

    split, end = body_slices.split_two_pieces(), row(len(body_slices.colours))
    two = GarmentExtents(
        row(0), row(split.upper_end), row(split.lower_start), row(split.lower_end), end
    )
    if split.upper_end < split.lower_start:
        return two
    cloth = column & (features.person > _LEAST_COVERAGE)
    above = cloth & (features.rows > two.start) & (features.rows < row(split.upper_end))
    below = cloth & (features.rows > row(split.lower_start)) & (features.rows < two.lower_end)
    if not are_same_cloth(features, above, below):
        return two
    hem = find_hem_between(features, above | below)
    if hem is not None:
        return replace(two, upper_end=hem, lower_start=hem)
    if are_dark_trousers(features, above | below):
        return two
    return GarmentExtents(row(0), None, None, row(body_slices.one_piece_end()), end)


def _slice(features: CropFeatures, *, column: Mask, skin: Plane, start: int) -> BodySlices:
    body, lab = features.body, rgb_to_lab8(features.image)
    ankles = body.middle(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)[1]
    end = min(int(ankles), len(lab))  # of worn garments the picture may show less than the person
    count = max(1, (end - start) // _STEP)
    window = slice(start, start + count * _STEP)
    inside = column[window]
    number = np.nonzero(inside)[0] // _STEP
    colours = slice_histograms(lab[window][inside], slices=number, count=count)
    pixels = np.maximum(np.bincount(number, minlength=count), 1)
    bare = np.bincount(number, skin[window][inside], minlength=count) / pixels
    hips, torso = (float(body.hips[1]) - start) / _STEP, body.torso / _STEP
    return BodySlices(
        colours=colours,
        bare=(bare * (1 - _similarity_to_clothed(colours, hips=hips, torso=torso))).astype(
            np.float32
        ),
        lines=line_strengths(lab, cloth=column)[window].reshape(count, _STEP).max(axis=1),
        hips=hips,
        torso=torso,
    )


def _similarity_to_clothed(colours: Slices, *, hips: float, torso: float) -> Plane:
    """Return the similarity of each slice to chest or seat, which are always clothed.

    So skin-coloured cloth does not count as bare, except where its colour changes.
    """
    chest = colours[int(0.1 * torso) : int(0.4 * torso)].mean(axis=0)
    seats = colours[int(hips + 0.1 * torso) : int(hips + 0.3 * torso)]
    seat = seats.mean(axis=0) if len(seats) else chest
    similarity: Plane = np.sqrt(colours[:, None] * np.stack([chest, seat])).sum(axis=2).max(axis=1)
    return similarity
