"""Letterboxing: fit a picture into a given size without distorting it."""

from __future__ import annotations

import numpy as np

from .arrays import RGB
from .inpainting import synthesize_grain
from .opencv import cv2

_RIM = 12
"""Rows at the edge whose mean colour is continued, pixels."""
_TOP_SHARE = 0.5
"""Share of the missing height that is added at the top."""


def fit_to(image: RGB, *, width: int, height: int) -> RGB:
    """Return the picture scaled to fit the size, with its background extended to fill the rest.

    The extension continues the edge's colours, blurred more with distance, and the grain.

    image, result: RGB uint8. Raises ValueError for sizes under one pixel.
    """
    if width < 1 or height < 1:
        raise ValueError("The size has to be at least one pixel each way.")
    scale = min(width / image.shape[1], height / image.shape[0])
    size = (
        min(width, max(1, round(image.shape[1] * scale))),
        min(height, max(1, round(image.shape[0] * scale))),
    )
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = np.asarray(cv2.resize(image, size, interpolation=interpolation), np.uint8)
    above = round((height - size[1]) * _TOP_SHARE)
    scaled = _extend(scaled, before=above, after=height - size[1] - above)
    before = (width - size[0]) // 2
    turned = _extend(scaled.transpose(1, 0, 2), before=before, after=width - size[0] - before)
    return np.ascontiguousarray(turned.transpose(1, 0, 2))


def _extend(image: RGB, *, before: int, after: int) -> RGB:
    """Return the picture with rows added before its first and after its last."""
    parts = [image]
    if before:
        parts.insert(0, _continue_rows(image[::-1], before)[::-1])
    if after:
        parts.append(_continue_rows(image, after))
    return np.concatenate(parts) if len(parts) > 1 else image


def _continue_rows(image: RGB, count: int) -> RGB:
    """Return ``count`` rows that continue a picture beyond its last row."""
    rim = image[-_RIM:].astype(np.float32)
    edge = cv2.GaussianBlur(rim.mean(axis=0)[None], (0, 0), 2)
    last = cv2.GaussianBlur(image[-1:].astype(np.float32), (0, 0), 1)
    wide = cv2.GaussianBlur(edge, (0, 0), max(1.0, image.shape[1] / 12))
    away = np.arange(1, count + 1, dtype=np.float32)[:, None, None]
    near, far = np.exp(-away / 4), 1 - np.exp(-away / (0.35 * count + 4))
    rows = near * last + (1 - near) * ((1 - far) * edge + far * wide)
    still = np.zeros(image.shape[:2], bool)
    still[-4 * _RIM :] = True
    noise = synthesize_grain((count, image.shape[1]), like=np.ascontiguousarray(image), where=still)
    continued: RGB = np.clip(np.round(rows + noise[..., None]), 0, 255).astype(np.uint8)
    return continued
