"""Sleeve ends along an arm."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import Plane

from .segment_costs import segment_costs, slice_histograms

_SLICES = 30
"""Slices for each bone of the arm."""
_LAST = 2.3
"""Sleeves end before the knuckles."""
_END_COST = 3.0
"""Cost that a sleeve's end has to save to be accepted, in nats."""


def find_sleeve_end(cloth: Plane, *, lab: Plane, along: Plane) -> float:
    """Return where the sleeve ends along the arm: 0 without a sleeve, 1 elbow, 2 wrist.

    Each slice votes for cloth or skin, and the place where the arm's colours change adds its
    weight, because the votes of a skin-coloured top carry no information.

    cloth: for each of the arm's n pixels 1 if it is like the garment, -1 if like skin.
    lab: their colours, (n, 3). along: their positions along the arm.
    """
    count = int(_LAST * _SLICES)
    slices = (along * _SLICES).astype(np.int64)
    arm = slices < count
    if not arm.any():
        return 0.0
    pixels = np.maximum(np.bincount(slices[arm], minlength=count), 1)
    votes = np.bincount(slices[arm], cloth[arm], minlength=count) / pixels
    sleeve_votes = np.concatenate([[0], np.cumsum(votes)])
    costs = segment_costs(slice_histograms(lab[arm], slices=slices[arm], count=count))
    cost = costs[0] + costs[:, -1] - sleeve_votes
    cost[1:-1] += _END_COST
    return float(cost.argmin()) / _SLICES
