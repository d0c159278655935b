"""Measure arms and legs: their axes, and their widths, bare and clothed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import Points
from outfitanyone_local.engine.figure import Part
from outfitanyone_local.engine.outline import resample, smooth

from .skeleton import Skeleton

Row = npt.NDArray[np.float32]
"""Shape (n,), one number for each station along a limb."""
Flags = npt.NDArray[np.bool_]

STATIONS = 41

_ARM = (
    (0, 0.132), (0.12, 0.12), (0.2, 0.108), (0.3, 0.096), (0.5, 0.082),
    (0.62, 0.084), (0.85, 0.062), (1, 0.056),
)  # fmt: skip
_LEG_OUTER = (
    (0, 0.20), (0.12, 0.19), (0.3, 0.160), (0.42, 0.125), (0.5, 0.112),
    (0.58, 0.112), (0.66, 0.122), (0.8, 0.09), (0.92, 0.066), (1, 0.066),
)  # fmt: skip
_LEG_INNER = (
    (0, 0.17), (0.12, 0.165), (0.3, 0.140), (0.42, 0.118), (0.5, 0.108),
    (0.58, 0.104), (0.7, 0.116), (0.82, 0.09), (0.92, 0.066), (1, 0.066),
)  # fmt: skip
"""Half widths of average bare limbs in torsos, by share of the limb's length; the calf is
fullest a little higher outside than inside."""
_BLEND = 6.0
"""Stations over which the average blends into the measured widths."""


@dataclass(frozen=True)
class Limb:
    """An arm from shoulder to wrist or a leg from hip to ankle, sampled at equal steps.

    axis: (STATIONS, 2) centre line of the bare limb.
    normal: unit vectors across, pointing away from the body.
    outer, inner: half widths of the bare limb in pixels, with and against the normal.
    clothed: visible half width on the outer side, clothes included.
    bare: whether skin is visible at the station.
    """

    axis: Points
    normal: Points
    outer: Row
    inner: Row
    clothed: Row
    bare: Flags

    def at(self, share: float) -> tuple[Points, Points, float, float]:
        """Return axis point, normal, outer and inner half width at a share of the length."""
        place = float(np.clip(share, 0, 1)) * (STATIONS - 1)
        low = min(int(place), STATIONS - 2)
        mix = np.float32(place - low)
        point, normal, outer, inner = (
            row[low] * (1 - mix) + row[low + 1] * mix
            for row in (self.axis, self.normal, self.outer, self.inner)
        )
        return point, normal / np.linalg.norm(normal), float(outer), float(inner)

    def clothed_at(self, share: float) -> float:
        return float(np.interp(share, np.linspace(0, 1, STATIONS), self.clothed))

    def station_of(self, point: Points) -> float:
        """Return the share of the length at the station nearest to a point."""
        return float(np.linalg.norm(self.axis - point, axis=1).argmin()) / (STATIONS - 1)


def measure_arm(skeleton: Skeleton, side: int) -> Limb:
    joints = np.stack([skeleton.joint(name, side) for name in ("SHOULDER", "ELBOW", "WRIST")])
    average = _profile(_ARM) * np.float32(skeleton.torso)
    return _limb(skeleton, joints, side, (average, average), skin=(Part.ARM, Part.HEAD))


def measure_leg(skeleton: Skeleton, side: int) -> Limb:
    joints = np.stack([skeleton.joint(name, side) for name in ("HIP", "KNEE", "ANKLE")])
    outer, inner = (_profile(k) * np.float32(skeleton.torso) for k in (_LEG_OUTER, _LEG_INNER))
    return _limb(skeleton, joints, side, (outer, inner), skin=(Part.LEG,))


def _profile(knots: tuple[tuple[float, float], ...]) -> Row:
    at, value = zip(*knots, strict=True)
    return np.asarray(np.interp(np.linspace(0, 1, STATIONS), at, value), np.float32)


def _limb(
    skeleton: Skeleton,
    joints: Points,
    side: int,
    average: tuple[Row, Row],
    *,
    skin: tuple[Part, ...],
) -> Limb:
    """Scan across the limb at every station and fit the average widths to the visible ones."""
    axis = smooth(resample(joints, STATIONS), reach=3)
    normal = _normals(axis, side)
    labels = skeleton.labels_at(axis)
    misplaced = np.isin(
        labels, (Part.BACKGROUND, Part.HAIR)
    )  # the joint was placed beside the limb
    bare = _nearest(np.isin(labels, skin), ~misplaced)
    limit = 2.2 * float(max(row.max() for row in average))
    limb_pixels = _LimbPixels(skeleton, bare, skin, limit)
    outer, inner = limb_pixels.reach(axis, normal), limb_pixels.reach(axis, -normal)
    half = np.asarray((outer + inner) / 2, np.float32)
    usual = np.asarray((average[0] + average[1]) / 2, np.float32)
    seen = (
        ~misplaced
        & (outer < limit)
        & (inner < limit)
        & (half < 1.8 * usual)
        & (half > 0.55 * usual)
    )
    shift = _interpolated(np.clip((outer - inner) / 2, -usual, usual), seen)
    clothed = np.where(seen, half, np.where(misplaced, 1.8 * usual, outer - shift))
    clothed = np.maximum(clothed, 0.6 * usual).astype(np.float32)
    factor = _width_factor(half / usual, bare & seen, ~bare & seen)
    widths = [
        np.where(bare & seen, half, np.minimum(expected, 0.97 * clothed))
        for expected in (_expected(half, row, factor, bare & seen) for row in average)
    ]
    return Limb(
        axis=(axis + shift[:, None] * normal).astype(np.float32),
        normal=normal,
        outer=_smoothed(widths[0]),
        inner=_smoothed(widths[1]),
        clothed=_smoothed(clothed),
        bare=bare,
    )


def _normals(axis: Points, side: int) -> Points:
    along = np.gradient(axis, axis=0)
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    return np.asarray(np.stack([along[:, 1], -along[:, 0]], axis=1) * side, np.float32)


def _nearest(values: Flags, known: Flags) -> Flags:
    """Return each station's value, or the nearest known one where it is unknown."""
    at, places = np.arange(len(values)), np.flatnonzero(known)
    if not places.size:
        return values
    return np.asarray(values[places[np.abs(at[:, None] - places).argmin(axis=1)]])


