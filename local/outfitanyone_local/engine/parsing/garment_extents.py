"""Where each garment begins and ends down the body, reasoned in one dimension.

A dressed person is, from the shoulders to the ankles, a short list of stretches: upper
garment, perhaps bare midriff, lower garment, perhaps bare legs. Looking for the few rows
where one stretch ends and the next begins, with all rows of a stretch speaking together,
is far steadier than asking pixel by pixel, and needs to know no garment's colour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from outfitanyone_local.engine.figure import Joint, Mask, Plane

from .appearance import Look
from .hems import line_strengths
from .pieces import are_dark_trousers, are_one_cloth, hem_between
from .segment_costs import Slices, lab_of, slice_colours
from .splitting import Slicing

_STEP = 3
"""Close-up rows of one slice."""
_COLLAR = 0.15
"""Torsos below the shoulders where necklines and collars are left behind."""
_SURE = 0.8
"""Coverage from which a pixel may speak for its garment."""


@dataclass(frozen=True)
class Stretches:
    """Close-up rows, each the first of the next stretch.

    upper_end == lower_start without a bare midriff, both None for a one-piece;
    lower_end == end for garments down to the ankles.
    """

    start: float
    upper_end: float | None
    lower_start: float | None
    lower_end: float
    end: float


def find_stretches(look: Look, *, skin: Plane) -> Stretches:
    """The stretches of this person. skin: how surely each pixel is skin rather than cloth."""
    limbs = look.limbs
    column = look.person * (limbs.trunk + limbs.legs[0] + limbs.legs[1]) > 0.5
    start = int(look.body.shoulders[1] + _COLLAR * look.body.torso)
    slicing = _slice(look, column=column, skin=skin, start=start)

    def row(place: int) -> float:
        return float(start + _STEP * place)

    split, end = slicing.two_pieces(), row(len(slicing.colours))
    two = Stretches(row(0), row(split.upper_end), row(split.lower_start), row(split.lower_end), end)
    if split.upper_end < split.lower_start:
        return two
    cloth = column & (look.person > _SURE)
    above = cloth & (look.rows > two.start) & (look.rows < row(split.upper_end))
    below = cloth & (look.rows > row(split.lower_start)) & (look.rows < two.lower_end)
    if not are_one_cloth(look, above, below):
        return two
    hem = hem_between(look, above | below)
    if hem is not None:
        return replace(two, upper_end=hem, lower_start=hem)
    if are_dark_trousers(look, above | below):
        return two
    return Stretches(row(0), None, None, row(slicing.one_piece_end()), end)


def _slice(look: Look, *, column: Mask, skin: Plane, start: int) -> Slicing:
    body, lab = look.body, lab_of(look.image)
    ankles = body.middle(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)[1]
    count = (int(ankles) - start) // _STEP
    window = slice(start, start + count * _STEP)
    inside = column[window]
    number = np.nonzero(inside)[0] // _STEP
    colours = slice_colours(lab[window][inside], slices=number, count=count)
    pixels = np.maximum(np.bincount(number, minlength=count), 1)
    bare = np.bincount(number, skin[window][inside], minlength=count) / pixels
    hips, torso = (float(body.hips[1]) - start) / _STEP, body.torso / _STEP
    return Slicing(
        colours=colours,
        bare=(bare * (1 - _like_clothed(colours, hips=hips, torso=torso))).astype(np.float32),
        lines=line_strengths(lab, cloth=column)[window].reshape(count, _STEP).max(axis=1),
        hips=hips,
        torso=torso,
    )


def _like_clothed(colours: Slices, *, hips: float, torso: float) -> Plane:
    """How much each slice shows the colours of chest or seat, which are clothed on everybody.

    So cloth of the colour of skin is no skin, unless it changes where garments may end.
    """
    chest = colours[int(0.1 * torso) : int(0.4 * torso)].mean(axis=0)
    seat = colours[int(hips + 0.1 * torso) : int(hips + 0.3 * torso)].mean(axis=0)
    alike: Plane = np.sqrt(colours[:, None] * np.stack([chest, seat])).sum(axis=2).max(axis=1)
    return alike
