from __future__ import annotations

import io

import pytest
from PIL import Image

from django_outfitanyone.pictures import images, renditions
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


def photo(size):
    """Return a picture whose WEBP copy of the same size has fewer bytes, as of any photo."""
    return encoded(drawn(size=(8, 12)).resize(size, Image.Resampling.BICUBIC), quality=95)


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((200, 300), [200]),
        ((680, 1020), [360, 540, 680]),
        ((1080, 1620), [360, 540, 800, 1080]),
        ((2400, 3600), list(WIDTHS)),
    ],
)
def test_smaller_copies__are_webp_up_to_the_full_width(size, widths):
    copies = dict(smaller_copies(photo(size)))

    assert sorted(copies) == widths
    for width, data in copies.items():
        assert (opened(data).format, opened(data).size) == ("WEBP", (width, width * 3 // 2))


def test_smaller_copies__of_the_full_width_must_save_bytes():
    noise = picture(size=(680, 1020))  # no photo: WEBP does not make it smaller

    assert [width for width, _data in smaller_copies(noise)] == [540, 360]


def test_copies__of_pixels_at_hand_decode_nothing(monkeypatch):
    data = photo((2400, 3600))
    scaled = images.prepare(data).scaled
    expected = [width for width, _data in smaller_copies(data)]
    monkeypatch.setattr(renditions, "open_scaled", None)  # cannot be called

    assert opened(thumbnail(data, scaled=scaled)).size == (320, 480)
    assert [width for width, _data in smaller_copies(data, scaled=scaled)] == expected


def test_smaller_copies__have_the_mark_of_the_picture():
    copies = list(smaller_copies(mark(picture(size=(680, 1020)), "trainedAlgorithmicMedia")))

    assert copies
    for _width, data in copies:
        assert b"trainedAlgorithmicMedia" in opened(data).info["xmp"]
