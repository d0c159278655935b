"""Colour models: smoothed histograms in Lab.

A histogram holds any number of colours, so prints are no harder than plain cloth, and it
needs no random initialization. Smoothing accounts for light, noise and compression: more
along lightness, which folds and shadows change, than across hue.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Plane
from outfitanyone_local.engine.opencv import cv2

Bins = npt.NDArray[np.uint16]
"""For each pixel the index of its bin among the 32 x 32 x 32 bins of Lab."""

_BINS_PER_AXIS = 32
_SIGMAS = (2.0, 1.2, 1.2)
"""Sigmas of the smoothing in bins (3 % of the range) for lightness, a and b."""
_UNIFORM_SHARE = 0.02
"""Probability mass spread evenly over all colours."""
_AB_RANGE = 80
"""Range of a and b that the bins cover (of 127): more is rare in cloth and skin, and a smaller
range gives finer bins."""
_LIGHTS = (0.55, 0.7, 0.85, 1.0, 1.15)
"""Factors on sRGB values, from deep shade to bright light."""


def colour_bins(image: RGB) -> Bins:
    """Return the histogram bin of every pixel."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.int16)
    cells = np.clip(
        (lab[..., 1:] - 128 + _AB_RANGE) * _BINS_PER_AXIS // (2 * _AB_RANGE), 0, _BINS_PER_AXIS - 1
    )
    bins: Bins = (
        lab[..., 0] // 8 * _BINS_PER_AXIS**2 + cells[..., 0] * _BINS_PER_AXIS + cells[..., 1]
    ).astype(np.uint16)
    return bins


class ColourModel:
    """A probability distribution over colour bins."""

    def __init__(self, density: Plane) -> None:
        self._density = density
        self._logs = np.log(density)

    @classmethod
    def from_bins(cls, bins: npt.NDArray[np.uint16]) -> ColourModel:
        """Return the model of these pixels; it is uniform if there are none."""
        counts = np.bincount(bins.ravel(), minlength=_BINS_PER_AXIS**3).astype(np.float32)
        soft = _smooth(counts.reshape(_BINS_PER_AXIS, _BINS_PER_AXIS, _BINS_PER_AXIS)).ravel()
        seen: Plane = soft / np.float32(max(float(soft.sum()), 1))
        return cls(
            np.float32(1 - _UNIFORM_SHARE) * seen + np.float32(_UNIFORM_SHARE / _BINS_PER_AXIS**3)
        )

    @classmethod
    def under_varied_light(cls, pixels: RGB) -> ColourModel:
        """Return the model of a surface under the range of light and shadow within one photo.

        pixels: (n, 3). Light and shadow scale all three channels alike.
        """
        if not len(pixels):
            return cls.from_bins(np.zeros(0, np.uint16))
        lit = np.concatenate([np.minimum(pixels * light, 255) for light in _LIGHTS])
        return cls.from_bins(colour_bins(lit.astype(np.uint8)[None]))

    def mixed_with(self, other: ColourModel) -> ColourModel:
        """Return the equal mixture of two models."""
        return ColourModel((self._density + other._density) / np.float32(2))

    def log_likelihood(self, bins: Bins) -> Plane:
        plane: Plane = self._logs[bins]
        return plane

    def similarity(self, other: ColourModel) -> float:
        """Return the Bhattacharyya coefficient: 1 for equal models, 0 for disjoint ones."""
        return float(np.sqrt(self._density * other._density).sum())


def _smooth(counts: Plane) -> Any:
    for axis, sigma in enumerate(_SIGMAS):
        flat = np.moveaxis(counts, axis, 2)
        shape = flat.shape
        kernel = cv2.getGaussianKernel(int(3 * sigma) * 2 + 1, sigma).T.astype(np.float32)
        rows = np.ascontiguousarray(flat).reshape(-1, _BINS_PER_AXIS)
        soft = cv2.filter2D(rows, -1, kernel, borderType=cv2.BORDER_CONSTANT)
        counts = np.moveaxis(soft.reshape(shape), 2, axis)
    return counts
