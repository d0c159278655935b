"""Pictures drawn in memory: no photo lies in the repository for a test's sake."""

from __future__ import annotations

import io
import random

from PIL import Image

SIZE = (200, 300)


def drawn(seed: int = 0, *, size: tuple[int, int] = SIZE) -> Image.Image:
    """A picture like no other: noise, so that it compresses to more than the least size."""
    width, height = size
    return Image.frombytes("RGB", size, random.Random(seed).randbytes(width * height * 3))


def encoded(image: Image.Image, image_format: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def picture(seed: int = 0, *, size: tuple[int, int] = SIZE) -> bytes:
    """A JPEG that the API would accept."""
    return encoded(drawn(seed, size=size))