@dataclass(frozen=True)
class _LimbPixels:
    """What counts as limb: skin where it is bare, else all of the person but hair."""

    skeleton: Skeleton
    bare: Flags
    skin: tuple[Part, ...]
    limit: float

    def reach(self, axis: Points, direction: Points) -> Row:
        """Return how far the limb extends from its axis in a direction."""
        steps = np.arange(round(self.limit), dtype=np.float32)
        points = axis[:, None] + steps[None, :, None] * direction[:, None]
        labels = self.skeleton.labels_at(points)
        is_person = ~np.isin(labels, (Part.BACKGROUND, Part.HAIR))
        within = np.where(self.bare[:, None], np.isin(labels, self.skin), is_person)
        within[:, 0] = True
        reach = np.where(within.all(axis=1), self.limit, within.argmin(axis=1) - 0.5)
        return reach.astype(np.float32)


def _width_factor(ratio: Row, bare: Flags, clothed: Flags) -> float:
    """Return the width relative to the average; clothes count only if they fit closely."""
    beyond_root = np.linspace(0, 1, STATIONS) > 0.2
    if (bare & beyond_root).sum() >= 4:
        return float(np.clip(np.median(ratio[bare & beyond_root]), 0.6, 1.6))
    if (clothed & beyond_root).sum() >= 4:
        return float(np.clip(0.93 * np.median(ratio[clothed & beyond_root]), 0.8, 1.06))
    return 1.0


def _expected(half: Row, average: Row, factor: float, seen: Flags) -> Row:
    """Return average half widths, blended into the measured ones where visible skin begins."""
    if not seen.any():
        return np.asarray(factor * average, np.float32)
    places = np.flatnonzero(seen)
    away = np.abs(np.arange(len(half))[:, None] - places)
    nearest = places[away.argmin(axis=1)]
    blend = np.exp(-away.min(axis=1) / _BLEND) * ((half / average)[nearest] - factor)
    return np.asarray((factor + blend) * average, np.float32)


def _interpolated(row: Row, known: Flags) -> Row:
    """Return the row with zero at the root, gaps interpolated, smoothed."""
    at = np.arange(len(row))
    known = known | (at == 0)
    bridged = np.interp(at, at[known], np.where(at == 0, 0, row)[known])
    return _smoothed(_smoothed(_smoothed(bridged)))


def _smoothed(row: npt.NDArray[np.floating]) -> Row:
    kernel = np.array([1, 4, 6, 4, 1]) / 16
    return np.convolve(np.pad(row, 2, mode="edge"), kernel, "valid").astype(np.float32)
