"""Split the body's slices into garments at the least total cost.

Costs are in nats, the unit of code lengths: a split is worth making where two segments
described separately cost that much less than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from outfitanyone_local.engine.arrays import Plane

from .segment_costs import Slices, segment_costs

_SEGMENT_COST = 6.0
"""Cost of a further segment, worth a few slices."""
_WRONG_CLASS_COST = 2.0
"""Cost of a slice of skin in a garment, or of cloth in a bare segment."""
_LINE_GAIN = 2.0
"""Gain for each doubling or so of a line's strength, because hems show as lines."""
_WAIST_COST = 4.0
"""Cost of a waist half a torso away from the hips; it grows with the square."""
_LOWEST_TOP = 0.55
"""Lowest end of a top, in torsos below the hips; a garment that ends below mid-thigh is a dress."""
_SHORTEST_LOWER, _SHORTEST_LEG = 0.2, 0.15
"""In torsos: the least height of a lower garment, and how far below the hips it reaches."""


@dataclass(frozen=True)
class Split:
    """Slice indices, each the first of the next segment; see ``GarmentExtents``.

    saving: how much cheaper two garments are than one, in nats.
    """

    upper_end: int
    lower_start: int
    lower_end: int
    saving: float


@dataclass(frozen=True)
class BodySlices:
    """A body from below the shoulders to the ankles, in thin horizontal slices.

    colours: palette histogram of each slice. bare: probability of skin. lines: strength of a
    line across the slice. hips: slice of the hip joints. torso: one torso in slices.
    """

    colours: Slices
    bare: Plane
    lines: Plane
    hips: float
    torso: float

    def split_two_pieces(self) -> Split:
        """Return the cheapest split: upper garment, maybe midriff, lower garment, maybe legs."""
        at = self._positions
        with_midriff = self._garment[0][:, None] + self._skin + _SEGMENT_COST
        midriff = with_midriff.min(axis=0)
        above = np.minimum(self._garment[0], midriff) + self._waist
        total = above[:, None] + self._garment + self._legs[None]
        total[at[:, None] + _SHORTEST_LOWER * self.torso > at[None]] = np.inf
        lower_start, lower_end = np.unravel_index(int(total.argmin()), total.shape)
        saving = float((self._garment[0] + self._legs).min() - total.min())
        upper_end = lower_start
        if midriff[lower_start] < self._garment[0, lower_start]:
            upper_end = with_midriff[:, lower_start].argmin()
        return Split(int(upper_end), int(lower_start), int(lower_end), saving)

    def one_piece_end(self) -> int:
        """Return the most likely end of a garment that begins at the shoulders."""
        return int((self._garment[0] + self._legs).argmin())

    @property
    def _positions(self) -> Plane:
        return np.arange(len(self.colours) + 1, dtype=np.float32)

    @cached_property
    def _waist(self) -> Plane:
        """Cost of starting the lower garment at each slice."""
        far = (self._positions - self.hips) / (0.5 * self.torso)
        cost = _WAIST_COST * np.square(far) - self._line_bonus
        lowest = self.hips + _LOWEST_TOP * self.torso
        return np.where(self._positions > lowest, np.float32(np.inf), cost)

    @cached_property
    def _legs(self) -> Plane:
        """Cost of all slices from each one down to the ankles as bare legs."""
        extra = np.where(self._positions < len(self.colours), _SEGMENT_COST - self._line_bonus, 0)
        highest = self.hips + _SHORTEST_LEG * self.torso
        return np.where(self._positions < highest, np.float32(np.inf), self._skin[:, -1] + extra)

    @cached_property
    def _line_bonus(self) -> Plane:
        bonus: Plane = np.float32(_LINE_GAIN) * np.log1p(np.append(self.lines, np.float32(0)))
        return bonus

    @cached_property
    def _costs(self) -> Plane:
        return segment_costs(self.colours)

    @cached_property
    def _garment(self) -> Plane:
        return self._costs + np.float32(_WRONG_CLASS_COST) * _run_sums(self.bare)

    @cached_property
    def _skin(self) -> Plane:
        return self._costs + np.float32(_WRONG_CLASS_COST) * _run_sums(1 - self.bare)


def _run_sums(values: Plane) -> Plane:
    """Return a matrix: entry [i, j] is the sum of values i to j - 1, zero where j < i."""
    sums = np.concatenate([[0], np.cumsum(values)])
    runs: Plane = np.maximum(sums[None] - sums[:, None], 0).astype(np.float32)
    return runs
