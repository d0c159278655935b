"""The public functions of the engine: arrays in, arrays out."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from drawing import garments
from drawing.figures import Bottom, Person, Top, draw
from drawing.parsed import drawn_person, shipped_picture
from drawing.textures import plain
from outfitanyone_local.engine import (
    GarmentRefusal,
    GarmentRefused,
    PersonRefusal,
    PersonRefused,
    parse,
    try_on,
)

WITHOUT_OPENCV = """
import sys
sys.modules["cv2"] = None
import outfitanyone_local.sandbox, outfitanyone_local.sandbox.engines
try:
    from outfitanyone_local.engine import parse
except ImportError as error:
    print(error)
"""


PERSON = Person(top=Top(plain((40, 60, 130))), bottom=Bottom(plain((190, 165, 120))))


@pytest.fixture(scope="module")
def person():
    return draw(PERSON).image


@pytest.fixture(scope="module")
def shirt():
    return garments.picture("top")


@pytest.fixture(scope="module")
def areas(person):
    return parse(person, clothes_types=["lower", "upper", "dress"])


@pytest.fixture(scope="module")
def given_and_result(person, shirt):
    given = person.copy()
    return given, try_on(given, top=shirt)


def test_parse__returns_areas_in_the_order_requested(areas):
    lower, upper, dress = areas

    assert [area.clothes_type for area in (lower, upper, dress)] == ["lower", "upper", "dress"]
    assert upper.box[1] < lower.box[1] <= upper.box[3] < lower.box[3]
    assert dress.box == (
        min(upper.box[0], lower.box[0]),
        upper.box[1],
        max(upper.box[2], lower.box[2]),
        lower.box[3],
    )
    for area in (lower, upper, dress):
        x1, y1, x2, y2 = area.box
        assert (area.crop.dtype, area.crop.shape) == (np.uint8, (y2 - y1, x2 - x1, 3))
        assert (area.cutout.dtype, area.cutout.shape) == (np.uint8, (y2 - y1, x2 - x1, 4))


def test_parse__crops_hold_the_pixels_of_the_picture(person, areas):
    _, upper, _ = areas

    x1, y1, x2, y2 = upper.box
    shown = upper.cutout[..., 3] > 128
    same = (upper.crop == person[y1:y2, x1:x2]).all(axis=2)
    assert shown.mean() > 0.5
    assert same[shown].all()
    assert (upper.crop[~same] == 245).all()


def test_parse__returns_none_for_clothes_not_worn():
    worn = Person(
        top=Top(plain((30, 110, 110))),
        bottom=Bottom(plain((30, 110, 110)), hem=0.7, skirt=True),
        one_piece=True,
    )

    upper, lower, dress = parse(draw(worn).image, clothes_types=["upper", "lower", "dress"])

    assert (upper, lower) == (None, None)
    assert dress is not None


def test_parse__rejects_other_types(person):
    with pytest.raises(ValueError, match="'hat'"):
        parse(person, clothes_types=["hat"])


def test_try_on__returns_an_array_of_the_same_size(person, given_and_result):
    given, result = given_and_result

    assert (result.dtype, result.shape) == (np.uint8, person.shape)
    assert (given == person).all(), "the argument is not written to"
    assert (result != person).any()


def test_try_on__accepts_a_parsed_figure(person, shirt, given_and_result):
    _, expected = given_and_result

    assert (try_on(person, top=shirt, figure=drawn_person(PERSON)) == expected).all()


def test_try_on__returns_a_copy_without_garments(person):
    result = try_on(person)

    assert (result == person).all()
    assert not np.shares_memory(result, person)


@pytest.mark.parametrize(
    "broken",
    [
        lambda image: image.astype(np.float32),
        lambda image: image[..., 0],
        lambda image: np.dstack([image, image[..., :1]]),
        lambda image: image[:0],
    ],
    ids=["floats", "grey", "with alpha", "empty"],
)
def test_arrays_of_other_shapes_and_types__are_rejected(person, shirt, broken):
    with pytest.raises(ValueError, match="uint8"):
        parse(broken(person), clothes_types=["upper"])
    with pytest.raises(ValueError, match="uint8"):
        try_on(broken(person), top=shirt)
    with pytest.raises(ValueError, match="uint8"):
        try_on(person, top=broken(shirt))


def test_refusals__name_the_reason(person, shirt):
    with pytest.raises(PersonRefused, match="no person") as no_person:
        parse(shirt, clothes_types=["upper"])
    with pytest.raises(GarmentRefused, match="shows a person") as worn:
        try_on(person, top=shipped_picture("refused/two-persons"))

    assert no_person.value.reason is PersonRefusal.NO_PERSON
    assert worn.value.reason is GarmentRefusal.SHOWS_PERSON


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"keep": ["middle"]}, "may name"),
        ({"keep": ["upper"]}, "kept and replaced"),
    ],
)
def test_try_on__rejects_contradictory_arguments(person, shirt, wrong, message):
    with pytest.raises(ValueError, match=message):
        try_on(person, top=shirt, **wrong)


def test_import_without_opencv__names_the_package_to_install():
    output = subprocess.run(
        [sys.executable, "-c", WITHOUT_OPENCV], capture_output=True, text=True, check=True
    ).stdout
    assert len(output.splitlines()) == 1
    assert 'pip install "django-outfitanyone[sandbox]"' in output
