from __future__ import annotations

import io

import pytest
from PIL import Image

from django_outfitanyone.exceptions import LocalEngineUnavailable, PictureRefused
from django_outfitanyone.pictures.examination import (
    WORKING_SIDE,
    crop_to_garment,
    cut_out_worn_garment,
    examine,
)
from tests.drawing import encoded, picture
from tests.local_engine import LARGE, SEVERAL, TWO_PEOPLE

GREY = encoded(Image.new("RGB", (2400, 3200), "grey"))


def opened(made):
    return Image.open(io.BytesIO(made.data))


def test_person__is_checked_with_the_findings_of_the_size(local_engine):
    local_engine.person = [TWO_PEOPLE]
    result = examine(picture(size=(400, 600)))

    assert result.is_complete
    assert [one.code for one in result.findings] == ["several_people", "photo_narrow"]
    assert [one.refuses for one in result.findings] == [True, False]


def test_garment__is_checked_as_its_kind(local_engine):
    local_engine.garment = [SEVERAL]
    result = examine(picture(size=LARGE), kind="bottom")

    assert [one.code for one in result.findings] == ["several_garments"]
    assert local_engine.calls == [("bottom", LARGE)]


def test_large_picture__is_scaled_down_for_the_engine(local_engine):
    examine(GREY)

    assert local_engine.calls == [("person", (WORKING_SIDE * 3 // 4, WORKING_SIDE))]


def test_turned_picture__is_judged_upright(local_engine):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(Image.new("RGB", (800, 590), "grey"), exif=exif)
    result = examine(turned)

    assert local_engine.calls == [("person", (590, 800))]
    assert [one.code for one in result.findings] == ["photo_narrow"]


def test_missing_engine__leaves_the_size(local_engine):
    local_engine.is_missing = True
    result = examine(picture(size=(200, 300)))

    assert not result.is_complete
    assert [one.code for one in result.findings] == ["picture_small"]


def test_text_file__is_refused(local_engine):
    with pytest.raises(PictureRefused):
        examine(b"no picture" * 1000)


def test_crop__has_the_full_size_of_the_box(local_engine):
    local_engine.box = (100, 200, 500, 800)
    made = crop_to_garment(GREY)

    assert local_engine.calls == [("box", (WORKING_SIDE * 3 // 4, WORKING_SIDE))]
    assert (made.width, made.height) == (800, 1200)
    with opened(made) as image:
        assert image.size == (800, 1200)


@pytest.mark.parametrize("box", [(10, 10, 40, 300), (560, 700, 620, 1000), (0, 0, 30, 30)])
def test_crop__never_gets_too_small_for_the_engine(local_engine, box):
    local_engine.box = box
    made = crop_to_garment(picture(size=LARGE))

    assert min(made.width, made.height) >= 151


@pytest.mark.parametrize("box", [None, (5, 5, 635, 955)])
def test_crop__is_none_if_it_changes_little(local_engine, box):
    local_engine.box = box

    assert crop_to_garment(picture(size=LARGE)) is None


def test_cut_out__is_a_picture_that_the_engine_accepts(local_engine):
    local_engine.cut_out = (300, 400)
    made = cut_out_worn_garment(GREY, kind="top")

    assert (made.width, made.height) == (300, 400)
    assert len(made.data) > 5 * 1024
    assert local_engine.calls[0][0] == "cut out top"


def test_cut_out__of_a_tiny_garment_is_refused(local_engine):
    local_engine.cut_out = (100, 400)
    with pytest.raises(PictureRefused):
        cut_out_worn_garment(GREY, kind="top")


def test_cut_out__is_none_if_there_is_none(local_engine):
    assert cut_out_worn_garment(GREY, kind="top") is None


@pytest.mark.parametrize(
    "make", [crop_to_garment, lambda data: cut_out_worn_garment(data, kind="top")]
)
def test_crop_and_cut_out__need_the_engine(local_engine, make):
    local_engine.is_missing = True
    with pytest.raises(LocalEngineUnavailable):
        make(GREY)
