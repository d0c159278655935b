"""Landmarks of a garment's silhouette.

Only the half on the left of the picture (the wearer's right) is analysed; the other half is
analysed in the mirrored picture. A half is the contour from the top centre down to the
bottom centre, and a landmark is an index on that path:

    neck - shoulder - cuff (outer, inner) - armpit - waist - hem (outer, inner)

Corners are support points: on a strip with a square end, the point furthest in the direction
"along plus sideways" is the corner, whatever the strip's slant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import Mask, Points
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.outline import LEFT, RIGHT, smooth

JUMP = 0.05
"""A sleeve begins where the body widens by this share of its width ..."""
JUMP_ROWS = 0.015
"""... within this share of the garment's height."""
_LEG_GAP = 0.16
"""Least height of the gap between two legs, as a share of the garment's height."""

_LEG_DISTANCE = 0.5
"""Greatest distance of a leg from the centre line, in half widths above the crotch."""


@dataclass(frozen=True)
class Half:
    """One half of a silhouette, as the half on the left of its picture.

    side: the wearer's side it is.
    path: contour from top centre to bottom centre, (n, 2) pixels.
    runs: for each row of the picture the left end of the central run, NaN where the
        centre line is not covered.
    axis: x of the centre line.  top, bottom: first and last covered row.
    crotch: row where the two legs part, None without legs.
    last_column: where the picture was mirrored to bring this half to the left.
    """

    side: int
    path: Points
    runs: npt.NDArray[np.float32]
    axis: float
    top: int
    bottom: int
    crotch: int | None
    last_column: int

    def in_picture(self, points: Points) -> Points:
        """Return points of this half in the picture itself, not mirrored."""
        if self.side == RIGHT:
            return points
        mirrored = points.copy()
        mirrored[..., 0] = self.last_column - points[..., 0]
        return mirrored

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def nearest(self, point: Points) -> int:
        """Return the index of the path point closest to ``point``."""
        return int(np.linalg.norm(self.path - point, axis=1).argmin())

    def extreme(self, start: int, stop: int, direction: tuple[float, float]) -> int:
        """Return the index of the path point furthest in ``direction`` between two indices."""
        section = self.path[start : stop + 1] @ np.array(direction, np.float32)
        return start + int(section.argmax())


Halves = tuple[Half, Half]
"""The wearer's right and left half."""


def find_tilt(mask: Mask) -> float:
    """Return the counter-clockwise rotation, in degrees, that makes the garment upright.

    This is the angle with the most symmetric mask, with a slight preference for zero because
    sleeves are never laid exactly alike.
    """
    scale = min(1.0, 160 / max(mask.shape))
    small = cv2.resize(
        mask.astype(np.uint8), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
    )
    small = cv2.copyMakeBorder(small, 16, 16, 16, 16, cv2.BORDER_CONSTANT, value=0)
    middle = (small.shape[1] / 2, small.shape[0] / 2)
    best, score = 0.0, -1.0
    for angle in np.arange(-8, 8.1, 1):
        turn = cv2.getRotationMatrix2D(middle, float(angle), 1)
        turned = cv2.warpAffine(small, turn, small.shape[::-1], flags=cv2.INTER_NEAREST) > 0
        _, overlap = _symmetry(turned)
        if overlap - 0.003 * abs(angle) > score:
            best, score = float(angle), overlap - 0.003 * abs(angle)
    return best


def centre_line(mask: Mask) -> float:
    """Return x of the vertical line about which the mask is most symmetric."""
    scale = min(1.0, 160 / mask.shape[1])
    small = cv2.resize(mask.astype(np.float32), None, fx=scale, fy=scale) > 0.5
    return float(_symmetry(small)[0] / scale)


