"""Target outlines of trousers, shorts and skirts."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Points
from outfitanyone_local.engine.garments.garment import Garment
from outfitanyone_local.engine.outline import LEFT, RIGHT, SIDES, Outline, resample, smooth

from .proportions import LEG_END, SKIRT_PER_WAIST, interpolate
from .tops import hem_between
from .wearer import Wearer

_HANGING_FLARE = 0.65
"""Share of a flat skirt's flare that remains when it hangs."""
_SHOE_OVERLAP = 0.01
"""How far full-length trousers overlap the shoe, in torsos."""
_LEAST_WIDTH = 1.08
"""Least width of a trouser leg, in widths of the leg there; the greatest is the thigh's."""
_HEM_CURVE = 0.07
"""Depth of a trouser hem's curve, as a share of its width."""
_GAP = 4.0
"""Least distance of a trouser leg from the middle line, pixels: the warp's grid must keep the
two legs apart."""
LONGEST_SKIRT = 0.97
"""End of the longest skirt, as a share of the distance from waist to ankles."""
_POINTS = 60


def drape_bottom(garment: Garment, wearer: Wearer, *, waist: float | None = None) -> Outline:
    """Return the outline of trousers, shorts or a skirt when worn.

    waist: row of the waistband's corners; by default it follows from the garment's rise.
    """
    if waist is None:
        waist = _free_waist(garment, wearer) if garment.has_legs else wearer.waist_row
    corners = {side: np.array([wearer.body_side(side, waist), waist], np.float32) for side in SIDES}
    top = _waistband(corners[RIGHT], corners[LEFT], wearer)
    if garment.has_legs:
        legs = {side: leg_edges(garment, wearer, corners[side], side) for side in SIDES}
        return Outline(top=top, sides=legs, bottom=None)
    lying = garment.outline
    share = SKIRT_PER_WAIST * lying.height / float(lying.top[-1, 0] - lying.top[0, 0])
    hem_row = waist + min(LONGEST_SKIRT, share) * (ankle_row(wearer) - waist)
    sides, hem = skirt_edges(garment, wearer, corners, hem_row)
    return Outline(top=top, sides=sides, bottom=hem)


def ankle_row(wearer: Wearer) -> float:
    return float(np.mean([wearer.legs[side].axis[-1, 1] for side in SIDES]))


def _free_waist(garment: Garment, wearer: Wearer) -> float:
    """Return the row of the waistband that keeps the rise in proportion to the hips."""
    sides, crotch = garment.outline.sides, wearer.crotch
    width = float(sides[LEFT]["hip"][-1, 0] - sides[RIGHT]["hip"][-1, 0])
    hips = sum(abs(wearer.body_side(side, float(crotch[1])) - float(crotch[0])) for side in SIDES)
    rise = float(sides[RIGHT]["inner leg"][-1, 1] - garment.outline.top[:, 1].mean()) * hips / width
    highest = wearer.waist_row - 0.06 * wearer.torso
    lowest = wearer.hip_row - 0.2 * wearer.torso
    return float(np.clip(float(crotch[1]) - rise, highest, lowest))


def _waistband(right: Points, left: Points, wearer: Wearer) -> Points:
    t = np.linspace(0, 1, 40)[:, None]
    band = right + t * (left - right)
    band[:, 1:] += 0.015 * wearer.torso * (1 - (2 * t - 1) ** 2)
    return np.asarray(band, np.float32)


# -- legs -----------------------------------------------------------------------------


def leg_edges(garment: Garment, wearer: Wearer, corner: Points, side: int) -> dict[str, Points]:
    """Return the edges of one trouser leg from ``corner`` at the waist to the crotch."""
    x, row = (float(value) for value in wearer.crotch)
    crotch = np.array([x, row + 0.025 * wearer.torso], np.float32)
    start, end = _stations(garment, wearer, side, float(crotch[1]))
    outer, inner = _leg_borders(garment, wearer, side, start, end)
    inner[:, 0] = side * np.maximum(side * (inner[:, 0] - x), _GAP) + x
    inner = smooth(resample(np.concatenate([inner[::-1], crotch[None]]), 80), reach=2)
    hip = _hip(wearer, corner, outer[0], side)
    whole = smooth(np.concatenate([hip, outer[1:]]), reach=4)
    return {
        "hip": whole[: len(hip)],
        "leg": whole[len(hip) - 1 :],
        "leg hem": _leg_hem(whole[-1], inner[0]),
        "inner leg": inner,
    }


