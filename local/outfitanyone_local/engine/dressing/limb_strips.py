"""Coordinates along and across bare limbs, for each pixel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from outfitanyone_local.engine.arrays import Plane, Points, SoftMask
from outfitanyone_local.engine.opencv import cv2

from .limbs import STATIONS, Limb
from .warping import Window, coverage, window_around
from .wearer import Wearer

_UNDER_CUFF = 0.1
"""How far an arm continues beyond the wrist, where a cuff may hide the hand, in torsos."""
_IN_SHOE = 0.02
"""How far a leg continues into the shoe, in torsos."""
_COARSE = 4
"""Coordinates are computed on every fourth pixel and interpolated."""


@dataclass(frozen=True)
class LimbStrip:
    """Limb coordinates of the pixels of a window, as planes.

    along: 0 at the root to 1 at the end.  across: -1 at the inner to 1 at the outer border.
    cover: how much of each pixel the limb covers.
    fades: how much the trunk, where there is any, replaces the limb.
    """

    window: Window
    along: Plane
    across: Plane
    cover: SoftMask
    fades: Plane


def arm_strip(wearer: Wearer, side: int, within: Window) -> LimbStrip:
    """Return the strip of a bare arm from the shoulder to under the cuff."""
    limb = wearer.arms[side]
    step = limb.axis[-1] - limb.axis[-4]
    beyond = limb.axis[-1] + _UNDER_CUFF * wearer.torso * step / np.linalg.norm(step)
    tail = np.stack([beyond + _half(limb)[k] * limb.normal[-1] for k in (0, 1)])
    shoulder_line = wearer.shoulder_lines[side]
    top = shoulder_line[np.abs(shoulder_line[:, 0] - limb.axis[0, 0]).argmin(), 1]
    height = max(0.75 * _root_half(limb), float(limb.axis[0, 1] - top))
    return _fade_into_chest(_strip(limb, tail, height, within))


def _fade_into_chest(strip: LimbStrip) -> LimbStrip:
    """Fade the arm into the chest at the shoulder, where it has no inner border."""
    free = np.clip((strip.along - 0.12) / 0.25, 0, 1)
    fades = (1 - free) * np.clip(-2 * strip.across, 0, 1)
    across = np.maximum(strip.across, -free)
    return replace(
        strip, fades=np.asarray(fades, np.float32), across=np.asarray(across, np.float32)
    )


def leg_strip(wearer: Wearer, side: int, within: Window) -> LimbStrip:
    """Return the strip of a bare leg from the hip into the shoe."""
    limb = wearer.legs[side]
    x, row, width = wearer.shoe_tops[side]
    low = max(float(limb.axis[-1, 1]), row + _IN_SHOE * wearer.torso)
    half = np.clip(_half(limb), -0.85 * width, 0.85 * width) * side
    tail = np.stack([half + x, np.full(2, low)], axis=1)
    return _strip(limb, tail, 0.75 * _root_half(limb), within)


def _half(limb: Limb) -> Points:
    """Return the signed half widths of the limb's end, outer then inner."""
    return np.array([limb.outer[-1], -limb.inner[-1]], np.float32)


def _root_half(limb: Limb) -> float:
    return float(limb.outer[0] + limb.inner[0]) / 2


def _strip(limb: Limb, tail: Points, root: float, within: Window) -> LimbStrip:
    """Return the strip of a limb.

    tail: outer and inner corner of the end.  root: height of the rounding at the root.
    The last stations blend into the tail, which may lie a little aside.
    """
    outer = limb.axis + limb.outer[:, None] * limb.normal
    inner = limb.axis - limb.inner[:, None] * limb.normal
    cap = _cap(limb.axis, outer, inner, root)
    border = np.concatenate([outer[:-3], tail, inner[-4::-1], cap]).astype(np.float32)
    around = window_around(border, margin=2, size=(within.x2, within.y2))
    window = Window(
        min(max(around.x1, within.x1), within.x2 - 1),
        min(max(around.y1, within.y1), within.y2 - 1),
        max(around.x2, within.x1 + 1),
        max(around.y2, within.y1 + 1),
    )
    along, across = _limb_coordinates(limb, window)
    return LimbStrip(window, along, across, coverage(border, window), np.zeros_like(along))


def _cap(axis: Points, outer: Points, inner: Points, height: float) -> Points:
    """Return half an ellipse over a limb's root, from its inner to its outer border."""
    across = (outer[0] - inner[0]) / 2
    back = axis[0] - axis[1]
    back = back * (height / float(np.linalg.norm(back)))
    turn = np.linspace(np.pi, 0, 16)[:, None]
    middle = (outer[0] + inner[0]) / 2
    return np.asarray(middle + np.cos(turn) * across + np.sin(turn) * back, np.float32)


def _limb_coordinates(limb: Limb, window: Window) -> tuple[Plane, Plane]:
    """Return the coordinates along and across the limb for each pixel of the window."""
    width, height = window.size
    x, y = np.meshgrid(
        np.arange(window.x1, window.x2 + _COARSE, _COARSE, dtype=np.float32),
        np.arange(window.y1, window.y2 + _COARSE, _COARSE, dtype=np.float32),
    )
    grid = np.stack([x.ravel(), y.ravel()], axis=1)
    few = limb.axis[::2]
    nearest = 2 * np.stack([((grid - point) ** 2).sum(axis=1) for point in few]).argmin(axis=0)
    step = np.gradient(limb.axis, axis=0)
    length = np.maximum((step**2).sum(axis=1), 1e-6)
    offset = ((grid - limb.axis[nearest]) * step[nearest]).sum(axis=1) / length[nearest]
    station = np.clip(nearest + np.clip(offset, -2, 2), 0, STATIONS - 1)
    at = np.arange(STATIONS)
    middle = np.stack([np.interp(station, at, limb.axis[:, k]) for k in (0, 1)], axis=1)
    away = ((grid - middle) * limb.normal[nearest]).sum(axis=1)
    half = np.where(
        away > 0, np.interp(station, at, limb.outer), np.interp(station, at, limb.inner)
    )
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32) / _COARSE, np.arange(height, dtype=np.float32) / _COARSE
    )
    coarse = (station / (STATIONS - 1), np.clip(away / np.maximum(half, 1), -1.5, 1.5))
    along, across = (
        cv2.remap(plane.reshape(x.shape).astype(np.float32), columns, rows, cv2.INTER_LINEAR)
        for plane in coarse
    )
    return np.asarray(along, np.float32), np.asarray(across, np.float32)
