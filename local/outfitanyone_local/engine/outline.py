"""A garment's outline, split into named edges.

The flat garment (source) and its shape on the body (target) use the same edge names, so
that the warp knows which parts of the borders correspond. ``RIGHT`` and ``LEFT`` are the
wearer's sides; their values are the signs of x in a front view.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .arrays import Points

RIGHT, LEFT = -1, 1
SIDES = (RIGHT, LEFT)


@dataclass(frozen=True)
class Outline:
    """A closed outline.

    top: neckline or waistband, from the wearer's right to the left.
    sides: for each side the edges from the top edge down, in order.
    bottom: the hem from right to left; None where the sides meet in a crotch.
    creases: loops between edges that touch; cloth covers these too.
    """

    top: Points
    sides: dict[int, dict[str, Points]]
    bottom: Points | None
    creases: tuple[Points, ...] = ()

    def polygon(self) -> Points:
        """Return all edges as one closed loop."""
        down = list(self.sides[RIGHT].values())
        up = [edge[::-1] for edge in reversed(self.sides[LEFT].values())]
        bottom = [] if self.bottom is None else [self.bottom]
        return np.concatenate([*down, *bottom, *up, self.top[::-1]]).astype(np.float32)

    @property
    def hem(self) -> Points:
        """The bottom edge. Raises ValueError for an outline with legs."""
        if self.bottom is None:
            raise ValueError("An outline with legs has no one hem.")
        return self.bottom

    @property
    def height(self) -> float:
        """Distance from the corners of the top edge to those of the hem."""
        return float(self.hem[[0, -1], 1].mean() - self.top[[0, -1], 1].mean())

    def edges(self) -> Iterator[tuple[str, int, Points]]:
        """Yield the name, side (0 for top and bottom) and points of every edge."""
        yield "top", 0, self.top
        if self.bottom is not None:
            yield "bottom", 0, self.bottom
        for side, named in self.sides.items():
            for name, points in named.items():
                yield name, side, points

    def open_ends(self) -> list[Points]:
        """Return hems and cuffs, each running so that the cloth is on its left."""
        ends = [] if self.bottom is None else [self.bottom]
        for name in ("cuff", "leg hem"):
            if name in self.sides[RIGHT]:
                ends += [self.sides[RIGHT][name], self.sides[LEFT][name][::-1]]
        return ends

    def scaled(self, scale: float) -> Outline:
        """Return the outline for the same picture resized by ``scale``; creases are dropped."""
        return Outline(
            top=self.top * np.float32(scale),
            sides={
                side: {name: points * np.float32(scale) for name, points in named.items()}
                for side, named in self.sides.items()
            },
            bottom=None if self.bottom is None else self.bottom * np.float32(scale),
        )


def length(points: Points) -> float:
    """Return the length of a polyline."""
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def resample(points: Points, count: int) -> Points:
    """Return ``count`` points at equal distances along a polyline, ends included."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    at = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0, at[-1], count)
    columns = [np.interp(wanted, at, points[:, k]) for k in (0, 1)]
    return np.stack(columns, axis=1).astype(np.float32)


def smooth(points: Points, *, reach: float) -> Points:
    """Return an open polyline smoothed with a Gaussian of ``reach`` points; its ends stay."""
    count = max(1, round(3 * reach))
    if len(points) < 5 or reach <= 0:
        return points
    count = min(count, len(points) - 1)
    head = 2 * points[0] - points[count:0:-1]
    tail = 2 * points[-1] - points[-2 : -count - 2 : -1]
    padded = np.concatenate([head, points, tail])
    kernel = np.exp(-0.5 * (np.arange(-count, count + 1) / reach) ** 2)
    kernel /= kernel.sum()
    columns = [np.convolve(padded[:, k], kernel, "valid") for k in (0, 1)]
    rounded = np.stack(columns, axis=1).astype(np.float32)
    rounded[0], rounded[-1] = points[0], points[-1]
    return rounded
