"""Tables that map lengths of a flat garment to positions on a body."""

from __future__ import annotations

import numpy as np

Table = tuple[tuple[float, ...], tuple[float, ...]]
"""Garment lengths, increasing, and the value for each."""

FLAT_CHEST = 1.04
"""Chest width of a flat top of regular fit, in torsos: the link to real lengths."""

SLEEVE_END: Table = ((0.0, 0.2, 0.45, 0.65, 0.85, 1.05), (0.06, 0.15, 0.33, 0.46, 0.74, 1.0))
"""Sleeve length in chest widths: where on the arm it ends (0 shoulder, 1 wrist)."""
TOP_HEM: Table = ((0.8, 1.0, 1.35, 1.57, 1.75, 1.95), (0.60, 0.78, 1.02, 1.08, 1.15, 1.25))
"""Length of a top in chest widths: where it ends in torsos below the shoulder joints."""
LEG_END: Table = ((0.2, 0.4, 0.7, 1.05, 1.4, 1.7), (0.08, 0.17, 0.37, 0.47, 0.72, 1.0))
"""Inseam in rises (crotch to hem over waist to crotch): where between crotch and ankle it
ends. Drawn trousers have short legs; the longest still end at the ankle."""
SKIRT_PER_WAIST = 0.36
"""A skirt as long as its flat waistband is wide covers this share of waist to ankle."""


def interpolate(table: Table, length: float) -> float:
    """Interpolate a table; it is constant beyond its ends."""
    return float(np.interp(length, *table))
