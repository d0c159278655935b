"""The pictures as FLUX VTO takes them: all garments on one white canvas, and small enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageOps

from django_outfitanyone.exceptions import PictureRefused

MEGAPIXEL = 1_000_000
"""Pixels. The vendor does not say whether it counts 1024 * 1024; this is the careful reading."""
MOST_GARMENTS = 4
"""The canvas has at most one megapixel for each garment, and the API takes four."""

_GAP = 0.04
"""White space around each garment, as a share of its height."""
_QUALITY = 95


def merged(pictures: Sequence[bytes]) -> bytes:
    """Return a JPEG with the pictures side by side, in this order, upright and in RGB.

    It has at most as many megapixels as there are pictures, so that its price is known before.
    The same pictures always give the same bytes. Raises ``PictureRefused`` for a file that is
    no picture.
    """
    tiles = [_opened(data) for data in pictures[:MOST_GARMENTS]]
    inner = _inner_height(tiles, most_pixels=len(tiles) * MEGAPIXEL)
    gap = _gap(inner)
    canvas = Image.new("RGB", _canvas_size(tiles, inner), "white")
    left = gap
    for tile in tiles:
        size = (_width(tile, inner), inner)
        canvas.paste(tile.resize(size, Image.Resampling.LANCZOS), (left, gap))
        left += size[0] + gap
    return _jpeg(canvas)


def fitted(data: bytes, *, most_pixels: int) -> bytes:
    """Return a picture with at most so many pixels: as it is, or a smaller JPEG, upright.

    Raises ``PictureRefused`` for a file that is no picture.
    """
    image = _opened(data)
    if image.width * image.height <= most_pixels:
        return data
    scale = math.sqrt(most_pixels / (image.width * image.height))
    size = [max(1, math.floor(side * scale)) for side in image.size]
    return _jpeg(image.resize((size[0], size[1]), Image.Resampling.LANCZOS))


def _opened(data: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(data)) as file:
            upright = ImageOps.exif_transpose(file)
            return _on_white(upright)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureRefused("The file cannot be opened as a picture.") from error


def _on_white(image: Image.Image) -> Image.Image:
    """Return the picture in RGB; what is transparent becomes white, not black."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(ground, layer).convert("RGB")


def _inner_height(tiles: Sequence[Image.Image], *, most_pixels: int) -> int:
    """Return the common height of the pictures: that of the highest, less if it must be."""
    height = max(tile.height for tile in tiles)
    while height > 1:
        width, whole_height = _canvas_size(tiles, height)
        if width * whole_height <= most_pixels:
            break
        smaller = math.floor(height * math.sqrt(most_pixels / (width * whole_height)))
        height = max(1, min(height - 1, smaller))
    return height


def _canvas_size(tiles: Sequence[Image.Image], inner: int) -> tuple[int, int]:
    gap = _gap(inner)
    width = sum(_width(tile, inner) for tile in tiles) + gap * (len(tiles) + 1)
    return width, inner + 2 * gap


def _gap(inner: int) -> int:
    return round(inner * _GAP)


def _width(tile: Image.Image, height: int) -> int:
    return max(1, round(tile.width / tile.height * height))


def _jpeg(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, subsampling=0)
    return file.getvalue()
