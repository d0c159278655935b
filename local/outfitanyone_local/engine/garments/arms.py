"""Find the sleeves of a garment, or its armholes."""

from __future__ import annotations

import numpy as np

from .edges import ArmLandmarks, find_arm
from .seams import find_low_gap, open_seam
from .silhouette import Half, Halves, find_armpit

_HIGHEST_ARMPIT = 0.15
"""Least depth of an armpit below the top, in heights, if only one side shows it; frills of a
collar lie higher."""
_INNERMOST = 0.25
"""Least distance of an armpit from the centre line, in greatest half widths; nearer, it is a
print that looks like the background."""


def is_sleeved(halves: Halves) -> bool:
    """Whether a sleeve is found on one side at least; one may lie close to the body."""
    return any(armpit is not None for armpit in _armpits(halves)) or _has_low_gaps(halves)


def find_arms(halves: Halves) -> tuple[Halves, tuple[ArmLandmarks, ArmLandmarks]]:
    """Return the landmarks of both arms, and the halves with the seams of sleeves opened.

    A sleeve that is found on one side only is assumed on the other, because garments are
    symmetric. Sleeves that lie along the body down to the hem are parted from it by a straight
    seam.
    """
    armpits = _armpits(halves)
    if armpits == (None, None):
        if not _has_low_gaps(halves):
            right, left = (find_arm(half, armpit=None) for half in halves)
            return halves, (right, left)
        opened = [open_seam(half, _low_gap(half)) for half in halves]
        halves = (opened[0][0], opened[1][0])
        armpits = (opened[0][1], opened[1][1])
    right, left = (
        find_arm(half, armpit=_mirrored(half, other, theirs) if own is None else own)
        for half, own, other, theirs in (
            (halves[0], armpits[0], halves[1], armpits[1]),
            (halves[1], armpits[1], halves[0], armpits[0]),
        )
    )
    return halves, (right, left)


def _armpits(halves: Halves) -> tuple[int | None, int | None]:
    """Return the armpit of each side as an index of its path, None where none is found."""
    found = [_credible(half, find_armpit(half)) for half in halves]
    if found.count(None) == 1:
        side = 1 - found.index(None)
        half, armpit = halves[side], found[side]
        depth = half.path[armpit, 1] - half.top
        if depth < _HIGHEST_ARMPIT * half.height:
            found[side] = None
    return found[0], found[1]


def _credible(half: Half, armpit: int | None) -> int | None:
    if armpit is None:
        return None
    reach = half.axis - float(half.path[:, 0].min())
    return armpit if half.axis - half.path[armpit, 0] > _INNERMOST * reach else None


def _mirrored(half: Half, other: Half, armpit: int | None) -> int | None:
    """Return the path index closest to the mirror image of the other half's armpit."""
    if armpit is None:
        return None
    x, y = other.path[armpit]
    return half.nearest(np.array([half.axis - (other.axis - x), y], np.float32))


def _has_low_gaps(halves: Halves) -> bool:
    return all(_low_gap(half) is not None for half in halves)


def _low_gap(half: Half) -> int | None:
    return _credible(half, find_low_gap(half))
