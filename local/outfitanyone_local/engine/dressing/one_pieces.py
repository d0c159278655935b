"""Target outlines of dresses and jumpsuits."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.garments.garment import Garment
from outfitanyone_local.engine.outline import RIGHT, SIDES, Outline, Points

from .bodice import drape_bodice
from .bottoms import LONGEST, ankle_row, leg_edges, skirt_edges
from .physique import Physique
from .tops import Flank


def drape_one_piece(garment: Garment, physique: Physique) -> Outline:
    """Return the outline of a dress or jumpsuit when worn; its waist is at the wearer's."""
    bodice = drape_bodice(garment, physique)
    corners = {side: _waist_corner(physique, side) for side in SIDES}
    upper = {
        side: bodice.edges[side]
        | {"side": Flank(garment, physique, side, bodice.underarms[side]).down_to(corners[side])}
        for side in SIDES
    }
    hem = None
    if garment.has_legs:
        lower = {side: leg_edges(garment, physique, corners[side], side) for side in SIDES}
    else:
        lower, hem = skirt_edges(garment, physique, corners, _hem_row(garment, physique))
    sides = {side: upper[side] | lower[side] for side in SIDES}
    return Outline(top=bodice.neckline, sides=sides, bottom=hem)


def _waist_corner(physique: Physique, side: int) -> Points:
    row = physique.waist_row
    middle = physique.middle(row)
    half = min(1.03 * abs(physique.flank(side, row) - middle), 0.38 * physique.torso)
    return np.array([middle + side * half, row], np.float32)


def _hem_row(garment: Garment, physique: Physique) -> float:
    """Return the row of the hem that keeps skirt and bodice in proportion."""
    edges = garment.outline.sides[RIGHT]
    neck, waist, hem = edges["shoulder"][0, 1], edges["skirt"][0, 1], edges["skirt"][-1, 1]
    bodice = physique.waist_row - float(physique.slopes[RIGHT][0, 1])
    row = physique.waist_row + float((hem - waist) / (waist - neck)) * bodice
    return min(row, physique.waist_row + LONGEST * (ankle_row(physique) - physique.waist_row))
