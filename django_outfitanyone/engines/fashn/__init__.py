"""FASHN, spoken over HTTP. Imports no Django."""

from .engine import Fashn

__all__ = ["Fashn"]
