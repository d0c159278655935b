"""Picture rules: formats and sizes."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox import pictures
from outfitanyone_local.sandbox.errors import Refused
from outfitanyone_local.sandbox.pictures import MAX_BYTES, MIN_BYTES, read_picture


def refusal_of(data, **options):
    with pytest.raises(Refused) as refused:
        read_picture(data, **options)
    return refused.value.problem.code


@pytest.mark.parametrize(
    ("size", "finding", "part"),
    [
        ((149, 300), "side_too_short", "149 x 300 pixels"),
        ((4097, 200), "side_too_long", "4097 x 200 pixels"),
        ((150, 150), "file_too_small", "bytes"),
    ],
)
def test_sizes__reason_names_the_size(size, finding, part):
    data = picture_bytes(*size, colour=(9, 9, 9), file_format="PNG")
    with pytest.raises(Refused) as refused:
        read_picture(data)
    problem = refused.value.problem
    assert (problem.code, problem.findings) == ("InvalidInputLength", (finding,))
    assert part in problem.reason
    assert "the size of image ranges from 5KB to 5MB" in problem.message


def padded(data, size):
    """A JPEG of exactly this many bytes; decoders ignore data after the end."""
    return data + b"\0" * (size - len(data))


def bomb(width, height):
    """A PNG with this size in its header and no pixels."""

    def chunk(name, body):
        checksum = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body + b"\0" * MIN_BYTES


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "BMP"])
def test_format__documented_ones_are_read(file_format):
    picture = read_picture(picture_bytes(200, 160, file_format=file_format))
    assert picture.pixels.shape == (160, 200, 3)
    assert picture.size == (200, 160)


def test_format__heic_is_read():
    source = Image.open(io.BytesIO(picture_bytes(200, 160)))
    file = io.BytesIO()
    pillow_heif.from_pillow(source).save(file, quality=90)
    assert read_picture(file.getvalue()).size == (200, 160)


def test_format__damaged_heic_is_an_invalid_url():
    assert refusal_of(b"\0\0\0\x18ftypheic" + b"\0" * 9000) == "InvalidURL"


def test_format__webp_is_an_option():
    data = picture_bytes(200, 160, file_format="WEBP")
    assert refusal_of(data) == "InvalidURL"
    assert read_picture(data, accept_webp=True).size == (200, 160)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>" * 2000,
        picture_bytes(200, 160, file_format="GIF"),
        picture_bytes(200, 160, file_format="TIFF"),
        picture_bytes(200, 160)[:9000],
        picture_bytes(200, 160, file_format="JPEG")[:300],
        b"\xff\xd8\xff" + b"\0" * 9000,
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 9000,
        b"BM" + b"\xff" * 9000,
    ],
    ids=["empty", "html", "gif", "tiff", "cut png", "cut jpeg", "jpeg", "png", "bmp"],
)
def test_format__everything_else_is_an_invalid_url(data):
    assert refusal_of(data) == "InvalidURL"


@pytest.mark.parametrize("size", [(150, 150), (150, 4096), (4096, 150)])
def test_sides__both_bounds_are_allowed(size):
    assert read_picture(picture_bytes(*size, file_format="JPEG", quality=40)).size == size


@pytest.mark.parametrize("size", [(149, 300), (300, 149), (4097, 200), (200, 4097)])
def test_sides__out_of_bounds(size):
    assert refusal_of(picture_bytes(*size, file_format="JPEG", quality=40)) == "InvalidInputLength"


def test_file__both_bounds_are_allowed():
    small = picture_bytes(150, 150, colour=(9, 9, 9), file_format="JPEG")
    assert len(small) < MIN_BYTES
    assert read_picture(padded(small, 5 * 1024)).size == (150, 150)
    assert read_picture(padded(small, 5 * 1024 * 1024)).size == (150, 150)


def test_file__out_of_bounds():
    small = picture_bytes(150, 150, colour=(9, 9, 9), file_format="JPEG")
    assert refusal_of(padded(small, 5 * 1024 - 1)) == "InvalidInputLength"
    assert refusal_of(padded(small, MAX_BYTES + 1)) == "InvalidInputLength"


@pytest.mark.parametrize("size", [(5000, 5000), (60_000, 60_000)])
def test_bomb__is_refused_before_it_is_decoded(monkeypatch, size):
    monkeypatch.setattr(pictures, "_pixels", lambda _: pytest.fail("decoded"))
    assert refusal_of(bomb(*size)) == "InvalidInputLength"


def test_pixels__are_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right
    data = picture_bytes(200, 160, file_format="JPEG", exif=exif.tobytes())
    assert read_picture(data).size == (160, 200)


def test_pixels__transparent_ones_are_white():
    pixels = np.random.default_rng(1).integers(0, 255, (200, 200, 4), np.uint8)
    pixels[..., 3] = 0
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    assert (read_picture(file.getvalue()).pixels == 255).all()


@pytest.mark.parametrize("mode", ["L", "CMYK", "1"])
def test_pixels__of_any_mode_become_rgb(mode):
    file = io.BytesIO()
    image = Image.open(io.BytesIO(picture_bytes(300, 300))).convert(mode)
    image.save(file, "BMP" if mode == "1" else "JPEG")
    assert read_picture(file.getvalue()).pixels.shape == (300, 300, 3)
