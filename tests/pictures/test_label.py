"""The label that is drawn into exported pictures; its size is measured in the pixels."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops

from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.pictures.label import TEXT_SHARE, labelled, labelled_file
from tests.drawing import drawn, encoded

SIZES = [(768, 1024), (1024, 768), (2000, 3000), (300, 450), (151, 4000), (4000, 151)]
GROUNDS = ["white", "black", (128, 128, 128), (200, 40, 60)]


def box_of(image, kind):
    """Return the box around the pixels that are nearly white, or differ from the corner."""
    if kind == "text":
        return image.convert("L").point(lambda value: 255 * (value > 235)).getbbox()
    plain = Image.new("RGB", image.size, image.getpixel((0, 0)))
    return ImageChops.difference(image, plain).getbbox()


@pytest.mark.parametrize("size", SIZES)
def test_label__text_is_at_least_a_twentieth_of_the_shortest_side(size):
    left, top, right, bottom = box_of(labelled(Image.new("RGB", size, "black")), "text")

    assert bottom - top >= min(size) * TEXT_SHARE
    assert TEXT_SHARE >= 0.05
    assert right - left > 2 * (bottom - top)  # four characters side by side


@pytest.mark.parametrize("size", SIZES)
def test_label__is_complete_in_the_lower_right_corner(size):
    left, top, right, bottom = box_of(labelled(Image.new("RGB", size, "red")), "label")

    assert left > size[0] / 2 or size[0] < size[1] / 2
    assert left >= 0 <= top
    assert right <= size[0] - 1
    assert bottom <= size[1] - 1


@pytest.mark.parametrize("ground", GROUNDS)
def test_label__contrast_of_the_text_is_high_on_any_ground(ground):
    label = labelled(Image.new("RGB", (768, 1024), ground))
    left, top, right, bottom = box_of(label, "label") or (0, 0, *label.size)
    dark = label.getpixel(((left + right) // 2, top + 6))  # inside the ground, above the text

    assert luminance((255, 255, 255)) / luminance(dark) > 4.5
    assert label.crop((left, top, right, bottom)).getextrema()[1][1] == 255


def luminance(colour):
    """Return the relative luminance with the constant that WCAG's contrast adds."""
    parts = [
        value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4
        for value in colour
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05


def test_label__leaves_the_original_and_the_rest_of_the_picture():
    original = drawn(size=(600, 800))
    before = original.tobytes()
    label = labelled(original)

    assert original.tobytes() == before
    assert label.crop((0, 0, 600, 600)).tobytes() == original.crop((0, 0, 600, 600)).tobytes()


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_labelled_file__has_the_same_format_and_size(image_format):
    data = labelled_file(encoded(Image.new("RGB", (768, 1024), "black"), image_format))
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == (image_format, (768, 1024))
        assert box_of(image.convert("RGB"), "text")


def test_labelled_file__turned_photo_has_the_label_at_the_bottom():
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated by 90 degrees
    data = labelled_file(encoded(Image.new("RGB", (800, 600), "black"), exif=exif))
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (600, 800)
        assert box_of(image, "text")[1] > 700


def test_labelled_file__damaged_file_is_refused():
    with pytest.raises(PictureRefused):
        labelled_file(b"GIF89a")
