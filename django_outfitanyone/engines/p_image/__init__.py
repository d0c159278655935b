"""P-Image-Try-On of Pruna, spoken over HTTP. Imports no Django."""

from .engine import PImage

__all__ = ["PImage"]
