"""Landmarks of neck, shoulders, armpits, flanks, crotch and shoes."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Points
from outfitanyone_local.engine.figure import Part
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.outline import SIDES

from .limbs import Limb, Row
from .skeleton import CLOTH, Skeleton

_CROTCH = 1.24
"""Row of the crotch, in torsos below the shoulder joints."""
_HALF_WAIST = 0.36
"""Half width of a hidden waist, in torsos."""
_SHOULDER_LINE = ((-0.22, 0, 0.1), (-0.19, -0.09, -0.03))
"""Top of an average shoulder in torsos: distance outwards from the joint, height below it."""


def find_armpit(skeleton: Skeleton, side: int, arm: Limb) -> Points:
    """Return where background first shows between arm and trunk; else a point by proportion."""
    shoulder, torso = skeleton.joint("SHOULDER", side), skeleton.torso
    middle = float(skeleton.shoulders[0])
    first, last = (round(float(shoulder[1]) + share * torso) for share in (0.15, 0.5))
    for row in range(first, last):
        station = int(np.abs(arm.axis[:, 1] - row).argmin())
        away = abs(float(arm.axis[station, 0]) - middle)
        labels = skeleton.labels_along(row, middle, side, (0, away))
        gap = np.flatnonzero(labels == Part.BACKGROUND)
        if len(gap) >= 2:
            return np.array([middle + side * gap.mean(), row], np.float32)
    return np.asarray(shoulder + np.array([-0.03 * side, 0.3]) * torso, np.float32)


def find_crotch(skeleton: Skeleton) -> Points:
    """Return the crotch by proportion, or higher where background shows between the legs."""
    row = float(skeleton.shoulders[1]) + _CROTCH * skeleton.torso
    x, low = float(skeleton.hips[0]), round(float(skeleton.hips[1]) + 0.1 * skeleton.torso)
    column = skeleton.figure.labels[low : round(row), round(x)]
    gap = np.flatnonzero(column == Part.BACKGROUND)
    return np.array([x, low + gap[0] if gap.size else row], np.float32)


def find_shoe_top(skeleton: Skeleton, leg: Limb) -> tuple[float, float, float]:
    """Return middle x, first row and half width of the top of the shoe under the ankle.

    Without a visible shoe: a little below the ankle, and as wide as it.
    """
    x, y = (round(float(value)) for value in leg.axis[-1])
    torso, half = skeleton.torso, float(leg.outer[-1])
    reach = round(0.12 * torso)
    first, left = max(0, round(y - 0.1 * torso)), max(0, x - reach)
    labels = skeleton.figure.labels[first : round(y + 0.2 * torso), left : x + reach + 1]
    shoe = labels == Part.SHOE
    rows = np.flatnonzero(shoe.sum(axis=1) > 0.5 * half)
    if not rows.size:
        return float(x), y + 0.08 * torso, half
    columns = np.flatnonzero(shoe[rows[0] : rows[0] + max(3, reach // 6)].any(axis=0))
    return left + float(columns.mean()), float(first + rows[0]), float(np.ptp(columns)) / 2


def find_flank(skeleton: Skeleton, side: int, armpit: Points, crotch: Points, *, arm: Limb) -> Row:
    """Return x of the trunk's border at each row of the picture, old clothes included.

    NaN above the armpit and below the crotch. Where an arm or hand hides the border, it is
    interpolated.
    """
    torso, height = skeleton.torso, len(skeleton.figure.labels)
    last = min(height, round(float(crotch[1]) + 0.1 * torso))
    rows = np.arange(round(float(armpit[1])), last)
    middle = [skeleton.middle_at(float(row)) for row in rows]
    most = _widest(skeleton, side, armpit, arm, rows=rows.astype(np.float32))
    seen = np.array(
        [
            _border(skeleton, side, int(row), start, reach)
            for row, start, reach in zip(rows, middle, most, strict=True)
        ]
    )
    known = np.isfinite(seen)
    if known.any():
        border = np.interp(rows, rows[known], seen[known])
    else:
        border = np.array(middle) + side * _HALF_WAIST * torso
    soft = cv2.GaussianBlur(
        border[None].astype(np.float32), (0, 0), 0.02 * torso, borderType=cv2.BORDER_REPLICATE
    )
    flank = np.interp(np.arange(height), rows, soft[0], left=np.nan, right=np.nan)
    return np.asarray(flank, np.float32)


def _widest(skeleton: Skeleton, side: int, armpit: Points, arm: Limb, *, rows: Row) -> Row:
    """Return the greatest distance of the border at each row: within stout hips, and within an arm
    whose sleeve touches the trunk.
    """
    torso = skeleton.torso
    share = (rows - skeleton.shoulders[1]) / (skeleton.hips[1] - skeleton.shoulders[1])
    under_arm = abs(float(armpit[0] - skeleton.shoulders[0])) + 0.03 * torso
    widest = np.interp(share, (0.3, 0.7, 1.1), (under_arm, 0.42 * torso, 0.52 * torso))
    inner = np.interp(rows, arm.axis[:, 1], side * arm.axis[:, 0] - arm.inner)
    middle = np.array([skeleton.middle_at(float(row)) for row in rows])
    beside = np.maximum(inner - side * middle, 0.26 * torso)
    closed_in = rows < arm.axis[-1, 1]
    return np.asarray(np.where(closed_in, np.minimum(widest, beside), widest), np.float32)


def _border(skeleton: Skeleton, side: int, row: int, start: float, reach: float) -> float:
    """Return x of the border at one row, NaN where it is hidden."""
    beside_gap = 0.1 * skeleton.torso if row > skeleton.hips[1] - 0.1 * skeleton.torso else 0.0
    labels = skeleton.labels_along(row, start, side, (beside_gap, reach))
    away = np.flatnonzero(~np.isin(labels, (*CLOTH, Part.LEG, Part.OTHER)))
    if not away.size:
        return start + side * reach
    if away[0] == 0 or labels[away[0]] != Part.BACKGROUND:
        return np.nan
    return start + side * (beside_gap + float(away[0]) - 0.5)


def find_neck(skeleton: Skeleton) -> tuple[float, float]:
    """Return x of the neck's right and left border, within usual proportions because hair may
    cover them.
    """
    torso, chin, shoulders = skeleton.torso, skeleton.chin, skeleton.shoulders
    x, row = (float(value) for value in chin + 0.4 * (shoulders - chin))
    halves = []
    for side in SIDES:
        away = np.flatnonzero(
            skeleton.labels_along(round(row), x, side, (0, 0.2 * torso)) != Part.HEAD
        )
        halves.append(float(np.clip(away[0] if away.size else 0, 0.10 * torso, 0.15 * torso)))
    return x - halves[0], x + halves[1]


def find_shoulder_line(skeleton: Skeleton, side: int, *, start: float) -> Points:
    """Return the top of the shoulder from the neck's border ``start`` to just beyond the joint.

    Visible where background lies right above cloth or skin; where hair hides it, the average
    shoulder continues it.
    """
    joint, torso = skeleton.joint("SHOULDER", side), skeleton.torso
    end = float(joint[0]) + 0.1 * side * torso
    columns = np.arange(round(start), round(end), side)
    x = (columns - joint[0]) * side / torso
    shoulder_line = joint[1] + torso * np.interp(x, *_SHOULDER_LINE)
    first, last = round(float(skeleton.chin[1])), round(float(joint[1] + 0.1 * torso))
    labels = skeleton.figure.labels[first:last, columns]
    body = np.isin(labels, (*CLOTH, Part.ARM, Part.HEAD, Part.LEG))
    tops = body.argmax(axis=0)
    above = labels[np.maximum(tops - 1, 0), np.arange(len(columns))]
    off = first + tops - shoulder_line
    seen = (tops > 0) & (above == Part.BACKGROUND) & (np.abs(off) < 0.07 * torso)
    if seen.sum() >= 0.1 * len(columns):
        # Shoulders are steeper outside, so their slope cannot be extrapolated to the neck.
        near_neck = x < -0.08
        degree = int((seen & near_neck).sum() > 0.4 * near_neck.sum())
        shoulder_line = shoulder_line + np.polyval(np.polyfit(x[seen], off[seen], degree), x)
    return np.stack([columns, shoulder_line], axis=1).astype(np.float32)
