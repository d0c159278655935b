"""The size that an editor is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_outfitanyone.engines.base import Picture
from django_outfitanyone.engines.result_sizes import SizeRule, fitted, size_of
from tests.drawing import drawn, encoded

RULE = SizeRule(min_pixels=512 * 512, max_pixels=2_250_000)
sides = st.integers(1, 20_000)


@given(width=sides, height=sides, resolution=st.sampled_from([-1, 1024, 1280]))
def test_fitted__is_always_within_the_rule(width, height, resolution):
    across, down = fitted(width, height, RULE, resolution=resolution)
    assert across % 16 == down % 16 == 0
    assert RULE.min_pixels <= across * down <= RULE.max_pixels
    assert max(across, down) <= 8 * min(across, down)


@given(width=st.integers(600, 4500), height=st.integers(600, 4500))
def test_fitted__keeps_the_shape_up_to_one_step_of_each_side(width, height):
    across, down = fitted(width, height, RULE)
    is_close = abs(across / down / (width / height) - 1) <= 2 * 16 / min(across, down)
    assert is_close, (across, down)


@pytest.mark.parametrize(
    ("size", "resolution", "expected"),
    [
        ((768, 1024), -1, (768, 1024)),
        ((3000, 4000), -1, (1296, 1728)),
        ((150, 200), -1, (448, 592)),
        ((600, 800), 1280, (960, 1280)),
        ((1080, 1920), 1024, (576, 1024)),
        ((0, 0), -1, (1296, 1728)),
        ((100, 20_000), -1, (544, 4112)),
    ],
)
def test_fitted__examples(size, resolution, expected):
    assert fitted(*size, RULE, resolution=resolution) == expected


def of_bytes(data):
    return Picture(load=lambda: data)


def test_size_of__reads_the_file_if_the_size_is_not_known():
    assert size_of(of_bytes(encoded(drawn(size=(120, 80))))) == (120, 80)
    assert size_of(Picture(width=3, height=4)) == (3, 4)
    assert size_of(Picture(url="https://shop.example/p.jpg")) == (0, 0)
    assert size_of(of_bytes(b"no picture")) == (0, 0)


def test_size_of__is_that_of_the_upright_photo():
    image = drawn(size=(120, 80))
    exif = image.getexif()
    exif[0x0112] = 6
    assert size_of(of_bytes(encoded(image, exif=exif))) == (80, 120)
