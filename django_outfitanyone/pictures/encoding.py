"""Write pictures as files without metadata, of a size that the engine accepts."""

from __future__ import annotations

import io
import math
import zlib
from typing import Any, NamedTuple

from PIL import Image

PNG_SUFFIX, JPEG_SUFFIX = ".png", ".jpg"
_TILE, _TILES_A_SIDE = 64, 8
"""The sample of a large picture: so many squares of so many pixels, spread over it."""
_TOLERANCE = 1.1
"""How much more than the maximum an estimate may be: estimates are not exact."""


class Encoding(NamedTuple):
    """One way to write a picture."""

    image_format: str
    suffix: str
    options: dict[str, Any]


_LOSSLESS = [
    # within 6 % of the usual compression for photos, in half the time or less
    Encoding("PNG", PNG_SUFFIX, {"compress_type": zlib.Z_RLE}),
    Encoding("PNG", PNG_SUFFIX, {}),
]
_UNCOMPRESSED = Encoding("PNG", PNG_SUFFIX, {"compress_level": 0})
_JPEGS = [
    Encoding("JPEG", JPEG_SUFFIX, {"quality": quality, "subsampling": 0})
    for quality in (95, 90, 85, 75)
]


class Encoded(NamedTuple):
    """A picture file. ``suffix`` starts with a dot."""

    data: bytes
    suffix: str
    size: tuple[int, int]


def encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    """Return a picture made by ``colours.upright`` as a file in this Pillow format."""
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def encode_within(
    image: Image.Image, *, lossless: bool, least: int, most: int, shortest: int
) -> Encoded | None:
    """Return the best encoding of ``least`` to ``most`` bytes, scaled down if that is needed.

    Estimates the size of each encoding from a sample, so that hardly any is made in vain.
    Returns ``None`` when a side would become shorter than ``shortest`` pixels.
    """
    while min(image.size) >= shortest:
        estimate = _Estimate(image)
        # the last one is for pictures of one colour, which compress below the minimum
        for encoding in (*(_LOSSLESS if lossless else []), *_JPEGS, _UNCOMPRESSED):
            if estimate.bytes_as(encoding) > most * _TOLERANCE:
                continue
            data = encode(image, encoding.image_format, **encoding.options)
            if least <= len(data) <= most:
                return Encoded(data, encoding.suffix, image.size)
        smallest = estimate.bytes_as(_JPEGS[-1])
        scale = min(0.75, math.sqrt(most / _TOLERANCE / smallest))
        size = (int(image.width * scale), int(image.height * scale))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return None


class _Estimate:
    """Estimates how many bytes a picture has in an encoding."""

    def __init__(self, image: Image.Image) -> None:
        self.sample = _sample(image)
        self.ratio = image.width * image.height / (self.sample.width * self.sample.height)

    def bytes_as(self, encoding: Encoding) -> float:
        if encoding is _UNCOMPRESSED:
            return self.sample.width * self.sample.height * 3 * self.ratio
        return self.ratio * len(encode(self.sample, encoding.image_format, **encoding.options))


def _sample(image: Image.Image) -> Image.Image:
    """Return the picture itself if it is small, else squares from all over it."""
    side = _TILE * _TILES_A_SIDE
    if image.width * image.height <= side * side:
        return image
    sample = Image.new("RGB", (side, side))
    for row in range(_TILES_A_SIDE):
        top = (image.height - _TILE) * row // (_TILES_A_SIDE - 1)
        for column in range(_TILES_A_SIDE):
            left = (image.width - _TILE) * column // (_TILES_A_SIDE - 1)
            tile = image.crop((left, top, left + _TILE, top + _TILE))
            sample.paste(tile, (column * _TILE, row * _TILE))
    return sample
