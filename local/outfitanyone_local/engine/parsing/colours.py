"""Which colours a thing has: softened histograms in Lab.

A histogram takes any number of colours, so a print is no harder than plain cloth, and
needs no random start. Softening stands for light, noise and compression: more along
lightness, which folds and shadows change, than across hue.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.figure import RGB, Plane
from outfitanyone_local.engine.opencv import cv2

Bins = npt.NDArray[np.uint16]
"""For each pixel the number of its cell in the 32 x 32 x 32 cells of Lab."""

_SIDE = 32
_SPREAD = (2.0, 1.2, 1.2)
"""Bell widths of the softening in cells (3 % of the range) for lightness and both hues."""
_UNSEEN = 0.02
"""The share of any thing's pixels that may have any colour at all."""
_HUE_RANGE = 80
"""Hue beyond this (of 127) is rare in cloth and skin; ending there makes cells finer."""
_LIGHTS = (0.55, 0.7, 0.85, 1.0, 1.15)
"""From deep shade to bright light, as a factor on sRGB values."""


def colour_bins(image: RGB) -> Bins:
    """The cell of every pixel."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.int16)
    cells = np.clip((lab[..., 1:] - 128 + _HUE_RANGE) * _SIDE // (2 * _HUE_RANGE), 0, _SIDE - 1)
    bins: Bins = (lab[..., 0] // 8 * _SIDE**2 + cells[..., 0] * _SIDE + cells[..., 1]).astype(
        np.uint16
    )
    return bins


class Colours:
    """The colours of one thing, as probabilities of the cells."""

    def __init__(self, density: Plane) -> None:
        self._density = density
        self._logs = np.log(density)

    @classmethod
    def of(cls, bins: npt.NDArray[np.uint16]) -> Colours:
        """What these pixels show; if there are none, anything is as likely as anything else."""
        counts = np.bincount(bins.ravel(), minlength=_SIDE**3).astype(np.float32)
        soft = _soften(counts.reshape(_SIDE, _SIDE, _SIDE)).ravel()
        seen: Plane = soft / np.float32(max(float(soft.sum()), 1))
        return cls(np.float32(1 - _UNSEEN) * seen + np.float32(_UNSEEN / _SIDE**3))

    @classmethod
    def in_any_light(cls, pixels: RGB) -> Colours:
        """The same surface in all the light and shadow found across one photo.

        pixels: (n, 3). A shadow scales all three channels alike.
        """
        if not len(pixels):
            return cls.of(np.zeros(0, np.uint16))
        lit = np.concatenate([np.minimum(pixels * light, 255) for light in _LIGHTS])
        return cls.of(colour_bins(lit.astype(np.uint8)[None]))

    def and_also(self, other: Colours) -> Colours:
        """The colours of a thing seen half as this and half as the other."""
        return Colours((self._density + other._density) / np.float32(2))

    def log_likelihood(self, bins: Bins) -> Plane:
        plane: Plane = self._logs[bins]
        return plane

    def likeness(self, other: Colours) -> float:
        """1 for the same colours, 0 for none in common (Bhattacharyya coefficient)."""
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
