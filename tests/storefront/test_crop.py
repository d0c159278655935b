from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_outfitanyone.storefront.crop import Crop, inside
from tests.storefront.position_classes import read as read_classes


@pytest.mark.parametrize(
    ("ratio", "focus", "crop"),
    [
        ("4:5", "50% 20%", Crop((4, 5), (50, 20))),
        ("16 / 9", "50,35.5", Crop((16, 9), (50, 35.5))),
        ("1:100", "0 100", Crop((1, 100), (0, 100))),
    ],
)
def test_read__accepts_common_notations(ratio, focus, crop):
    assert Crop.read(ratio, focus) == crop


@pytest.mark.parametrize("ratio", ["", "4", "0:5", "4:101", "a:b", "4:5:6", "4.5:1", "٤:٥"])
def test_read__refuses_an_invalid_ratio(ratio):
    with pytest.raises(ValueError, match=r"such as '4:5'"):
        Crop.read(ratio)


@pytest.mark.parametrize("focus", ["", "50%", "top", "101% 0", "0 -1", "50% 33.33%"])
def test_read__refuses_an_invalid_focus(focus):
    with pytest.raises(ValueError, match=r"such as '50% 20%'"):
        Crop.read("4:5", focus)


@pytest.mark.parametrize(
    ("crop", "window"),
    [
        (Crop((1, 1), (50, 0)), (0, 0, 600, 600)),
        (Crop((1, 1), (50, 50)), (0, 100, 600, 700)),
        (Crop((1, 2), (100, 50)), (200, 0, 600, 800)),
        (Crop((3, 4)), (0, 0, 600, 800)),
    ],
)
def test_window__matches_object_fit_cover(crop, window):
    assert crop.window(600, 800) == window


sides = st.integers(1, 5000)
ratios = st.integers(1, 100)
places = st.integers(0, 1000).map(lambda permille: permille / 10)


@given(width=sides, height=sides, across=ratios, down=ratios, x=places, y=places)
def test_window__fits_the_picture_and_keeps_the_ratio(width, height, across, down, x, y):
    x1, y1, x2, y2 = Crop((across, down), (x, y)).window(width, height)
    assert (x2 - x1) / (y2 - y1) == pytest.approx(across / down)
    assert x2 - x1 == pytest.approx(width) or y2 - y1 == pytest.approx(height)
    assert -0.001 <= x1 < x2 <= width + 0.001
    assert -0.001 <= y1 < y2 <= height + 0.001


def test_classes__hold_ratio_and_focus_as_the_stylesheet_reads_them():
    names = Crop((4, 100), (50, 35.5)).classes
    assert names.startswith("outfit-cropped ")
    assert read_classes(names.removeprefix("outfit-cropped ")) == {
        "x": 50,
        "y": 35.5,
        "w": 4,
        "h": 100,
    }


@pytest.mark.parametrize(
    ("box", "clipped"),
    [
        ((120, 130, 150, 160), (20, 30, 50, 60)),
        ((0, 0, 150, 160), (0, 0, 50, 60)),
        ((0, 0, 900, 900), (0, 0, 100, 200)),
        ((0, 0, 100, 100), None),
        ((200, 100, 300, 300), None),
    ],
)
def test_inside__clips_boxes_to_the_window(box, clipped):
    assert inside(box, (100, 100, 200, 300)) == clipped
