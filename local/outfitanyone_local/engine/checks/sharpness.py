"""How blurred a picture is, as the width of its sharpest strong edges.

An edge that was blurred by a Gaussian of width b loses steepness when it is smoothed further:
the ratio of its gradients after smoothing by 1 and by 2 pixels is sqrt((b² + 4) / (b² + 1)),
whatever the edge's contrast. So b follows from that ratio alone. Only the strongest edges count,
which is why noise and plain cloth do not matter; each of four directions is measured by itself,
because motion blurs only the edges across it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Mask, Plane
from outfitanyone_local.engine.opencv import cv2

_FINE, _COARSE = 1.0, 2.0
_STRONGEST = 97
"""Percentile of the gradients above which an edge is strong."""
_SHARPEST = 80
"""Percentile of the ratios among the strong edges: folds and shadows are soft in any picture."""
_LEAST_PIXELS = 200
_DIRECTIONS = 4


@dataclass(frozen=True)
class Blur:
    """Widths of Gaussian blurs in pixels.

    overall: of all edges; along: of the direction that is blurred most.
    """

    overall: float
    along: float


def measure_blur(image: RGB, where: Mask) -> Blur | None:
    """Return how blurred the masked part of a picture is, None if it is too small to tell."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine, _ = _gradient(grey, _FINE)
    coarse, angle = _gradient(grey, _COARSE)
    if where.sum() < _LEAST_PIXELS or not coarse[where].any():
        return None
    ratios = fine / np.maximum(coarse, 1e-3)
    sector = np.round(angle / (180 / _DIRECTIONS)).astype(int) % _DIRECTIONS
    each = [where & (sector == at) for at in range(_DIRECTIONS)]
    widths = [_width(ratios, coarse, one) for one in each if one.sum() >= _LEAST_PIXELS]
    overall = _width(ratios, coarse, where)
    return Blur(overall, max(widths, default=overall))


def _width(ratios: Plane, strength: Plane, where: Mask) -> float:
    strong = where & (strength >= np.percentile(strength[where], _STRONGEST))
    square = float(np.percentile(ratios[strong], _SHARPEST)) ** 2
    return float(np.sqrt(max(0.0, 4 - square) / max(square - 1, 1e-2)))


def _gradient(grey: Plane, smoothing: float) -> tuple[Plane, npt.NDArray[np.float32]]:
    """Return magnitude and direction, 0 to 180 degrees."""
    soft = cv2.GaussianBlur(grey, (0, 0), smoothing)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *axis, ksize=1) for axis in ((1, 0), (0, 1)))
    angle = np.mod(np.degrees(np.arctan2(down, across)), 180)
    return np.hypot(across, down), angle.astype(np.float32)
