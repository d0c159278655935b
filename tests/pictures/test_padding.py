"""Crops that break the engine's rules for garments are put on plain ground."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from django_outfitanyone.pictures.images import MAX_BYTES, MIN_BYTES
from django_outfitanyone.pictures.padding import PAPER, padded
from tests.drawing import drawn, encoded


def pixels_of(data):
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == "RGB"
        return np.asarray(image)


def on_white(size, *, inset=6):
    """Return a crop of noise with a plain white border."""
    image = Image.new("RGB", size, "white")
    width, height = size
    image.paste(drawn(1, size=(width - 2 * inset, height - 2 * inset)), (inset, inset))
    return image


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((137, 299), (151, 299)),
        ((299, 137), (299, 151)),
        ((150, 150), (151, 151)),
        ((1, 1), (151, 151)),
        ((20, 4095), (151, 4095)),
    ],
)
def test_padded__small_side_becomes_long_enough_and_the_crop_keeps_its_pixels(size, expected):
    crop = encoded(drawn(2, size=size), "PNG")

    found = padded(crop)

    pixels = pixels_of(found.data)
    assert (found.width, found.height) == expected == (pixels.shape[1], pixels.shape[0])
    left, top = (expected[0] - size[0]) // 2, (expected[1] - size[1]) // 2
    inner = pixels[top : top + size[1], left : left + size[0]]
    assert np.array_equal(inner, pixels_of(crop))
    assert MIN_BYTES <= len(found.data) <= MAX_BYTES


@pytest.mark.parametrize("size", [(151, 151), (400, 600), (151, 4095)])
def test_padded__crop_that_is_large_enough_stays_as_it_is(size):
    assert padded(encoded(drawn(3, size=size))) is None


@pytest.mark.parametrize("side", [4096, 5000])
def test_padded__crop_that_is_too_large_stays_as_it_is(side):
    assert padded(encoded(drawn(3, size=(20, side)))) is None


@pytest.mark.parametrize("size", [(200, 300), (100, 100)])
def test_padded__file_of_one_colour_becomes_large_enough(size):
    crop = encoded(Image.new("RGB", size, "navy"), "PNG")
    assert len(crop) < MIN_BYTES

    found = padded(crop)

    assert MIN_BYTES <= len(found.data) <= MAX_BYTES
    assert pixels_of(found.data).reshape(-1, 3).max(axis=0).tolist() == [0, 0, 128]


def test_padded__ground_has_the_colour_of_a_plain_border():
    found = pixels_of(padded(encoded(on_white((100, 200)), "PNG")).data)

    assert found[:, :25].min() == 255


def test_padded__ground_is_light_grey_where_the_border_is_not_plain():
    found = pixels_of(padded(encoded(drawn(4, size=(100, 200)), "PNG")).data)

    assert set(found[:, :25].ravel().tolist()) == {PAPER}


def test_padded__same_crop_gives_the_same_bytes():
    crop = encoded(drawn(5, size=(137, 299)))

    assert padded(crop) == padded(crop)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA"])
def test_padded__is_rgb_whatever_the_crop_is(mode):
    crop = encoded(drawn(6, size=(100, 200)).convert(mode), "PNG")

    assert pixels_of(padded(crop).data).shape == (200, 151, 3)
