"""Target outlines of tops, and the side seams and hems they share with one-pieces."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Points
from outfitanyone_local.engine.garments.garment import Garment
from outfitanyone_local.engine.outline import RIGHT, SIDES, Outline, resample, smooth

from .neck_and_sleeves import drape_upper_edges
from .proportions import FLAT_CHEST, TOP_HEM, interpolate
from .wearer import Wearer

_SAG = 0.03
"""How much deeper a hem hangs in front than at its corners, in torsos."""
_EASE = 1.03
"""Width of a top in widths of the body under it."""
_STRAIGHT_FALL = 0.5
"""How much a top that is wider than the body falls straight instead of following the body."""


def drape_top(garment: Garment, wearer: Wearer, *, hem: Points | None = None) -> Outline:
    """Return the outline of a top when worn.

    hem: where it has to end, from the wearer's right to the left; by default its length
        decides.
    """
    upper_edges = drape_upper_edges(garment, wearer)
    flanks = {side: SideSeam(garment, wearer, side, upper_edges.underarms[side]) for side in SIDES}
    if hem is None:
        hem = _free_hem(garment, wearer, flanks)
    ends = {side: hem[0] if side == RIGHT else hem[-1] for side in SIDES}
    sides = {
        side: upper_edges.edges[side] | {"side": flanks[side].down_to(ends[side])} for side in SIDES
    }
    return Outline(top=upper_edges.neckline, sides=sides, bottom=hem)


def _free_hem(garment: Garment, wearer: Wearer, flanks: dict[int, SideSeam]) -> Points:
    """Return the hem at the row of the garment's length, in the hem's own shape."""
    tall = garment.outline.height / garment.chest
    row = float(wearer.shoulders[1]) + interpolate(TOP_HEM, tall) * wearer.torso
    right, left = (np.array([flanks[side].x(row, row), row], np.float32) for side in SIDES)
    return hem_between(garment, wearer, right, left)


def hem_between(garment: Garment, wearer: Wearer, right: Points, left: Points) -> Points:
    """Return a hem between two corners: in its own shape, or curved as around a body."""
    lying = smooth(resample(garment.outline.hem, 60), reach=4)
    t = np.linspace(0, 1, 60)
    chord = lying[0, 1] + t * (lying[-1, 1] - lying[0, 1])
    own = (lying[:, 1] - chord) * 0.75 * FLAT_CHEST * wearer.torso / garment.chest
    own = np.clip(own, -0.1 * wearer.torso, 0.14 * wearer.torso)
    sag = _SAG * wearer.torso * (1 - (2 * t - 1) ** 2)
    bent = np.maximum(own, 0.3 * own)
    if np.abs(own).max() < 2 * sag.max():
        bent = bent + sag
    hem = right + t[:, None] * (left - right)
    hem[:, 1] += bent
    return np.asarray(hem, np.float32)


class SideSeam:
    """One side of a garment below the underarm."""

    def __init__(self, garment: Garment, wearer: Wearer, side: int, underarm: Points) -> None:
        self._garment, self._physique = garment, wearer
        self._side, self._underarm = side, underarm

    def down_to(self, end: Points) -> Points:
        """Return the edge from the underarm to ``end``."""
        first, last = float(self._underarm[1]), float(end[1])
        rows = np.linspace(first, last, 60)
        x = [self.x(float(row), last) for row in rows]
        edge = np.stack([np.array(x), rows], axis=1)
        fade = np.linspace(0, 1, len(rows))[:, None]
        edge = edge + (1 - fade) ** 4 * (self._underarm - edge[0]) + fade**4 * (end - edge[-1])
        return smooth(edge.astype(np.float32), reach=3)

    def x(self, row: float, hem_row: float) -> float:
        """Return x at a row: on the body, or further out where the garment is wider."""
        wearer, middle = self._physique, self._physique.middle(row)
        body = wearer.flank(self._side, row)
        if not np.isfinite(body):
            body = middle + self._side * self._last_half()
        half = _EASE * abs(body - middle)
        first = float(self._underarm[1])
        share = (row - first) / max(1.0, hem_row - first)
        hanging = self._lying_half(share) * self._scale()
        return middle + self._side * (
            half + _STRAIGHT_FALL * float(np.clip(hanging - half, 0, 0.16 * half))
        )

    def _lying_half(self, share: float) -> float:
        outline = self._garment.outline
        edge = outline.sides[self._side]["side"]
        axis = (outline.top[0, 0] + outline.top[-1, 0]) / 2
        return abs(float(np.interp(share, np.linspace(0, 1, len(edge)), edge[:, 0]) - axis))

    def _scale(self) -> float:
        x, row = (float(value) for value in self._underarm)
        return 0.97 * abs(x - self._physique.middle(row)) / (self._garment.chest / 2)

    def _last_half(self) -> float:
        """Return the half width where the body's border was last visible."""
        row = float(np.flatnonzero(np.isfinite(self._physique.flanks[self._side]))[-1])
        return abs(self._physique.flank(self._side, row) - self._physique.middle(row))
