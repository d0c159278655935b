"""Target edges above the underarms: neckline, shoulders, sleeves or armholes.

Flat widths are half circumferences, so cloth around an arm looks narrower when worn than
when flat; across the shoulders it keeps its width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.arrays import Points
from outfitanyone_local.engine.garments.garment import Garment
from outfitanyone_local.engine.outline import RIGHT, SIDES, length, resample, smooth

from .limbs import Limb
from .proportions import FLAT_CHEST, SLEEVE_END, interpolate
from .wearer import Wearer

_WORN_WIDTH = 0.72
"""Width of a sleeve on the arm, as a share of its flat width."""
_SNUG, _LOOSE = 1.12, 1.5
"""Least and greatest width of a sleeve, in widths of the arm."""
_OUTER_EASE = 0.3
"""Share of a sleeve's ease on the outside of the arm; the rest hangs below it."""
_THICKNESS = 0.012
"""Distance of cloth from the shoulder, in torsos."""
_NECK_DEPTH = 0.72
"""Depth of a neckline when worn, as a share of its flat depth: it tilts forward over the
collar bone."""
_ARMHOLE = 0.32
"""Least depth of a sleeved armhole below the shoulder joints, in torsos."""
_CUFF_CURVE = 0.10
"""Curvature of a cuff, as a share of its width."""


@dataclass(frozen=True)
class UpperEdges:
    """The part of an outline above the underarms.

    edges: for each side from neck to underarm.
    """

    neckline: Points
    edges: dict[int, dict[str, Points]]
    underarms: dict[int, Points]


def drape_upper_edges(garment: Garment, wearer: Wearer) -> UpperEdges:
    """Return the edges above the underarms of a garment that hangs from the shoulders."""
    neckline = _neckline(garment, wearer)
    edges, underarms = {}, {}
    for side in SIDES:
        corner = neckline[0] if side == RIGHT else neckline[-1]
        if garment.has_sleeves:
            sleeve = _Sleeve(garment, wearer, side)
            underarms[side], edges[side] = sleeve.underarm, sleeve.edges(corner)
        else:
            underarms[side] = _bare_underarm(wearer, side)
            edges[side] = _armhole_edges(garment, wearer, side, corner, underarms[side])
    return UpperEdges(neckline, edges, underarms)


def sleeve_end(garment: Garment) -> float:
    """Return where on the arm the sleeves end: 0 none, 1 at the wrist."""
    return interpolate(SLEEVE_END, garment.sleeve_length) if garment.has_sleeves else 0.0


def _on_shoulder(wearer: Wearer, side: int, x: float) -> Points:
    """Return the point of the garment's shoulder at ``x``."""
    shoulder_line = wearer.shoulder_lines[side]
    order = np.argsort(shoulder_line[:, 0])
    y = np.interp(x, shoulder_line[order, 0], shoulder_line[order, 1]) - _THICKNESS * wearer.torso
    return np.array([x, y], np.float32)


def _along_shoulder(wearer: Wearer, side: int, corner: Points, tip: Points) -> Points:
    inner = np.linspace(float(corner[0]), float(tip[0]), 12)[1:-1]
    return np.stack([corner, *(_on_shoulder(wearer, side, float(x)) for x in inner), tip])


def _neckline(garment: Garment, wearer: Wearer) -> Points:
    """Return the garment's neckline, scaled and placed on the shoulders."""
    lying = resample(garment.outline.top, 81)
    scale = FLAT_CHEST * wearer.torso / garment.chest
    middle, flat = (lying[0] + lying[-1]) / 2, float(lying[-1, 0] - lying[0, 0]) / 2
    neck = (wearer.neck[1] - wearer.neck[0]) / 2
    half = float(np.clip(flat * scale, 1.15 * neck, 0.82 * wearer.half_shoulder_width))
    centre = sum(wearer.neck) / 2
    across = (lying[:, 0] - middle[0]) / flat
    right, left = (_on_shoulder(wearer, side, centre + side * half)[1] for side in SIDES)
    share = (across + 1) / 2
    hangs = lying[:, 1] - (lying[0, 1] + (lying[-1, 1] - lying[0, 1]) * share)
    y = right + (left - right) * share + hangs * scale * _NECK_DEPTH
    return np.stack([centre + across * half, y], axis=1).astype(np.float32)


def _bezier(start: Points, turn: Points, end: Points) -> Points:
    t = np.linspace(0, 1, 24)[:, None]
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * turn + t**2 * end, np.float32)


# -- without sleeves ------------------------------------------------------------------


def _bare_underarm(wearer: Wearer, side: int) -> Points:
    """Return a point just under the armpit; the old sleeve may have stood away from it."""
    row = float(wearer.armpits[side][1]) + 0.02 * wearer.torso
    middle, edge = wearer.middle(row), wearer.flank(side, row)
    half = abs((edge if np.isfinite(edge) else float(wearer.armpits[side][0])) - middle)
    half = min(half + 0.004 * wearer.torso, wearer.half_shoulder_width + 0.02 * wearer.torso)
    return np.array([middle + side * half, row], np.float32)


