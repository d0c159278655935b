"""The one place where OpenCV enters, so that its absence gives one clear error."""

from __future__ import annotations

from typing import Any

try:
    import cv2 as _cv2
except ImportError as missing:
    raise ImportError(
        "The sandbox engine needs OpenCV, which comes with the sandbox extra: "
        'pip install "django-outfitanyone[sandbox]"'
    ) from missing

cv2: Any = _cv2
"""Untyped: its stubs promise arrays of any number type, which says less than our names do."""

__all__ = ["cv2"]
