from __future__ import annotations

import io

import pytest
from PIL import Image

from django_outfitanyone.exceptions import DownloadRefused, PictureRefused
from django_outfitanyone.pictures.box_crop import crop_to_box


@pytest.fixture
def halves():
    """A PNG of 200 x 100 pixels, red on the left and blue on the right."""
    image = Image.new("RGB", (200, 100), "red")
    image.paste("blue", (100, 0, 200, 100))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def middle_of(crop):
    with Image.open(io.BytesIO(crop.data)) as image:
        return image.getpixel((crop.width // 2, crop.height // 2))


def test_crop__has_the_size_and_the_pixels_of_the_box(halves):
    crop = crop_to_box(halves, (110, 10, 190, 60))

    assert (crop.width, crop.height, crop.suffix) == (80, 50, ".jpg")
    red, _green, blue = middle_of(crop)
    assert blue > 200 > 50 > red


def test_crop__leaves_out_what_lies_outside_of_the_picture(halves):
    crop = crop_to_box(halves, (-50, -50, 60, 300))

    assert (crop.width, crop.height) == (60, 100)


@pytest.mark.parametrize("box", [(300, 0, 400, 50), (50, 50, 50, 60), (0, 100, 20, 120)])
def test_box_with_nothing_inside__is_refused(halves, box):
    with pytest.raises(DownloadRefused):
        crop_to_box(halves, box)


def test_crop__of_no_picture_is_refused():
    with pytest.raises(PictureRefused):
        crop_to_box(b"<html>", (0, 0, 10, 10))
