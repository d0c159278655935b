"""The local engine, which the distribution ``outfitanyone-local`` brings; imported when needed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outfitanyone_local.samples import Sample

INSTALL = 'pip install "django-outfitanyone[local]"'
"""The line that installs it."""


def is_installed() -> bool:
    return find_spec("outfitanyone_local") is not None


def sample_models() -> Sequence[Sample]:
    """Return the model photos of the starter set."""
    from outfitanyone_local.samples import MODELS

    return MODELS


def sample_garments() -> Sequence[Sample]:
    """Return the garments of the starter set."""
    from outfitanyone_local.samples import GARMENTS

    return GARMENTS