def _symmetry(mask: Mask) -> tuple[float, float]:
    """Return the best axis and the overlap (IoU) of the mask with its mirror image."""
    columns = np.flatnonzero(mask.any(axis=0))
    middle, width = (columns[0] + columns[-1]) / 2, columns[-1] - columns[0]
    best, score = middle, -1.0
    for offset in np.arange(-0.08, 0.081, 0.01) * width:
        mirrored = np.zeros_like(mask)
        source = round(2 * (middle + offset)) - np.arange(mask.shape[1])
        fits = (source >= 0) & (source < mask.shape[1])
        mirrored[:, fits] = mask[:, source[fits]]
        overlap = (mask & mirrored).sum() / max(1, (mask | mirrored).sum())
        if overlap > score:
            best, score = middle + offset, overlap
    return float(best), float(score)


def split_halves(mask: Mask) -> tuple[Half, Half]:
    """Return the wearer's right and left half."""
    axis, last_column = centre_line(mask), mask.shape[1] - 1
    return (
        _half(mask, axis, RIGHT),
        _half(np.ascontiguousarray(mask[:, ::-1]), last_column - axis, LEFT),
    )


def _half(mask: Mask, axis: float, side: int) -> Half:
    """Return the half on the left of ``axis``."""
    column = round(axis)
    rows, middle = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask[:, column])
    top = int(rows[0])
    crotch = _crotch(mask, column, top, int(rows[-1]))
    # Sleeves may reach below a hem on the centre line; legs end at the last row.
    bottom = int(rows[-1] if crotch is not None or not middle.size else middle[-1])
    runs = np.full(len(mask), np.nan, np.float32)
    for row in np.flatnonzero(mask[:, column]):
        holes = np.flatnonzero(~mask[row, :column])
        runs[row] = holes[-1] + 1 if holes.size else 0
    path = _path(mask, axis, crotch)
    return Half(side, path, runs, axis, top, bottom, crotch, mask.shape[1] - 1)


