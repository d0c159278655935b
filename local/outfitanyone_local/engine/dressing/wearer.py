"""The wearer's measurements: limbs, flanks, shoulders and waist under the old clothes.

Visible parts are measured; parts hidden by cloth are estimated from average proportions
fitted to the visible ones. Average lengths are in torsos: the distance from the middle of the
shoulder joints to the middle of the hip joints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.arrays import Points
from outfitanyone_local.engine.figure import Figure
from outfitanyone_local.engine.outline import RIGHT, SIDES

from .landmarks import (
    find_armpit,
    find_crotch,
    find_flank,
    find_neck,
    find_shoe_top,
    find_shoulder_line,
)
from .limbs import Limb, Row, measure_arm, measure_leg
from .skeleton import Skeleton

_WAIST, _HIPS = 0.70, 1.12
"""Rows of the natural waist and the widest place of the hips, in torsos below the shoulders."""
_HALF_WAIST = 0.36
"""Greatest half width of a waist, in torsos."""


@dataclass(frozen=True)
class Wearer:
    """The wearer, in pixels of the figure's picture. Sides are the signs of x.

    neck: x of the neck's right and left border.
    shoulder_lines: for each side the top of the shoulder from the neck outwards.
    armpits: where arm and flank part.
    flanks: for each side x of the body's border at each row of the picture, NaN elsewhere.
    shoe_tops: for each side middle x, row and half width of the shoe's top.
    """

    skeleton: Skeleton
    arms: dict[int, Limb]
    legs: dict[int, Limb]
    neck: tuple[float, float]
    shoulder_lines: dict[int, Points]
    armpits: dict[int, Points]
    flanks: dict[int, Row]
    crotch: Points
    shoe_tops: dict[int, tuple[float, float, float]]

    @property
    def figure(self) -> Figure:
        return self.skeleton.figure

    @property
    def torso(self) -> float:
        """The unit of length, in pixels."""
        return self.skeleton.torso

    @property
    def half_shoulder_width(self) -> float:
        """Half the distance between the shoulder joints."""
        return self.skeleton.half_shoulder_width

    @property
    def shoulders(self) -> Points:
        return self.skeleton.shoulders

    @property
    def hips(self) -> Points:
        return self.skeleton.hips

    @property
    def chin(self) -> Points:
        return self.skeleton.chin

    def middle(self, row: float) -> float:
        """Return x of the body's middle line at a row."""
        return self.skeleton.middle_at(row)

    @property
    def waist_row(self) -> float:
        return float(self.shoulders[1] + _WAIST * self.torso)

    @property
    def hip_row(self) -> float:
        return float(self.shoulders[1] + _HIPS * self.torso)

    def flank(self, side: int, row: float) -> float:
        """Return x of the body's border at a row."""
        border = self.flanks[side]
        return float(border[int(np.clip(round(row), 0, len(border) - 1))])

    def body_side(self, side: int, row: float) -> float:
        """Return x of the body's own side between waist and crotch.

        Old skirts stand away from the body; the legs' outer borders limit how wide it can be.
        """
        middle = self.middle(row)
        point, normal, outer, _ = self.legs[side].at(0.12)
        hips = abs(float(point[0] + normal[0] * outer) - middle)
        waist = min(_HALF_WAIST * self.torso, 1.1 * hips)
        depth = (row - self.waist_row) / max(1.0, self.hip_row - self.waist_row)
        most = 1.05 * float(np.interp(depth, (0, 1), (waist, hips)))
        seen = abs(self.flank(side, row) - middle)
        return middle + side * (min(seen, most) if np.isfinite(seen) else most)


def measure_wearer(figure: Figure) -> Wearer:
    """Measure a figure."""
    skeleton = Skeleton(figure)
    arms = {side: measure_arm(skeleton, side) for side in SIDES}
    legs = {side: measure_leg(skeleton, side) for side in SIDES}
    armpits = {side: find_armpit(skeleton, side, arms[side]) for side in SIDES}
    crotch, neck = find_crotch(skeleton), find_neck(skeleton)
    return Wearer(
        skeleton=skeleton,
        arms=arms,
        legs=legs,
        neck=neck,
        shoulder_lines={
            side: find_shoulder_line(skeleton, side, start=neck[side != RIGHT]) for side in SIDES
        },
        armpits=armpits,
        flanks={
            side: find_flank(skeleton, side, armpits[side], crotch, arm=arms[side])
            for side in SIDES
        },
        crotch=crotch,
        shoe_tops={side: find_shoe_top(skeleton, legs[side]) for side in SIDES},
    )
