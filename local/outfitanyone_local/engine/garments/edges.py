"""Split one half of a garment's contour into the named edges of an outline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.arrays import Points

from .silhouette import (
    Half,
    find_end_corners,
    find_shoulder_tip,
    find_tip_and_underarm,
)


@dataclass(frozen=True)
class ArmLandmarks:
    """Landmarks of a half's shoulder, sleeve and underarm, as indices of its path.

    cuff: outer and inner corner, None without a sleeve.
    """

    shoulder: int
    cuff: tuple[int, int] | None
    underarm: int


def find_arm(half: Half, *, armpit: int | None) -> ArmLandmarks:
    """Return the landmarks of the sleeve above an armpit or, without one, of the armhole."""
    if armpit is None:
        shoulder, underarm = find_tip_and_underarm(half)
        return ArmLandmarks(shoulder, None, underarm)
    shoulder = find_shoulder_tip(half, armpit)
    root = (half.path[shoulder] + half.path[armpit]) / 2
    return ArmLandmarks(shoulder, find_end_corners(half, shoulder, armpit, root), armpit)


def arm_edges(half: Half, neck: int, arm: ArmLandmarks) -> dict[str, Points]:
    """Return the edges from the neck over the shoulder to the underarm."""
    path = half.path
    edges = {"shoulder": path[neck : arm.shoulder + 1]}
    if arm.cuff is None:
        return edges | {"armhole": path[arm.shoulder : arm.underarm + 1]}
    outer, inner = arm.cuff
    level = _level_with(
        path[arm.shoulder : outer + 1], path[arm.underarm], path[outer] - path[arm.shoulder]
    )
    middle = arm.shoulder + level
    return edges | {
        "sleeve top": path[arm.shoulder : middle + 1],
        "sleeve": path[middle : outer + 1],
        "cuff": path[outer : inner + 1],
        "inner sleeve": path[inner : arm.underarm + 1],
    }


def _level_with(border: Points, point: Points, along: Points) -> int:
    """Return the index on a sleeve's outer border that lies straight across from ``point``."""
    distance = np.abs((border - point) @ along)
    return int(np.clip(distance.argmin(), 1, max(1, len(border) - 2)))


def body_edges(half: Half, start: int, waist: int | None) -> dict[str, Points]:
    """Return the edges from the underarm down: to the hem, or past the waist as a skirt or leg."""
    if waist is None:
        corner = half.extreme(start, len(half.path) - 1, (-1.0, 1.0))
        return {"side": half.path[start : corner + 1]}
    middle = _first_below(half, start, waist)
    lower = leg_edges(half, middle) if half.crotch is not None else skirt_edges(half, middle)
    return {"side": half.path[start : middle + 1]} | lower


def leg_edges(half: Half, start: int) -> dict[str, Points]:
    """Return the edges from the waist to the crotch."""
    crotch = half.bottom if half.crotch is None else half.crotch
    thigh = _first_below(half, start, crotch)
    root = np.array([(half.path[thigh, 0] + half.axis) / 2, crotch], np.float32)
    outer, inner = find_end_corners(half, thigh, len(half.path) - 1, root)
    return {
        "hip": half.path[start : thigh + 1],
        "leg": half.path[thigh : outer + 1],
        "leg hem": half.path[outer : inner + 1],
        "inner leg": half.path[inner:],
    }


def _first_below(half: Half, start: int, row: int) -> int:
    """Return the path index after ``start`` that reaches a row first, else the lowest one.

    A path that starts below the row, or ends above it on an uneven hem, never reaches it.
    """
    rest = half.path[start:, 1]
    below = np.flatnonzero(rest >= row)
    step = int(below[0]) if below.size else int(rest.argmax())
    return min(start + max(1, step), len(half.path) - 1)


def skirt_edges(half: Half, start: int) -> dict[str, Points]:
    """Return the edge from the waist to the hem's corner."""
    corner = half.extreme(start, len(half.path) - 1, (-1.0, 1.0))
    return {"skirt": half.path[start : corner + 1]}