def _crotch(mask: Mask, column: int, top: int, bottom: int) -> int | None:
    """Return the lowest covered row of the centre line above the gap between legs, None without.

    Below a top's hem the centre line is bare too, but no cloth is near it.
    """
    margin = max(2, round(0.004 * mask.shape[0]))
    middle = mask[:, column - margin : column + margin + 1]
    last = len(mask) - 1 - int(middle[::-1].argmax(axis=0).max())
    if bottom - last <= _LEG_GAP * (bottom - top):
        return None
    covered = np.flatnonzero(mask[last + (bottom - last) // 3])
    reach = np.abs(np.flatnonzero(mask[last - margin]) - column).max()
    near = np.abs(covered - column).min() if covered.size else reach
    return last if near < _LEG_DISTANCE * reach else None


def _path(mask: Mask, axis: float, crotch: int | None) -> Points:
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    loop = max(contours, key=cv2.contourArea)[:, 0, :].astype(np.float32)
    near = np.abs(loop[:, 0] - axis) <= 2
    if not near.any():
        near = np.abs(loop[:, 0] - axis) <= np.abs(loop[:, 0] - axis).min() + 1
    spots = np.flatnonzero(near)
    start = spots[loop[spots, 1].argmin()]
    end = spots[np.abs(loop[spots, 1] - crotch).argmin() if crotch else loop[spots, 1].argmax()]
    loop = np.roll(loop, -start, axis=0)
    end = (end - start) % len(loop)
    one, other = loop[: end + 1], np.concatenate([loop[end:], loop[:1]])[::-1]
    path = one if one[:, 0].mean() < other[:, 0].mean() else other
    return smooth(np.ascontiguousarray(path), reach=2)


def find_armpit(half: Half) -> int | None:
    """Return the index of the armpit of a sleeved garment, None without a sleeve.

    Going up along the body, the sleeve begins where the body's border jumps outwards: the gap
    between body and sleeve ends there.
    """
    end = half.crotch or half.bottom
    first = round(half.top + 0.04 * half.height)
    last = round(end - 0.2 * (end - half.top))
    span = max(2, round(JUMP_ROWS * half.height))
    for row in range(last, first + span, -1):
        here, above = half.runs[row], half.runs[row - span]
        # A comparison with NaN, where the centre line is bare, is false.
        if here - above > JUMP * 2 * (half.axis - here) + 0.5 * span:
            return half.nearest(np.array([here, row], np.float32))
    return None


def find_shoulder_tip(half: Half, armpit: int) -> int:
    """Return the index of the shoulder tip: on the upper border, a little inside the armpit."""
    x = half.path[armpit, 0]
    x += 0.06 * 2 * (half.axis - x)
    above = np.flatnonzero(half.path[:armpit, 0] >= x)
    if not above.size:
        return max(0, armpit - 1)
    crossing = np.flatnonzero(np.diff(above) > 1)
    return int(above[crossing[0]] if crossing.size else above[-1])


def find_end_corners(half: Half, start: int, stop: int, root: Points) -> tuple[int, int]:
    """Return the outer and inner corner of a strip (sleeve, leg) with border start to stop.

    root: middle of the strip's beginning. Direction and corners are refined in turns.
    """
    middle = half.path[start : stop + 1].mean(axis=0)
    outer = inner = start
    for _ in range(4):
        along = middle - root
        along = along / max(float(np.linalg.norm(along)), 1e-6)
        outwards = np.array([-along[1], along[0]], np.float32)
        if outwards @ (half.path[start] - half.path[stop]) < 0:
            outwards = -outwards
        outer = half.extreme(start, stop, tuple(along + 0.8 * outwards))
        inner = half.extreme(outer, stop, tuple(along - 0.8 * outwards))
        middle = (half.path[outer] + half.path[inner]) / 2
    return outer, inner


def find_tip_and_underarm(half: Half) -> tuple[int, int]:
    """Return the shoulder tip and underarm of a garment without sleeves.

    Below the tip the armhole curves out towards the underarm; the underarm is where the border,
    after its steepest part, is nearly upright again.
    """
    end = half.bottom if half.crotch is None else half.crotch
    upper = np.flatnonzero(half.path[:, 1] < half.top + 0.45 * (end - half.top))
    tip = half.extreme(0, int(upper[-1]) if upper.size else 0, (-0.5, -1.0))
    x, y = half.path[tip]
    deepest = min(y + 0.9 * 2 * (half.axis - x), half.top + 0.6 * (end - half.top))
    rows = np.arange(round(float(y)) + 3, max(round(float(deepest)), round(float(y)) + 12))
    known = np.isfinite(half.runs[rows])
    if not known.any():
        return tip, tip + 1
    border = np.interp(rows, rows[known], half.runs[rows][known]).astype(np.float32)
    swing = np.gradient(cv2.GaussianBlur(border[None], (0, 0), 0.012 * half.height)[0])
    steepest = int(swing[: -len(swing) // 5].argmin())
    upright = np.flatnonzero(swing[steepest:] > -0.2)
    row = steepest + (int(upright[0]) if upright.size else len(rows) - 1 - steepest)
    return tip, max(tip + 1, half.nearest(np.array([border[row], rows[row]], np.float32)))


def width_at(halves: tuple[Half, Half], row: int) -> float:
    """Return the width of the central run, NaN where the centre line is bare."""
    return float(sum(half.axis - half.runs[row] for half in halves))


def widest(halves: Halves) -> float:
    """Return the greatest width of the silhouette, sleeves included."""
    return float(sum(half.axis - half.path[:, 0].min() for half in halves))


def find_waist_row(halves: tuple[Half, Half], first: int) -> int | None:
    """Return the row of the narrowest place below ``first``, None without a fitted waist."""
    end = halves[0].crotch or halves[0].bottom
    rows = np.arange(first, max(first + 3, round(first + 0.75 * (end - first))))
    width = np.array([width_at(halves, int(row)) for row in rows])
    if not np.isfinite(width).all():
        return None
    narrow = int(width.argmin())
    drawn_in = width[narrow] < 0.95 * width[0] and width[narrow] < 0.95 * width[narrow:].max()
    return int(rows[narrow]) if drawn_in else None
