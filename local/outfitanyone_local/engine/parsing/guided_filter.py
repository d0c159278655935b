"""Guided image filter: smooth planes that keep the edges of a picture.

In each window the plane is modelled as a linear function of the picture's three colours.
Averaging these functions smooths the plane where the picture is flat and keeps its steps
where the picture has an edge (He, Sun and Tang, 2013). Functions fitted on a small picture
can be applied to the same picture at full size, which gives sharp full-size planes at the
cost of small ones (He and Sun, 2015).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, SoftMask
from outfitanyone_local.engine.opencv import cv2

Planes = list[npt.NDArray[np.float32]]
"""Planes of one size, each (height, width)."""
Window = tuple[slice, slice]
"""Rows and columns of a picture."""
_EVERYWHERE = (slice(None), slice(None))

_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
_SYMMETRIC = ((0, 1, 2), (1, 3, 4), (2, 4, 5))
"""Index of each entry of the symmetric 3 x 3 matrix among the six pairs."""


class GuidedFilter:
    """A guided filter with the person crop, or any other picture, as its guide.

    radius: half the window, in pixels.
    softness: colour variance (colours from 0 to 1) below which an area counts as flat.
    """

    def __init__(self, image: RGB, *, radius: int = 8, softness: float = 1e-4) -> None:
        self._window = (2 * radius + 1, 2 * radius + 1)
        self._colours = _colours(image)
        self._means = [self._average(colour) for colour in self._colours]
        self._inverse = self._inverse_covariance(softness)

    def apply(self, plane: SoftMask) -> SoftMask:
        """Return the plane filtered to the guide's edges."""
        return _apply(self._functions(plane), self._colours)

    def upsample(self, plane: SoftMask, image: RGB) -> SoftMask:
        """Return the plane upsampled to ``image``, a larger version of the guide."""
        return self.upsampling(image)(plane)

    def upsampling(self, image: RGB) -> Callable[..., SoftMask]:
        """Return ``upsample`` for one picture, which it converts only once.

        Its second argument, a window of the guide, limits the work: only that part of the plane
        is read, and only the part of the picture that ``larger_window`` names is returned.
        """
        colours = _colours(image)

        def upsample(plane: SoftMask, window: Window | None = None) -> SoftMask:
            window = window or (slice(0, plane.shape[0]), slice(0, plane.shape[1]))
            rows, columns = larger_window(window, smaller=plane.shape, larger=image.shape)
            size = columns.stop - columns.start, rows.stop - rows.start
            functions = (cv2.resize(one, size) for one in self._functions(plane, window))
            return _apply(functions, [colour[rows, columns] for colour in colours])

        return upsample

    def _functions(self, plane: SoftMask, window: Window = _EVERYWHERE) -> Planes:
        """Return for every pixel of the window the slope for each colour, then the offset."""
        plane = plane[window]
        mean, means = self._average(plane), [average[window] for average in self._means]
        together = [
            self._average(colour[window] * plane) - average * mean
            for colour, average in zip(self._colours, means, strict=True)
        ]
        inverse = [entry[window] for entry in self._inverse]
        slopes = [
            sum(inverse[at] * together[other] for other, at in enumerate(row)) for row in _SYMMETRIC
        ]
        explained = sum(s * average for s, average in zip(slopes, means, strict=True))
        return [self._average(function) for function in (*slopes, mean - explained)]

    def _inverse_covariance(self, softness: float) -> Planes:
        """Return the six distinct entries of each window's inverse 3 x 3 colour covariance."""
        colours, means = self._colours, self._means
        rr, rg, rb, gg, gb, bb = (
            self._average(colours[one] * colours[two])
            - means[one] * means[two]
            + (softness if one == two else 0)
            for one, two in _PAIRS
        )
        minors = [gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg]
        minors += [rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg]
        determinant = rr * minors[0] + rg * minors[1] + rb * minors[2]
        return [minor / determinant for minor in minors]

    def _average(self, plane: npt.NDArray[np.float32]) -> Any:
        return cv2.blur(plane, self._window)


def larger_window(window: Window, *, smaller: Sequence[int], larger: Sequence[int]) -> Window:
    """Return a window of a picture as one of the same picture at another size.

    smaller, larger: shapes of the two pictures, height and width first.
    """
    rows, columns = (
        _scaled(side, by=larger[axis] / smaller[axis]) for axis, side in enumerate(window)
    )
    return rows, columns


def _scaled(side: slice, *, by: float) -> slice:
    first, last = round(side.start * by), round(side.stop * by)
    return slice(first, max(last, first + 1))


def _colours(image: RGB) -> Planes:
    """Return red, green and blue from 0 to 1, each contiguous in memory."""
    return [channel.astype(np.float32) / np.float32(255) for channel in np.moveaxis(image, 2, 0)]


def _apply(functions: Iterable[SoftMask], colours: Planes) -> SoftMask:
    *slopes, offset = functions
    for slope, colour in zip(slopes, colours, strict=True):
        offset += slope * colour
    clipped: SoftMask = np.clip(offset, 0, 1, out=offset)
    return clipped
