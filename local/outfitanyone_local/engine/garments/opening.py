"""Front edge of a neckline or waistband.

A flat lay shows the inside of the back through the opening: a darker lining, a rib, a label.
On a person the neck or waist fills that place, so the garment has to end at its front edge.
That edge is the path across the opening with the strongest change from dark inside to light
outside. Labels and prints have strong edges too, but none that runs from side to side.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import Mask, Points
from outfitanyone_local.engine.colour_space import Lab
from outfitanyone_local.engine.opencv import cv2

_Grid = npt.NDArray[np.float32]

_RAYS = 91
_RADII = 96
_BEND = 3
"""Most steps the path may move from one ray to the next."""
_OFF_CLOTH = -20.0
"""Gain of a cell outside the garment."""
_STRONG = 8.0
"""Contrast in Lab at which the gain saturates: a long faint edge beats a few dots."""
_CLEAR = 3.0
"""Least mean contrast in Lab for an opening."""
_OTHER_CHANGE = 0.5
"""Weight of any other change than dark to light on the second try: a dark stripe may meet a
lighter lining."""
_NEARLY_ALL = 0.75


def find_neckline(lab: Lab, mask: Mask, *, centre: Points, reach: tuple[float, float]) -> Points:
    """Return the front edge of a neckline, from the wearer's right to left; empty if not visible.

    centre: x and y of a point in the middle, just under the top of the garment.
    reach: size of the searched area sideways and down, in pixels.
    """
    angles = np.linspace(np.pi, 0, _RAYS)
    radii = np.linspace(0.06, 1, _RADII)
    x = centre[0] + reach[0] * np.outer(np.cos(angles), radii)
    y = centre[1] + reach[1] * np.outer(np.sin(angles), radii)
    return _trace(lab, mask, x.astype(np.float32), y.astype(np.float32), near=1.6, spread=12)


def find_waistband(lab: Lab, mask: Mask, *, corners: tuple[Points, Points], depth: float) -> Points:
    """Return the front edge of a waistband between its two upper corners; empty if not visible."""
    across = np.linspace(-0.96, 0.96, _RAYS)
    lens = depth * (0.15 + 0.85 * np.sqrt(1 - across**2))
    right, left = corners
    columns = (right[0] + left[0]) / 2 + (left[0] - right[0]) / 2 * across
    top = np.array([_first_row(mask, column) for column in columns])
    y = top[:, None] + 2 + np.outer(lens, np.linspace(0, 1, _RADII // 2))
    x = np.repeat(columns[:, None], y.shape[1], axis=1)
    return _trace(lab, mask, x.astype(np.float32), y.astype(np.float32), near=4, spread=2.5)


def _first_row(mask: Mask, column: float) -> int:
    return int(mask[:, int(np.clip(round(column), 0, mask.shape[1] - 1))].argmax())


def _trace(lab: Lab, mask: Mask, x: _Grid, y: _Grid, *, near: float, spread: float) -> Points:
    """Return the best path over a grid of rays; ``x`` and ``y`` are the positions of its cells.

    near: how far out cloth is compared with the lining, in radii of the path.
    spread: greatest median deviation of the lining's lightness.
    """
    found = cv2.remap(lab, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    colours = np.asarray(found, np.float32)
    inside = cv2.remap(mask.astype(np.uint8), x, y, cv2.INTER_NEAREST) > 0
    for other_weight in (0.0, _OTHER_CHANGE):
        gain = np.where(inside, _edge_gain(colours, x, y, other_weight=other_weight), _OFF_CLOTH)
        path, mean = _best_path(gain)
        if mean >= _CLEAR and _shows_lining(colours, inside, path, near, spread):
            break
    else:
        return np.empty((0, 2), np.float32)
    within = inside & (np.arange(x.shape[1]) < path[:, None] - 1)
    unlike = np.linalg.norm(colours - np.median(colours[within], axis=0), axis=2)
    second = _edge_gain(np.repeat(unlike[..., None], 3, axis=2), x, y, other_weight=0.0)
    path, _ = _best_path(np.where(inside, gain + second, 2 * _OFF_CLOTH))
    rays = np.arange(len(path))
    return np.stack([x[rays, path], y[rays, path]], axis=1)


def _edge_gain(colours: Lab, x: _Grid, y: _Grid, *, other_weight: float) -> _Grid:
    """Return the gain of each cell: how much lighter cloth gets from there outwards.

    otherwise: weight of any other change of colour.
    """
    step = float(np.hypot(x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]).mean())
    width = max(2, round(6 / max(step, 0.5)))
    total = np.cumsum(np.pad(colours, ((0, 0), (1, 0), (0, 0))), axis=1, dtype=np.float64)
    change = (total[:, 2 * width :] - 2 * total[:, width:-width] + total[:, : -2 * width]) / width
    gain = np.full(x.shape, _OFF_CLOTH, np.float32)
    tint = np.clip(np.hypot(change[..., 1], change[..., 2]), 0, _STRONG)
    rise = np.clip(change[..., 0], -_STRONG, _STRONG) + 0.3 * tint
    any_change = np.clip(other_weight * np.linalg.norm(change, axis=2), 0, _STRONG)
    gain[:, width : 1 - width] = np.maximum(rise, any_change) if other_weight else rise
    return gain


def _shows_lining(
    colours: Lab, inside: Mask, path: npt.NDArray[np.intp], near: float, spread: float
) -> bool:
    """Whether nearly all cloth just outside the path differs from the lining inside it.

    The lining is a median, so that a label has no influence. A plaid has the same colours on
    both sides of each of its lines.
    """
    column = np.arange(inside.shape[1])
    within = colours[inside & (column < path[:, None] - 1)]
    beyond = colours[inside & (column > path[:, None] + 1) & (column < path[:, None] * near + 6)]
    if not len(within) or not len(beyond):
        return False
    lining = np.median(within, axis=0)
    if np.median(np.abs(within - lining)[:, 0]) > spread:
        return False
    return bool((np.linalg.norm(beyond - lining, axis=1) > _CLEAR).mean() > _NEARLY_ALL)


def _best_path(gain: _Grid) -> tuple[npt.NDArray[np.intp], float]:
    """Return the column for each row that maximizes the summed gain (dynamic programming), and the
    mean gain.
    """
    rows, columns = gain.shape
    came_from = np.zeros((rows, columns), np.intp)
    total = gain[0].astype(np.float64)
    moves = np.arange(-_BEND, _BEND + 1)
    penalty = 0.8 * moves.astype(np.float64) ** 2
    for row in range(1, rows):
        padded = np.pad(total, _BEND, constant_values=-1e9)
        choices = np.stack([padded[k : k + columns] - penalty[k] for k in range(len(moves))])
        taken = choices.argmax(axis=0)
        came_from[row] = np.clip(np.arange(columns) + moves[taken], 0, columns - 1)
        total = choices.max(axis=0) + gain[row]
    path = np.empty(rows, np.intp)
    path[-1] = int(total.argmax())
    for row in range(rows - 1, 0, -1):
        path[row - 1] = came_from[row, path[row]]
    return path, float(gain[np.arange(rows), path].mean())
