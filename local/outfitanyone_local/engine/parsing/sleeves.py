"""How far a sleeve reaches down an arm."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.figure import Plane

from .segment_costs import code_lengths, slice_colours

_SLICES = 30
"""For each bone of the arm."""
_LAST = 2.3
"""Sleeves end before the knuckles."""
_PRICE = 3.0
"""Nats a sleeve's end has to save to count as seen."""


def sleeve_end(cloth: Plane, *, lab: Plane, along: Plane) -> float:
    """Where along the arm cloth gives way to skin: 0 without a sleeve, 1 elbow, 2 wrist.

    Each slice of the arm votes for cloth or skin, and the place where the arm's own colours
    change adds its weight: the votes of a top in the colour of skin say nothing.

    The arm's n pixels: cloth from 1, like the garment, to -1, like skin; lab their colours
    (n, 3); along their places.
    """
    count = int(_LAST * _SLICES)
    slices = (along * _SLICES).astype(np.int64)
    arm = slices < count
    if not arm.any():
        return 0.0
    pixels = np.maximum(np.bincount(slices[arm], minlength=count), 1)
    votes = np.bincount(slices[arm], cloth[arm], minlength=count) / pixels
    for_sleeve = np.concatenate([[0], np.cumsum(votes)])
    told = code_lengths(slice_colours(lab[arm], slices=slices[arm], count=count))
    cost = told[0] + told[:, -1] - for_sleeve
    cost[1:-1] += _PRICE
    return float(cost.argmin()) / _SLICES
