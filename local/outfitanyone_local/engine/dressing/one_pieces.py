"""Target outlines of dresses and jumpsuits."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Points
from outfitanyone_local.engine.garments.garment import Garment
from outfitanyone_local.engine.outline import RIGHT, SIDES, Outline

from .bottoms import LONGEST_SKIRT, ankle_row, leg_edges, skirt_edges
from .neck_and_sleeves import drape_upper_edges
from .tops import SideSeam
from .wearer import Wearer


def drape_one_piece(garment: Garment, wearer: Wearer) -> Outline:
    """Return the outline of a dress or jumpsuit when worn; its waist is at the wearer's."""
    upper_edges = drape_upper_edges(garment, wearer)
    corners = {side: _waist_corner(wearer, side) for side in SIDES}
    upper = {
        side: upper_edges.edges[side]
        | {
            "side": SideSeam(garment, wearer, side, upper_edges.underarms[side]).down_to(
                corners[side]
            )
        }
        for side in SIDES
    }
    hem = None
    if garment.has_legs:
        lower = {side: leg_edges(garment, wearer, corners[side], side) for side in SIDES}
    else:
        lower, hem = skirt_edges(garment, wearer, corners, _hem_row(garment, wearer))
    sides = {side: upper[side] | lower[side] for side in SIDES}
    return Outline(top=upper_edges.neckline, sides=sides, bottom=hem)


def _waist_corner(wearer: Wearer, side: int) -> Points:
    row = wearer.waist_row
    middle = wearer.middle(row)
    half = min(1.03 * abs(wearer.flank(side, row) - middle), 0.38 * wearer.torso)
    return np.array([middle + side * half, row], np.float32)


def _hem_row(garment: Garment, wearer: Wearer) -> float:
    """Return the row of the hem that keeps skirt and bodice in proportion."""
    edges = garment.outline.sides[RIGHT]
    neck, waist, hem = edges["shoulder"][0, 1], edges["skirt"][0, 1], edges["skirt"][-1, 1]
    bodice = wearer.waist_row - float(wearer.shoulder_lines[RIGHT][0, 1])
    row = wearer.waist_row + float((hem - waist) / (waist - neck)) * bodice
    return min(row, wearer.waist_row + LONGEST_SKIRT * (ankle_row(wearer) - wearer.waist_row))
