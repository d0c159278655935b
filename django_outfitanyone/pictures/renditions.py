"""Smaller copies of a picture: a thumbnail for lists, and widths for ``srcset``."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from django_outfitanyone.pictures.colours import upright
from django_outfitanyone.pictures.decoding import open_image, turned
from django_outfitanyone.pictures.encoding import encode

THUMBNAIL_SIZE = (320, 480)
WIDTHS = (360, 540, 800, 1200, 1800)
"""Pixels across: phones and columns, at one to three device pixels per CSS pixel."""
_ANY_HEIGHT = 1_000_000


def thumbnail(data: bytes) -> bytes:
    """Return a JPEG of at most ``THUMBNAIL_SIZE`` for lists and choosers."""
    with open_image(data, within=THUMBNAIL_SIZE) as opened:
        return encode(upright(opened.image, within=THUMBNAIL_SIZE), "JPEG", quality=85)


def smaller_copies(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the width and WEBP bytes of each useful copy, with the XMP of the original."""
    box = (WIDTHS[-1], _ANY_HEIGHT)
    with open_image(data, within=box) as opened:
        full_width, full_height = turned(opened.size, opened.image)
        xmp = opened.image.info.get("xmp")
        largest = upright(opened.image, within=box)
    del opened  # frees its pixels
    for width in WIDTHS:
        if width <= full_width * 0.8:
            height = max(1, round(full_height * width / full_width))
            copy = largest.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
            # method 2 takes a third of the time of the usual 4, for 4 % more bytes
            yield width, encode(copy, "WEBP", quality=82, method=2, xmp=xmp or b"")
