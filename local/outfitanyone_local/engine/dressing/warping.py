"""Warp a garment from its own outline into another one.

The border is given: each named edge of the target outline shows the same edge of the source,
in proportion to length. Inside, the source position of a target pixel is the smoothest
continuation of the border: both coordinates are harmonic, that is, every grid node is the
mean of its neighbours. So the cloth has no seams between body, sleeves and legs; stripes run
straight across a limb because both its edges advance together; and the gap between a sleeve
and the body does not matter, however narrow it is in the garment picture, because values
spread only through cloth.

The equations are solved on a grid by successive over-relaxation, from coarse to fine, each
level starting from the previous one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Mask, Points, SoftMask
from outfitanyone_local.engine.inpainting import fill_from_nearest
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.outline import Outline, length, resample

_STEP = 3
"""Distance of the finest nodes in target pixels."""
_LEVELS = 4
_SWEEPS = (60, 40, 30, 20)
"""Sweeps of over-relaxation, coarsest level first."""
_RELAXATION = 1.7

Field = npt.NDArray[np.float32]
"""Shape (rows, columns, 2): x and y in the garment picture."""


@dataclass(frozen=True)
class Window:
    """A rectangle of the target picture; x2 and y2 exclusive."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.x2 - self.x1, self.y2 - self.y1

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.y1, self.y2), slice(self.x1, self.x2)

    def within(self, outer: Window) -> tuple[slice, slice]:
        """Return the slices of this window in a plane of a window around it."""
        return (
            slice(self.y1 - outer.y1, self.y2 - outer.y1),
            slice(self.x1 - outer.x1, self.x2 - outer.x1),
        )

    @property
    def corner(self) -> Points:
        return np.array([self.x1, self.y1], np.float32)


def window_around(points: Points, *, margin: int, size: tuple[int, int]) -> Window:
    """Return the rectangle around points plus ``margin`` pixels, inside a picture of ``size``."""
    low = np.floor(points.min(axis=0)).astype(int) - margin
    high = np.ceil(points.max(axis=0)).astype(int) + margin + 1
    x1, y1 = (int(v) for v in np.maximum(low, 0))
    x2, y2 = (int(v) for v in np.minimum(high, size))
    return Window(x1, y1, x2, y2)


def warp(image: RGB, mask: Mask, source: Outline, target: Outline, window: Window) -> RGB:
    """Return the garment warped into ``target``, for the pixels of ``window``.

    image, mask: the garment picture and where it shows cloth; ``source`` is its outline.
    Outside the target the colours of its edge continue.
    """
    scale = min(1.0, 1.15 * length(target.polygon()) / length(source.polygon()))
    if scale < 0.95:
        smaller = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = np.asarray(smaller, np.uint8)
        mask = cv2.resize(mask.astype(np.uint8), image.shape[1::-1]) > 0
        source = source.scaled(scale)
    sampling_map = _sampling_map(source, target, window)
    warped = cv2.remap(
        _extend_colours(image, mask, source),
        sampling_map[..., 0],
        sampling_map[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(warped, np.uint8)


def coverage(polygon: Points, window: Window) -> SoftMask:
    """Return how much of each pixel of the window a polygon covers."""
    plane = np.zeros(window.size[::-1], np.uint8)
    corners = np.round((polygon - window.corner) * 16).astype(np.int32)
    cv2.fillPoly(plane, [corners], 255, cv2.LINE_AA, shift=4)
    return plane.astype(np.float32) / np.float32(255)


def _extend_colours(image: RGB, mask: Mask, source: Outline) -> RGB:
    """Return the picture with the garment's colours continued beyond its outline.

    Border pixels are mixtures with the background and are replaced too.
    """
    inside = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(source.polygon()).astype(np.int32)], 1)
    core = cv2.erode(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))
    return fill_from_nearest(image, (core > 0) & mask)


