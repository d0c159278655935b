"""The documents' rules on picture files, where a shop uploads them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from django_outfitanyone.exceptions import PictureRefused
from tests.drawing import drawn, encoded, picture
from tests.factories import make_garment, make_model_image

pytestmark = pytest.mark.django_db
MAKERS = pytest.mark.parametrize("make", [make_garment, make_model_image])
KB = 1024


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "BMP", "HEIF"])
@MAKERS
def test_format__documented_ones_are_accepted(make, image_format):
    row = make(data=encoded(drawn(4), image_format))

    assert (row.width, row.height) == (200, 300)
    assert Image.open(io.BytesIO(row.read())).format in {"JPEG", "PNG"}  # which any engine reads


@MAKERS
def test_file__of_less_than_5_kb_is_refused(make):
    small = encoded(Image.new("RGB", (160, 200), "red"))
    assert len(small) < 5 * KB

    with pytest.raises(PictureRefused, match="KB"):
        make(data=small)


@MAKERS
def test_file__of_more_than_5_mb_is_compressed(make):
    large = encoded(drawn(5, size=(1400, 1400)), "BMP")
    assert len(large) > 5 * KB * KB

    assert 5 * KB <= len(make(data=large).read()) <= 5 * KB * KB


@pytest.mark.parametrize("size", [(150, 300), (300, 150)])
@MAKERS
def test_side__below_the_smallest_is_refused(make, size):
    with pytest.raises(PictureRefused) as refused:
        make(data=encoded(drawn(6, size=size), "PNG"))

    assert refused.value.code == "PictureTooSmall"
    assert "151 px" in str(refused.value)
    assert "larger" in refused.value.remedy


@MAKERS
def test_side__of_the_smallest_size_is_accepted(make):
    row = make(data=picture(7, size=(151, 300)))

    assert (row.width, row.height) == (151, 300)


@MAKERS
def test_side__of_4096_pixels_is_scaled_below_it(make):
    row = make(data=encoded(drawn(8, size=(400, 4096)), "JPEG"))

    assert (row.width, row.height) == (400, 4095)
