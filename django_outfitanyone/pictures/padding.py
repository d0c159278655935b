"""Put a crop that is too small for a garment picture on plain ground."""

from __future__ import annotations

from statistics import median

from PIL import Image

from django_outfitanyone.pictures.colours import upright
from django_outfitanyone.pictures.decoding import SENDABLE, open_image
from django_outfitanyone.pictures.encoding import PNG_SUFFIX, encode
from django_outfitanyone.pictures.images import MAX_BYTES, MAX_SIDE, MIN_BYTES, MIN_SIDE, Picture

PAPER = 245
"""The grey of the ground, where the crop has no plain border of its own."""
_EVEN = 12
"""How much a channel of a plain border may differ from its median."""
_EVEN_SHARE = 0.9


def padded(crop: bytes) -> Picture | None:
    """Return the crop as a picture that the engine accepts, ``None`` if it is one already.

    The crop keeps its pixels and its scale; ground is added on all sides, as wide as the
    shortest side that is allowed. The same crop always gives the same bytes, so that its
    upload is reused. A crop that is too large for the engine is left as it is.
    """
    with open_image(crop, formats=[*SENDABLE]) as opened:
        width, height = opened.size
        if max(width, height) > MAX_SIDE or len(crop) > MAX_BYTES:
            return None
        if min(width, height) >= MIN_SIDE and len(crop) >= MIN_BYTES:
            return None
        pixels = upright(opened.image, within=(MAX_SIDE, MAX_SIDE))
    data = _lossless(_on_ground(pixels))
    size = (max(pixels.width, MIN_SIDE), max(pixels.height, MIN_SIDE))
    return Picture(data=data, suffix=PNG_SUFFIX, width=size[0], height=size[1])


def _on_ground(crop: Image.Image) -> Image.Image:
    size = (max(crop.width, MIN_SIDE), max(crop.height, MIN_SIDE))
    ground = Image.new("RGB", size, _border_colour(crop))
    ground.paste(crop, ((size[0] - crop.width) // 2, (size[1] - crop.height) // 2))
    return ground


def _border_colour(crop: Image.Image) -> tuple[int, int, int]:
    """Return the colour of the crop's border if that is plain, else light grey."""
    width, height = crop.size
    sides = (
        (0, 0, width, 1),
        (0, height - 1, width, height),
        (0, 0, 1, height),
        (width - 1, 0, width, height),
    )
    border = b"".join(crop.crop(side).tobytes() for side in sides)
    channels = [border[start::3] for start in range(3)]
    middle = [round(median(channel)) for channel in channels]
    even = (
        all(abs(value - centre) <= _EVEN for value, centre in zip(pixel, middle, strict=True))
        for pixel in zip(*channels, strict=True)
    )
    if sum(even) < _EVEN_SHARE * len(channels[0]):
        return PAPER, PAPER, PAPER
    return middle[0], middle[1], middle[2]


def _lossless(picture: Image.Image) -> bytes:
    """Return a PNG of the smallest size that is allowed, or more.

    A picture of few colours compresses below it; without compression, even the smallest
    picture has 68 KB.
    """
    data = encode(picture, "PNG")
    return data if len(data) >= MIN_BYTES else encode(picture, "PNG", compress_level=0)
