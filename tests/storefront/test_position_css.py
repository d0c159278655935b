from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import django_outfitanyone
from django_outfitanyone.storefront.position_css import (
    level_class,
    position_classes,
    strip_classes,
    stylesheet,
)
from tests.storefront.position_classes import read

PACKAGE = Path(django_outfitanyone.__path__[0])
FILE = PACKAGE / "static" / "django_outfitanyone" / "hotspot-positions.css"


def test_file__matches_the_generator():
    assert FILE.read_text() == stylesheet()


def test_stylesheet__is_small():
    assert len(stylesheet()) < 16_000


def test_classes__hold_whole_percents_and_tenths():
    classes = position_classes((238, 0, 500, 1000), width=1000, height=1000)
    assert classes.split() == [
        "oa-x23",
        "oa-xt8",
        "oa-y0",
        "oa-w26",
        "oa-wt2",
        "oa-h100",
    ]


def test_box_beyond_the_picture__is_clipped():
    assert position_classes((-5, 0, 300, 100), width=200, height=100).split() == [
        "oa-x0",
        "oa-y0",
        "oa-w100",
        "oa-h100",
    ]


sides = st.integers(min_value=151, max_value=4095)
edges = st.tuples(*[st.floats(min_value=0, max_value=1)] * 2).map(sorted)


@given(width=sides, height=sides, across=edges, down=edges)
def test_any_box__is_off_by_less_than_a_tenth_of_a_percent(width, height, across, down):
    x1, x2 = (round(edge * width) for edge in across)
    y1, y2 = (round(edge * height) for edge in down)
    drawn = read(position_classes((x1, y1, x2, y2), width=width, height=height))
    for axis, extent, start, end in (
        ("x", "w", x1 / width, x2 / width),
        ("y", "h", y1 / height, y2 / height),
    ):
        assert drawn[axis] == pytest.approx(100 * start, abs=0.051)
        assert drawn[axis] + drawn[extent] == pytest.approx(100 * end, abs=0.051)


def test_levels__smallest_is_on_top_and_every_level_has_a_rule():
    levels = [level_class(rank) for rank in range(12)]
    assert levels[0] == "oa-z9"
    assert levels[-1] == levels[-2] == "oa-z0"
    assert all(f".{level}{{--outfit-level:" in stylesheet() for level in levels)


def test_strips__all_have_a_rule():
    for count in (2, 3, 9, 12):
        for index in range(count):
            strip, of = strip_classes(index, count).split()
            assert f".{strip}{{--outfit-strip:" in stylesheet()
            assert f".{of}{{--outfit-strips:" in stylesheet()
