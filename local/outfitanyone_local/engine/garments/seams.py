"""Part sleeves that lie along the body from it.

Such sleeves touch the body all the way down to the hem, so that the silhouette shows only their
ends. A straight seam from there up to the armpit stands in for the gap of other sleeves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .silhouette import JUMP, JUMP_ROWS, Half

_LOW_GAP = 0.6
"""Highest beginning of a gap, in heights below the top, that only parts the ends of sleeves."""
_ARMPIT_DEPTH = 0.46
"""Depth of the armpit below the top of the shoulders, in chest widths."""


def find_low_gap(half: Half) -> int | None:
    """Return the path index of the top of a gap that parts body and sleeve near the hem only.

    Sleeves laid along the body touch it all the way down; only their ends stand apart.
    """
    first, last = round(half.top + _LOW_GAP * half.height), half.bottom - 2
    span = max(2, round(JUMP_ROWS * half.height))
    for row in range(last, first, -1):
        here, above = half.runs[row], half.runs[row - span]
        if here - above > JUMP * 2 * (half.axis - here) + 0.5 * span:
            sleeve = half.path[half.path[:, 0] < here - 0.02 * half.height]
            reaches_lower = sleeve.size and sleeve[:, 1].max() > row + 0.02 * half.height
            return half.nearest(np.array([here, row], np.float32)) if reaches_lower else None
    return None


def open_seam(half: Half, gap: int | None) -> tuple[Half, int | None]:
    """Return the half with a straight seam from a low gap up to the armpit, and the armpit.

    The border runs up the seam and down again, as it does around the gap of other sleeves.
    """
    if gap is None:
        return half, None
    x, y = half.path[gap]
    armpit = half.top + _ARMPIT_DEPTH * 2 * (half.axis - x)
    rows = np.arange(y, armpit, -1, dtype=np.float32)
    if not rows.size:
        return half, gap
    up = np.stack([np.full_like(rows, x), rows], axis=1)
    path = np.concatenate([half.path[:gap], up, up[::-1], half.path[gap:]])
    return replace(half, path=path), gap + len(up) - 1
