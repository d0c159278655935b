"""Whether a garment runs over the picture's edge so far that segmentation misses its ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Mask
from outfitanyone_local.engine.colour_space import rgb_to_lab
from outfitanyone_local.engine.opencv import cv2

_RIM = 0.02
"""Width of the strip along each side, as a share of the picture's longer side."""
_GROUND, _FOREIGN = 10.0, 14.0
"""Distance in Lab up to which a place shows the ground, whose light changes over a picture, and
from which it shows something else."""
_PLAIN_SIDE, _PLAIN_SIDES = 0.85, 2
"""Share of a side that shows the ground, and how many such sides plain ground needs."""
_LEAST_RUN = 0.08
"""Least length of the garment on a side, as a share of that side."""
_GAP = 0.04
"""Longest gap in it, such as a stripe or a dot in the ground's colour."""

Strip = npt.NDArray[np.float32]
"""Lab colours along one side, shape (length, 3)."""


def runs_over_edge(image: RGB) -> bool:
    """Return whether plain ground surrounds something that one side cuts off."""
    strips = _strips(image)
    ground = _ground_of(strips)
    distances = [np.linalg.norm(strip - ground, axis=1) for strip in strips]
    plain = sum(float((distance < _GROUND).mean()) > _PLAIN_SIDE for distance in distances)
    if plain < _PLAIN_SIDES:
        return False
    return any(_longest_run(distance > _FOREIGN) > _LEAST_RUN for distance in distances)


def _strips(image: RGB) -> Sequence[Strip]:
    """Return the four sides, each the mean over the width of its strip."""
    lab = rgb_to_lab(np.asarray(cv2.GaussianBlur(image, (0, 0), 1), np.uint8))
    rim = max(2, round(_RIM * max(lab.shape[:2])))
    return (
        lab[:rim].mean(axis=0),
        lab[-rim:].mean(axis=0),
        lab[:, :rim].mean(axis=1),
        lab[:, -rim:].mean(axis=1),
    )


def _ground_of(strips: Sequence[Strip]) -> Strip:
    """Return the side's median colour that most of the rim has."""
    rim = np.concatenate(strips)
    candidates = [np.median(strip, axis=0) for strip in strips]
    ground: Strip = max(
        candidates, key=lambda colour: (np.linalg.norm(rim - colour, axis=1) < _GROUND).sum()
    )
    return ground


def _longest_run(foreign: Mask) -> float:
    """Return the longest run of ``True``, short gaps included, as a share of the length."""
    row = foreign[None].astype(np.uint8)
    gap = np.ones((1, max(1, round(_GAP * len(foreign)))), np.uint8)
    _, _, runs, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(row, cv2.MORPH_CLOSE, gap))
    return float(runs[1:, cv2.CC_STAT_WIDTH].max(initial=0) / len(foreign))