def _armhole_edges(
    garment: Garment, wearer: Wearer, side: int, corner: Points, underarm: Points
) -> dict[str, Points]:
    """Return shoulder strap and armhole; the strap keeps its flat width."""
    shoulder = garment.outline.sides[side]["shoulder"]
    strap = abs(float(shoulder[-1, 0] - shoulder[0, 0])) * FLAT_CHEST / garment.chest
    most = abs(float(wearer.arms[side].axis[0, 0] - corner[0]))
    width = float(np.clip(strap * wearer.torso, 0.12 * most, 1.02 * most))
    tip = _on_shoulder(wearer, side, float(corner[0]) + side * width)
    turn = np.array([tip[0] - 0.02 * side * wearer.torso, 0.45 * tip[1] + 0.55 * underarm[1]])
    return {
        "shoulder": _along_shoulder(wearer, side, corner, tip),
        "armhole": _bezier(tip, turn, underarm),
    }


# -- sleeves --------------------------------------------------------------------------


class _Sleeve:
    """One sleeve on its arm."""

    def __init__(self, garment: Garment, wearer: Wearer, side: int) -> None:
        self._physique, self._side = wearer, side
        self._arm: Limb = wearer.arms[side]
        self._lying = garment.outline.sides[side]
        self._scale = _WORN_WIDTH * FLAT_CHEST * wearer.torso / garment.chest
        self._end = sleeve_end(garment)
        self.underarm = self._underarm()

    def _underarm(self) -> Points:
        """Return a point below the armpit, on the flank: armholes are cut with room."""
        wearer, side = self._physique, self._side
        x, y = (float(value) for value in wearer.armpits[side])
        row = max(y + 0.035 * wearer.torso, float(wearer.shoulders[1]) + _ARMHOLE * wearer.torso)
        flank = wearer.flank(side, row)
        return np.array([flank if np.isfinite(flank) else x, row], np.float32)

    def edges(self, corner: Points) -> dict[str, Points]:
        wearer, side, end = self._physique, self._side, self._end
        joint = float(self._arm.axis[0, 0])
        tip, cap = (
            _on_shoulder(wearer, side, joint + k * side * wearer.torso) for k in (0.03, 0.08)
        )
        stations = np.linspace(0, end, 40, dtype=np.float32)
        level = self._arm.station_of(self.underarm)
        outer, inner = self._borders(stations, level)
        outer = np.concatenate([[tip, cap], outer[stations > min(0.1, 0.4 * end)]])
        outer = smooth(resample(outer, 60), reach=3)
        below = stations > level + 0.04
        inner = inner[below][::-1] if below.any() else inner[-1:]
        inner = smooth(resample(np.concatenate([inner, self.underarm[None]]), 60), reach=2)
        split = self._split(outer)
        return {
            "shoulder": _along_shoulder(wearer, side, corner, tip),
            "sleeve top": outer[: split + 1],
            "sleeve": outer[split:],
            "cuff": _cuff(outer[-1], inner[0]),
            "inner sleeve": inner,
        }

    def _borders(self, stations: Points, level: float) -> tuple[Points, Points]:
        """Return outer and inner border at stations of the arm; ``level`` is the underarm's.

        Over the shoulder the border follows the old clothes.
        """
        lying = self._lying
        at_top = float(np.linalg.norm(lying["sleeve"][0] - lying["inner sleeve"][-1]))
        at_cuff = float(np.linalg.norm(lying["cuff"][0] - lying["cuff"][-1]))
        widths = (self._scale * at_top, self._scale * at_cuff)
        outer, inner = [], []
        for station in stations:
            point, normal, out, into = self._arm.at(float(station))
            near = float(np.interp(station, (0.15, 0.4), (1, 0)))
            out += near * float(np.clip(self._arm.clothed_at(float(station)) - out, 0, 0.25 * out))
            wanted = np.interp(station, (level, max(float(stations[-1]), level + 0.01)), widths)
            ease = (
                float(np.clip(wanted, _SNUG * (out + into), _LOOSE * (out + into)) - out - into) / 2
            )
            outer.append(point + normal * (out + 2 * _OUTER_EASE * ease))
            inner.append(point - normal * (into + 2 * (1 - _OUTER_EASE) * ease))
        return np.stack(outer).astype(np.float32), np.stack(inner).astype(np.float32)

    def _split(self, outer: Points) -> int:
        """Return the index where "sleeve top" ends and "sleeve" begins.

        Half way between level with the underarm, which keeps stripes straight across, and
        proportional to length, which keeps them evenly spaced.
        """
        upper, lower = length(self._lying["sleeve top"]), length(self._lying["sleeve"])
        along = outer[-1] - outer[0]
        abreast = int(np.abs((outer - self.underarm) @ along).argmin())
        even = upper / (upper + lower) * (len(outer) - 1)
        return int(np.clip(round((abreast + even) / 2), 2, len(outer) - 3))


def _cuff(outer: Points, inner: Points) -> Points:
    """Return a cuff curved slightly downwards, as around an arm."""
    chord = inner - outer
    down = np.array([-chord[1], chord[0]], np.float32)
    if down[1] < 0:
        down = -down
    return _bezier(outer, (outer + inner) / 2 + 2 * _CUFF_CURVE * down, inner)
