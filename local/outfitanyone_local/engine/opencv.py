"""The only import of OpenCV, so that one clear error is raised where it is missing."""

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
"""Untyped: its stubs return arrays of any dtype, which says less than the types in ``arrays``."""

__all__ = ["cv2"]
