"""Previews are marked, visibly and in their metadata; crops carry their own mark."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from outfitanyone_local.sandbox.preview import (
    PREVIEW_SOFTWARE,
    CropMark,
    crop_jpeg,
    cutout_png,
    fingerprint,
    is_preview,
    preview_jpeg,
    read_crop_mark,
)

GREY = np.full((1000, 600, 3), 128, np.uint8)
SOFTWARE = 0x0131


def opened(data):
    return Image.open(io.BytesIO(data))


def test_preview__is_named_in_the_metadata():
    image = opened(preview_jpeg(GREY))
    assert image.getexif()[SOFTWARE] == PREVIEW_SOFTWARE == "OutfitAnyone sandbox preview"
    assert is_preview(image.getexif())
    assert b"digitalsourcetype/compositeSynthetic" in image.info["xmp"]


def test_preview__is_written_into_the_picture_bottom_left():
    changed = np.abs(np.asarray(opened(preview_jpeg(GREY))).astype(int) - 128).max(axis=2) > 20
    rows, columns = np.nonzero(changed)
    assert 0.9 < rows.min() / 1000 < rows.max() / 1000 < 1
    assert 0 < columns.min() / 600 < columns.max() / 600 < 0.25
    assert 0.015 < (rows.max() - rows.min()) / 1000 < 0.03


def test_preview__is_not_written_twice():
    pixels = np.asarray(opened(preview_jpeg(GREY, marked_already=True)))
    assert np.abs(pixels.astype(int) - 128).max() < 3


@pytest.mark.parametrize("size", [(150, 150), (4096, 150), (150, 4096)])
def test_preview__fits_any_allowed_size(size):
    image = opened(preview_jpeg(np.zeros((*size, 3), np.uint8)))
    assert image.size == size[::-1]
    assert np.asarray(image).max() > 100


def test_crop__has_its_mark():
    mark = CropMark("upper", fingerprint(GREY))
    assert read_crop_mark(opened(crop_jpeg(GREY[:50, :40], mark)).getexif()) == mark


def test_crop__is_no_preview():
    mark = CropMark("upper", fingerprint(GREY))
    assert not is_preview(opened(crop_jpeg(GREY, mark)).getexif())
    assert read_crop_mark(opened(preview_jpeg(GREY)).getexif()) is None


def test_crop_mark__of_other_programs_is_ignored():
    exif = Image.Exif()
    exif[0x010E] = f"crop upper of {'0' * 64}"
    assert read_crop_mark(exif) is None
    exif[SOFTWARE] = "OutfitAnyone sandbox crop"
    assert read_crop_mark(exif) is not None
    exif[0x010E] = b"\xff\xfe"
    assert read_crop_mark(exif) is None


def test_fingerprint__depends_on_pixels_and_shape():
    other = GREY.copy()
    other[0, 0, 0] += 1
    assert fingerprint(GREY) == fingerprint(GREY.copy())
    assert len({fingerprint(p) for p in (GREY, other, GREY.reshape(600, 1000, 3))}) == 3


def test_cutout__keeps_its_transparency():
    cutout = np.dstack([GREY, np.full((1000, 600), 77, np.uint8)])
    assert np.asarray(opened(cutout_png(cutout)))[0, 0, 3] == 77
