"""Recognising the crop of a model photo after a client has padded and re-encoded it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from drawing.figures import Bottom, Person, Top, draw, plain
from drawing.parsed import shipped_picture
from outfitanyone_local import samples
from outfitanyone_local.sandbox import own_crops
from outfitanyone_local.sandbox.own_crops import shows_crop

BLUE, RED, SAND = (40, 60, 130), (190, 30, 40), (190, 165, 120)
SIZE = (480, 640)
PAPER = 245


def drawn_crop(colour, **person):
    """The crop of the upper half as the engine makes it, from the labels of the drawing."""
    from outfitanyone_local.engine.figure import Part

    drawn = draw(Person(top=Top(plain(colour)), bottom=Bottom(plain(SAND)), size=SIZE, **person))
    mask = drawn.mask(Part.UPPER)
    rows, columns = np.nonzero(mask)
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.where(mask[box][..., None], drawn.image[box], np.uint8(PAPER))


@pytest.fixture(scope="module")
def crop():
    return drawn_crop(BLUE)


def padded(crop, *sides, colour=PAPER):
    top, right, bottom, left = sides
    return np.stack(
        [
            np.pad(crop[..., c], ((top, bottom), (left, right)), constant_values=value)
            for c, value in enumerate(np.broadcast_to(colour, 3))
        ],
        axis=2,
    )


def encoded(pixels, **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, **options)
    return np.asarray(Image.open(file).convert("RGB"))


@pytest.mark.parametrize("sides", [(0, 0, 0, 0), (20, 20, 20, 20), (0, 3, 0, 90), (150, 0, 7, 200)])
def test_own_crop__is_found_wherever_it_lies(crop, sides):
    assert shows_crop(padded(crop, *sides), crop)


@pytest.mark.parametrize(
    "options",
    [
        {"format": "PNG"},
        {"format": "JPEG", "quality": 95},
        {"format": "JPEG", "quality": 85},
        {"format": "JPEG", "quality": 60},
    ],
    ids=["png", "jpeg 95", "jpeg 85", "jpeg 60"],
)
@pytest.mark.parametrize("colour", [PAPER, 255, (200, 180, 160)])
def test_own_crop__survives_encoding_twice(crop, options, colour):
    stored = encoded(crop, format="JPEG", quality=95, subsampling=0)
    assert shows_crop(encoded(padded(stored, 31, 12, 0, 45, colour=colour), **options), crop)


def test_large_crop__is_found_to_the_pixel():
    photo = shipped_picture("models/model-01-woman-red-tshirt-jeans")
    large = np.asarray(Image.fromarray(photo).resize((1800, 2400)))
    part = np.ascontiguousarray(large[500:1400, 500:1300])
    stored = encoded(padded(part, 211, 97, 3, 310), format="JPEG", quality=85)
    assert shows_crop(stored, part)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda: drawn_crop(RED), id="other colour"),
        pytest.param(lambda: drawn_crop(tuple(c + 30 for c in BLUE)), id="slightly other colour"),
        pytest.param(lambda: drawn_crop(BLUE, spread=22), id="same clothes, other pose"),
        pytest.param(lambda: drawn_crop(BLUE, build=0.93), id="same clothes, other body"),
        pytest.param(lambda: drawn_crop(BLUE, height=0.8), id="same clothes, farther away"),
    ],
)
def test_crop_of_another_picture__is_not_taken(crop, other):
    assert not shows_crop(padded(other(), 60, 60, 60, 60), crop)


def test_crop__scaled_is_not_taken(crop):
    smaller = np.asarray(Image.fromarray(crop).resize((crop.shape[1] * 9 // 10, 200)))
    assert not shows_crop(padded(smaller, 90, 90, 90, 90), crop)


def test_crop__in_a_photo_is_not_taken(crop):
    noise = np.random.default_rng(1).integers(0, 255, (700, 700, 3), np.uint8)
    noise[100 : 100 + crop.shape[0], 100 : 100 + crop.shape[1]] = crop
    assert not shows_crop(noise, crop)


def test_smaller_picture__is_not_taken(crop):
    assert not shows_crop(np.ascontiguousarray(crop[:, 1:]), crop)


def test_garment_of_the_shop__is_not_taken(crop):
    for sample in samples.GARMENTS:
        picture = np.asarray(Image.open(sample.path).convert("RGB"))
        assert not shows_crop(picture, crop), sample.file_name


@pytest.mark.parametrize("side", [1, 3, 8])
def test_narrow_crop__does_not_vanish_in_a_large_picture(side):
    large = np.full((4095, 400, 3), RED, np.uint8)
    for part in (large[:1500, :side], large[:side]):
        assert shows_crop(large, np.ascontiguousarray(part))


def test_largest_pictures__are_compared_at_a_bounded_size(monkeypatch):
    sizes = []
    match = own_crops._best_match
    monkeypatch.setattr(
        own_crops,
        "_best_match",
        lambda *images: [sizes.extend(image.shape[:2] for image in images), match(*images)][1],
    )
    photo = shipped_picture("models/model-01-woman-red-tshirt-jeans")
    largest = np.asarray(Image.fromarray(photo).resize((3072, 4095)))
    part = np.ascontiguousarray(largest[900:3100, 400:2700])
    stored = encoded(padded(part, 500, 97, 3, 310), format="JPEG", quality=85)

    assert shows_crop(stored, part)
    assert not shows_crop(stored, np.ascontiguousarray(largest[1000:3200, 300:2600]))
    assert max(map(max, sizes)) <= 1600