def _hip(wearer: Wearer, corner: Points, thigh: Points, side: int) -> Points:
    """Return the edge from the waistband's corner over the hip to the thigh."""
    rows = np.linspace(float(corner[1]), float(thigh[1]), 40)
    body = np.array([[wearer.body_side(side, float(row)), row] for row in rows])
    share = np.linspace(0, 1, len(rows))[:, None]
    hip = body + share**2 * (thigh - body[-1]) + (1 - share**2) ** 8 * (corner - body[0])
    return np.asarray(hip, np.float32)


def _stations(garment: Garment, wearer: Wearer, side: int, crotch: float) -> tuple[float, float]:
    """Return the shares of the leg's length at the crotch's level and at the hem."""
    edges = garment.outline.sides[side]
    low = float(edges["inner leg"][-1, 1])
    rise, inseam = low - float(edges["hip"][0, 1]), float(edges["leg hem"][:, 1].mean()) - low
    if garment.kind.is_one_piece:  # its waist may be a guess
        rise = max(rise, 0.35 * inseam)
    axis = wearer.legs[side].axis[:, 1]
    start = float(np.interp(crotch, axis, np.linspace(0, 1, len(axis))))
    return start, start + interpolate(LEG_END, inseam / max(rise, 1.0)) * (1 - start)


def _leg_borders(
    garment: Garment, wearer: Wearer, side: int, start: float, end: float
) -> tuple[Points, Points]:
    """Return the outer and inner border of a trouser leg from the crotch's level to the hem."""
    lying, leg = garment.outline.sides[side], wearer.legs[side]
    across = resample(lying["leg"], _POINTS) - resample(lying["inner leg"][::-1], _POINTS)
    flat = np.linalg.norm(across, axis=1)
    point, _, out, _ = leg.at(start)
    widest = 1.06 * (abs(float(point[0] - wearer.crotch[0])) + out)
    scale = widest / float(flat[:4].mean())
    drop = np.zeros(2)
    if end >= 0.99:
        x, row, _ = wearer.shoe_tops[side]
        bow = _HEM_CURVE * min(scale * float(flat[-1]), widest)
        drop = np.array([x, row + _SHOE_OVERLAP * wearer.torso - bow]) - leg.axis[-1]
    outer, inner = [], []
    for share, width in zip(np.linspace(0, 1, _POINTS), scale * flat, strict=True):
        point, normal, out, into = leg.at(start + share * (end - start))
        least = _LEAST_WIDTH * (out + into)
        ease = float(np.clip(width, least, max(least, widest)) - out - into) / 2
        outer.append(point + share**2 * drop + normal * (out + ease))
        inner.append(point + share**2 * drop - normal * (into + ease))
    return np.stack(outer).astype(np.float32), np.stack(inner).astype(np.float32)


def _leg_hem(outer: Points, inner: Points) -> Points:
    t = np.linspace(0, 1, 20)[:, None]
    hem = outer + t * (inner - outer)
    hem[:, 1:] += _HEM_CURVE * abs(float(inner[0] - outer[0])) * (1 - (2 * t - 1) ** 2)
    return np.asarray(hem, np.float32)


# -- skirts ---------------------------------------------------------------------------


def skirt_edges(
    garment: Garment, wearer: Wearer, corners: dict[int, Points], hem_row: float
) -> tuple[dict[int, dict[str, Points]], Points]:
    """Return both sides of a skirt from the waist's corners to the hem, and the hem."""
    lying = [resample(garment.outline.sides[side]["skirt"], _POINTS) for side in SIDES]
    flat = (lying[1][:, 0] - lying[0][:, 0]) / 2
    sides = {
        side: {"skirt": _skirt_side(wearer, side, corners[side], hem_row, flat / flat[0])}
        for side in SIDES
    }
    right, left = (sides[side]["skirt"][-1] for side in SIDES)
    return sides, hem_between(garment, wearer, right, left)


def _skirt_side(wearer: Wearer, side: int, corner: Points, hem_row: float, flare: Points) -> Points:
    """Return one side of a skirt. flare: flat widths at equal steps, in widths of the waist."""
    first = abs(float(corner[0]) - wearer.middle(float(corner[1])))
    rows = np.linspace(float(corner[1]), hem_row, len(flare))
    x = [
        wearer.middle(min(row, float(wearer.crotch[1])))
        + side * max(first * (1 + _HANGING_FLARE * (wide - 1)), _least_half(wearer, side, row))
        for row, wide in zip(rows.tolist(), flare.tolist(), strict=True)
    ]
    edge = np.stack([np.array(x), rows], axis=1)
    edge[0] = corner
    return smooth(edge.astype(np.float32), reach=3)


def _least_half(wearer: Wearer, side: int, row: float) -> float:
    """Return the least half width: a skirt falls straight from the hips."""
    row = min(row, wearer.hip_row)
    return 1.02 * abs(wearer.body_side(side, row) - wearer.middle(row))
