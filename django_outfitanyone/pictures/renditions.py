"""Smaller copies of a picture: a thumbnail for lists, and widths for ``srcset``."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image, ImageOps

from django_outfitanyone.pictures.decoding import encode, flatten, open_image

THUMBNAIL_SIZE = (320, 480)
WIDTHS = (360, 540, 800, 1200, 1800)
"""Pixels across: phones and columns, at one to three device pixels per CSS pixel."""


def thumbnail(data: bytes) -> bytes:
    """Return a JPEG of at most ``THUMBNAIL_SIZE`` for lists and choosers."""
    with open_image(data) as image:
        small = flatten(ImageOps.exif_transpose(image))
        small.thumbnail(THUMBNAIL_SIZE, Image.Resampling.LANCZOS)
        return encode(small, "JPEG", quality=85)


def smaller_copies(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the width and WEBP bytes of each useful copy, with the XMP of the original."""
    with open_image(data) as image:
        upright = flatten(ImageOps.exif_transpose(image))
        xmp = image.info.get("xmp", b"")
        for width in WIDTHS:
            if width <= upright.width * 0.8:
                height = max(1, round(upright.height * width / upright.width))
                copy = upright.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
                # method 2 takes a third of the time of the usual 4, for 4 % more bytes
                yield width, encode(copy, "WEBP", quality=82, method=2, xmp=xmp)
