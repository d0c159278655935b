"""Cut a piece out of a stored picture, for engines that tell only where it is."""

from __future__ import annotations

import io

from PIL import Image

from django_outfitanyone.exceptions import DownloadRefused
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.decoding import open_image

JPEG_QUALITY = 95


def crop_to_box(data: bytes, box: tuple[int, int, int, int]) -> images.Picture:
    """Return the pixels within a box as JPEG.

    ``box`` is x1, y1, x2, y2 in pixels of the picture, ends exclusive; what lies outside of the
    picture is left out. Raises ``PictureRefused`` for bytes that are no picture, and
    ``DownloadRefused`` for a box that has nothing inside.
    """
    with open_image(data) as opened:
        pixels = opened.image.convert("RGB")
        inside = _inside(box, pixels.size)
        return images.verify(_jpeg(pixels.crop(inside)))


def _inside(box: tuple[int, int, int, int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    (x1, y1, x2, y2), (width, height) = box, size
    inside = max(0, x1), max(0, y1), min(x2, width), min(y2, height)
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        raise DownloadRefused("The engine's box lies outside of the picture.")
    return inside


def _jpeg(pixels: Image.Image) -> bytes:
    file = io.BytesIO()
    pixels.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return file.getvalue()
