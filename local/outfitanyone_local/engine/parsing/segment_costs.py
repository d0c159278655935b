"""Cost of describing a run of slices with one colour histogram (code length in nats).

A body or an arm is cut into slices, each a histogram over a small palette. Splitting a run
in two and describing each part separately reduces the cost by as much as the parts differ:
little for folds and prints, much where a garment ends.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import Plane

Slices = npt.NDArray[np.float32]
"""Shape (slices, palette): share of each palette colour in a slice; rows add up to 1."""

_PALETTE = 16
_CELL = (28.0, 10.0, 10.0)
"""Size of the palette's cells in Lab: long in lightness, which folds and shading change most."""


def segment_costs(slices: Slices) -> Plane:
    """Return a matrix: entry [i, j] is the cost of slices i to j - 1 as one segment, in nats.

    Infinite where j < i.
    """
    sums = np.concatenate([np.zeros((1, slices.shape[1])), np.cumsum(slices, axis=0)])
    counts = np.maximum(sums[None] - sums[:, None], 0).astype(np.float32)
    sizes = np.maximum(counts.sum(axis=2), 1e-9)
    nats = sizes * np.log(sizes) - (counts * np.log(np.maximum(counts, 1e-9))).sum(axis=2)
    forward = np.triu(np.ones_like(nats, dtype=bool))
    return np.where(forward, nats, np.inf).astype(np.float32)


def slice_histograms(lab: Plane, *, slices: npt.NDArray[np.int64], count: int) -> Slices:
    """Return the palette histogram of each slice.

    lab: float32 (n, 3), colours of n pixels. slices: the slice of each pixel, below count.
    """
    nearest = _nearest(lab, _palette(lab))
    numbers = np.bincount(nearest + _PALETTE * slices, minlength=count * _PALETTE)
    shares = numbers.reshape(count, _PALETTE).astype(np.float32)
    histogram: Slices = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1)
    return histogram


def _palette(colours: Plane) -> Plane:
    """Return the mean colours of the most populous cells of a coarse grid over Lab."""
    cells = np.floor(colours / _CELL).astype(np.int64) @ [1, 64, 4096]
    _, inverse, counts = np.unique(cells, return_inverse=True, return_counts=True)
    largest = np.argsort(-counts, kind="stable")[:_PALETTE]
    means = [
        np.bincount(inverse, colours[:, channel])[largest] / counts[largest] for channel in range(3)
    ]
    return np.stack(means, axis=1).astype(np.float32)


def _nearest(colours: Plane, palette: Plane) -> npt.NDArray[np.int64]:
    scale = np.float32(1) / np.array(_CELL, np.float32)
    pixels, centres = colours * scale, palette * scale
    distances = np.square(centres).sum(axis=1) - 2 * pixels @ centres.T
    nearest: npt.NDArray[np.int64] = distances.argmin(axis=1)
    return nearest
