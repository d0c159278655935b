from __future__ import annotations

import io

from PIL import Image

from django_outfitanyone.pictures.provenance import mark
from django_outfitanyone.pictures.renditions import WIDTHS, smaller_copies, thumbnail
from tests.drawing import drawn, encoded, picture


def opened(data):
    return Image.open(io.BytesIO(data))


def test_thumbnail__is_small_and_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated by 90 degrees
    small = opened(thumbnail(encoded(drawn(size=(900, 1200)), exif=exif)))

    assert small.format == "JPEG"
    assert small.size == (320, 240)


def test_smaller_copies__are_webp_in_the_widths_that_are_clearly_smaller():
    copies = list(smaller_copies(picture(size=(680, 1020))))

    assert [width for width, _data in copies] == [360, 540]
    assert {360, 540} < set(WIDTHS)
    for width, data in copies:
        assert (opened(data).format, opened(data).size) == ("WEBP", (width, width * 3 // 2))


def test_smaller_copies__have_the_mark_of_the_picture():
    copies = list(smaller_copies(mark(picture(size=(680, 1020)), "trainedAlgorithmicMedia")))

    assert copies
    for _width, data in copies:
        assert b"trainedAlgorithmicMedia" in opened(data).info["xmp"]
