"""Creases between the body and sleeves that lie against it.

Where an arm hangs close, the sleeve would overlap the body's side in the outline. A narrow
gap is put between them, so that the outline does not intersect itself and the warp sees two
strips of cloth. The gap is covered again afterwards and shaded as a crease.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outfitanyone_local.engine.arrays import Points, SoftMask
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.outline import RIGHT, SIDES, Outline

from .warping import Window, coverage

_GAP = 7.0
"""Width of the gap in pixels, two nodes of the warp's grid."""
_DEPTH = 0.4
"""Darkness of the crease."""


def separate_sleeves(outline: Outline) -> Outline:
    """Return the outline with its body edges moved away from its sleeves."""
    sides, creases, bottom = {}, [], outline.bottom
    for side in SIDES:
        edges = outline.sides[side]
        if "inner sleeve" not in edges:
            return outline
        names = list(edges)
        body = names[names.index("inner sleeve") + 1 :]
        parted = {name: _move_edge(edges[name], edges["inner sleeve"], side) for name in body}
        sides[side] = {name: parted.get(name, edges[name]) for name in names}
        before = np.concatenate([edges[name] for name in body])
        after = np.concatenate([parted[name] for name in body])
        moved = np.abs(before - after)[:, 0] > 0
        if moved.sum() > 1:
            creases.append(_between(after[moved], edges["inner sleeve"]))
        if bottom is not None:
            bottom = _move_corner(bottom, after[-1], side)
    return replace(outline, sides=sides, bottom=bottom, creases=tuple(creases))


def _move_edge(edge: Points, sleeve: Points, side: int) -> Points:
    """Return a body edge inside the sleeve's inner edge (which runs from cuff to underarm)."""
    cuff, underarm = sleeve[0], sleeve[-1]
    order = np.argsort(sleeve[:, 1])
    rows = edge[:, 1]
    gap = _GAP * np.clip((rows - underarm[1]) / (2 * _GAP), 0, 1)
    limit = np.interp(rows, sleeve[order, 1], sleeve[order, 0]) - side * gap
    beside = (rows > underarm[1]) & (rows <= cuff[1]) & (side * (edge[:, 0] - limit) > 0)
    moved = edge.copy()
    moved[beside, 0] = limit[beside]
    return moved


def _between(body: Points, sleeve: Points) -> Points:
    """Return the loop between part of a body edge and the sleeve beside it."""
    low, high = body[:, 1].min(), body[:, 1].max()
    beside = sleeve[(sleeve[:, 1] >= low) & (sleeve[:, 1] <= high)]
    loop: Points = np.concatenate([body, beside]) if len(beside) else body
    return loop


def _move_corner(hem: Points, end: Points, side: int) -> Points:
    """Return the hem with its corner moved to the new end of the body edge."""
    share = np.linspace(1, 0, len(hem))[:, None] ** 4
    if side != RIGHT:
        share = share[::-1]
    corner = hem[0] if side == RIGHT else hem[-1]
    return np.asarray(hem + share * (end - corner), np.float32)


def garment_coverage(outline: Outline, window: Window) -> SoftMask:
    """Return how much of each pixel the garment covers, creases included."""
    planes = [coverage(loop, window) for loop in (outline.polygon(), *outline.creases)]
    return np.asarray(np.max(planes, axis=0), np.float32)


def crease_shading(outline: Outline, window: Window) -> SoftMask:
    """Return a brightness factor that darkens the creases."""
    shade = np.ones(window.size[::-1], np.float32)
    for loop in outline.creases:
        shade -= _DEPTH * cv2.GaussianBlur(coverage(loop, window), (0, 0), 2.5)
    return np.clip(shade, 0.3, 1)
