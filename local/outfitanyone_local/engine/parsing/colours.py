"""Colour models: smoothed histograms in Lab.

A histogram holds any number of colours, so prints are no harder than plain cloth, and it
needs no random initialization. Smoothing accounts for light, noise and compression: more
along lightness, which folds and shadows change, than across hue.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.figure import RGB, Plane
from outfitanyone_local.engine.opencv import cv2

Bins = npt.NDArray[np.uint16]
"""For each pixel the index of its bin among the 32 x 32 x 32 bins of Lab."""

_SIDE = 32
_SPREAD = (2.0, 1.2, 1.2)
"""Sigmas of the smoothing in bins (3 % of the range) for lightness, a and b."""
_UNSEEN = 0.02
"""Probability mass spread evenly over all colours."""
_HUE_RANGE = 80
"""Range of a and b that the bins cover (of 127): more is rare in cloth and skin, and a smaller
range gives finer bins."""
_LIGHTS = (0.55, 0.7, 0.85, 1.0, 1.15)
"""Factors on sRGB values, from deep shade to bright light."""


def colour_bins(image: RGB) -> Bins:
    """Return the histogram bin of every pixel."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.int16)
    cells = np.clip((lab[..., 1:] - 128 + _HUE_RANGE) * _SIDE // (2 * _HUE_RANGE), 0, _SIDE - 1)
    bins: Bins = (lab[..., 0] // 8 * _SIDE**2 + cells[..., 0] * _SIDE + cells[..., 1]).astype(
        np.uint16
    )
    return bins


class Colours:
    """A probability distribution over colour bins."""

    def __init__(self, density: Plane) -> None:
        self._density = density
        self._logs = np.log(density)

    @classmethod
    def of(cls, bins: npt.NDArray[np.uint16]) -> Colours:
        """Return the model of these pixels; it is uniform if there are none."""
        counts = np.bincount(bins.ravel(), minlength=_SIDE**3).astype(np.float32)
        soft = _soften(counts.reshape(_SIDE, _SIDE, _SIDE)).ravel()
        seen: Plane = soft / np.float32(max(float(soft.sum()), 1))
        return cls(np.float32(1 - _UNSEEN) * seen + np.float32(_UNSEEN / _SIDE**3))

    @classmethod
    def in_any_light(cls, pixels: RGB) -> Colours:
        """Return the model of a surface under the range of light and shadow within one photo.

        pixels: (n, 3). Light and shadow scale all three channels alike.
        """
        if not len(pixels):
            return cls.of(np.zeros(0, np.uint16))
        lit = np.concatenate([np.minimum(pixels * light, 255) for light in _LIGHTS])
        return cls.of(colour_bins(lit.astype(np.uint8)[None]))

    def and_also(self, other: Colours) -> Colours:
        """Return the equal mixture of two models."""
        return Colours((self._density + other._density) / np.float32(2))

    def log_likelihood(self, bins: Bins) -> Plane:
        plane: Plane = self._logs[bins]
        return plane

    def likeness(self, other: Colours) -> float:
        """Return the Bhattacharyya coefficient: 1 for equal models, 0 for disjoint ones."""
        return float(np.sqrt(self._density * other._density).sum())


def _soften(counts: Plane) -> Any:
    for axis, spread in enumerate(_SPREAD):
        flat = np.moveaxis(counts, axis, 2)
        shape = flat.shape
        kernel = cv2.getGaussianKernel(int(3 * spread) * 2 + 1, spread).T.astype(np.float32)
        rows = np.ascontiguousarray(flat).reshape(-1, _SIDE)
        soft = cv2.filter2D(rows, -1, kernel, borderType=cv2.BORDER_CONSTANT)
        counts = np.moveaxis(soft.reshape(shape), 2, axis)
    return counts
