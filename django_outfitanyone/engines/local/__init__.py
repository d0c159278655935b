"""The local engine: computer vision on this machine, from the package ``outfitanyone-local``.

The only package of the app that imports that distribution, and only when it is used, so the
app works without it. Pictures are Pillow's, upright and in RGB; boxes are in their pixels.
"""

from __future__ import annotations

from .checks import (
    Box,
    LocalFinding,
    LocalGuess,
    check_garment,
    check_person,
    cut_out_worn_garment,
    garment_box,
    guess_kind,
    is_installed,
    sample_garments,
    sample_models,
)
from .engine import LocalEngine
from .turns import INSTALL, MOST_AT_ONCE

__all__ = [
    "INSTALL",
    "MOST_AT_ONCE",
    "Box",
    "LocalEngine",
    "LocalFinding",
    "LocalGuess",
    "check_garment",
    "check_person",
    "cut_out_worn_garment",
    "garment_box",
    "guess_kind",
    "is_installed",
    "sample_garments",
    "sample_models",
]
