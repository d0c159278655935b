"""FLUX VTO of Black Forest Labs, spoken over HTTP. Imports no Django."""

from .engine import FluxVTO
from .tables import TRAINING_WARNING

__all__ = ["TRAINING_WARNING", "FluxVTO"]
