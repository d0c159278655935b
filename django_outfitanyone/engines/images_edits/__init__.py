"""Servers with OpenAI's endpoint ``/v1/images/edits``, spoken over HTTP. Imports no Django."""

from .engine import ImagesEdits

__all__ = ["ImagesEdits"]
