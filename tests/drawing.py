"""Pictures drawn in memory, so that tests need no photo files."""

from __future__ import annotations

import io
import random

from PIL import Image

SIZE = (200, 300)


def drawn(seed: int = 0, *, size: tuple[int, int] = SIZE) -> Image.Image:
    """Return a picture of noise, which stays above the minimum file size when compressed."""
    width, height = size
    return Image.frombytes("RGB", size, random.Random(seed).randbytes(width * height * 3))


def encoded(image: Image.Image, image_format: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def picture(seed: int = 0, *, size: tuple[int, int] = SIZE) -> bytes:
    """Return a JPEG that the engine accepts."""
    return encoded(drawn(seed, size=size))
