"""OpenAI's ``/v1/images/edits``: pictures and one instruction in, pictures as base64 out."""

from .emulator import ImagesEdits

__all__ = ["ImagesEdits"]
