from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_outfitanyone.storefront.overlaps import overlap_classes


def test_separate_boxes__have_layers_and_no_strips():
    assert overlap_classes([(0, 0, 50, 50), (60, 0, 90, 50)]) == ["oa-z8", "oa-z9"]


def test_smaller_box__is_on_top():
    assert overlap_classes([(0, 0, 9, 9), (2, 2, 4, 4)]) == ["oa-z8", "oa-z9"]


def test_equal_boxes__share_their_area_from_left_to_right():
    box = (10, 10, 60, 90)
    strips = [classes.split()[1:] for classes in overlap_classes([box, box, (70, 0, 90, 9), box])]
    assert strips == [
        ["oa-s0", "oa-of3"],
        ["oa-s1", "oa-of3"],
        [],
        ["oa-s2", "oa-of3"],
    ]


@pytest.mark.parametrize(
    ("other", "shares"),
    [
        ((0, 0, 100, 99), True),
        ((5, 5, 95, 95), True),
        ((10, 0, 110, 100), True),
        ((0, 0, 100, 60), False),
        ((20, 20, 80, 80), False),
        ((100, 0, 200, 100), False),
    ],
)
def test_nearly_equal_boxes__share_their_area(other, shares):
    classes = overlap_classes([(0, 0, 100, 100), other])
    assert all(("oa-of2" in names) is shares for names in classes)


def test_no_boxes__have_no_classes():
    assert overlap_classes([]) == []


edges = st.builds(
    lambda start, length: (start, start + length), st.integers(0, 9), st.integers(1, 9)
)
boxes = st.builds(lambda x, y: (x[0], y[0], x[1], y[1]), edges, edges)


@given(st.lists(boxes, max_size=9))
def test_any_boxes__that_are_equal_never_have_the_same_strip(boxes):
    places = list(zip(boxes, (names.split()[1:] for names in overlap_classes(boxes)), strict=True))
    for place, (box, strip) in enumerate(places):
        for other, others_strip in places[:place]:
            assert box != other or strip != others_strip
