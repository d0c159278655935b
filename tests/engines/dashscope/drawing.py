"""Pictures for the sandbox."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image


@cache
def picture_bytes(width=300, height=400, *, seed=1, file_format="PNG", colour=None, **options):
    """Return a picture of noise, which no format compresses well, or of one colour."""
    if colour is None:
        pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    else:
        pixels = np.full((height, width, 3), colour, np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, file_format, **options)
    return file.getvalue()


def read_pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