def _sampling_map(source: Outline, target: Outline, window: Window) -> Field:
    """Return for each pixel of the window its position in the garment picture."""
    target_points, source_points = _corresponding_points(source, target)
    target_points, polygon = target_points - window.corner, target.polygon() - window.corner
    field = np.full((2, 2, 2), source_points.mean(axis=0), np.float32)
    known = np.zeros((2, 2), bool)
    for level, sweeps in zip(range(_LEVELS - 1, -1, -1), _SWEEPS, strict=True):
        step = _STEP * 2**level
        nodes = (window.size[1] // step + 2, window.size[0] // step + 2)
        fixed, values = _border_nodes(target_points, source_points, step, nodes)
        inside = np.zeros(nodes, np.uint8)
        cv2.fillPoly(inside, [np.round(polygon / step * 16).astype(np.int32)], 1, shift=4)
        field = _upsample(field, nodes)
        field[fixed] = values[fixed]
        _relax(field, fixed, (inside > 0) & ~fixed, sweeps)
        known = fixed | (inside > 0)
    x, y = np.meshgrid(*(np.arange(side, dtype=np.float32) / _STEP for side in window.size))
    return np.asarray(cv2.remap(_extrapolate(field, known), x, y, cv2.INTER_LINEAR), np.float32)


def _corresponding_points(source: Outline, target: Outline) -> tuple[Points, Points]:
    """Return points along the target's border, and the corresponding points of the source."""
    source_edges = {(name, side): points for name, side, points in source.edges()}
    target_points, source_points = [], []
    for name, side, points in target.edges():
        count = max(2, int(length(points) / (_STEP / 3)) + 1)
        target_points.append(resample(points, count))
        source_points.append(resample(source_edges[name, side], count))
    return np.concatenate(target_points), np.concatenate(source_points)


def _border_nodes(
    target_points: Points, source_points: Points, step: int, nodes: tuple[int, int]
) -> tuple[npt.NDArray[np.bool_], Field]:
    """Return nodes next to the border, each with the mean of the nearby border points."""
    column, row = np.clip(
        np.round(target_points / step).astype(int), 0, (nodes[1] - 1, nodes[0] - 1)
    ).T
    flat = row * nodes[1] + column
    count = np.bincount(flat, minlength=nodes[0] * nodes[1])
    sums = [np.bincount(flat, source_points[:, k], nodes[0] * nodes[1]) for k in (0, 1)]
    values = np.stack(sums, axis=1) / np.maximum(count, 1)[:, None]
    return (count > 0).reshape(nodes), values.reshape(*nodes, 2).astype(np.float32)


def _upsample(field: Field, nodes: tuple[int, int]) -> Field:
    """Upsample the field to nodes half as far apart; a constant field stays constant."""
    column, row = np.meshgrid(*(np.arange(side, dtype=np.float32) / 2 for side in nodes[::-1]))
    fine = cv2.remap(field, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(fine, np.float32)


def _relax(
    field: Field, fixed: npt.NDArray[np.bool_], free: npt.NDArray[np.bool_], sweeps: int
) -> None:
    """Relax every free node towards the mean of its neighbours, in place (red-black SOR).

    Nodes of one colour of a chessboard have neighbours of the other colour only, so each half of
    a sweep is one array operation. Neighbours outside the cloth do not count.
    """
    cloth = np.pad((fixed | free).astype(np.float32), 1)
    count = cloth[:-2, 1:-1] + cloth[2:, 1:-1] + cloth[1:-1, :-2] + cloth[1:-1, 2:]
    free = free & (count > 0)
    row, column = np.indices(free.shape)
    share = (_RELAXATION / np.maximum(count, 1))[..., None]
    halves = [(free & ((row + column) % 2 == colour))[..., None] for colour in (0, 1)]
    weights = cloth[..., None]
    for _ in range(sweeps):
        for half in halves:
            known = np.pad(field, ((1, 1), (1, 1), (0, 0))) * weights
            total = known[:-2, 1:-1] + known[2:, 1:-1] + known[1:-1, :-2] + known[1:-1, 2:]
            np.copyto(field, (1 - _RELAXATION) * field + share * total, where=half)


def _extrapolate(field: Field, known: npt.NDArray[np.bool_]) -> Field:
    """Extrapolate the field to nodes beside the cloth: the mean of their known neighbours."""
    for _ in range(3):
        weight = cv2.blur(known.astype(np.float32), (3, 3))
        mean = cv2.blur(field * known[..., None], (3, 3)) / np.maximum(weight, 1e-6)[..., None]
        field = np.where(known[..., None], field, mean).astype(np.float32)
        known = known | (weight > 1e-6)
    return field
