from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from django_outfitanyone.exceptions import DownloadRefused, PictureRefused
from django_outfitanyone.pictures import images
from tests.drawing import drawn, encoded, picture

MAGIC = [b"", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n", b"BM", b"GIF89a", b"RIFF"]
"""The first bytes of each format."""


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def refused(data):
    with pytest.raises(PictureRefused) as caught:
        images.prepare(data)
    assert caught.value.remedy
    return caught.value


def bomb(width, height):
    """Return a PNG of this size in a few kilobytes."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(10_000)) + bytes(6000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("image_format", ["JPEG", "PNG"])
def test_prepare__good_picture_is_unchanged(image_format):
    data = encoded(drawn(), image_format)
    prepared = images.prepare(data)

    assert prepared.data == data
    assert (prepared.width, prepared.height) == (200, 300)
    assert prepared.suffix == {"JPEG": ".jpg", "PNG": ".png"}[image_format]


def test_prepare__one_pixel_too_many_is_cut_off_instead_of_scaled():
    image = drawn(size=(4096, 200))
    prepared = images.prepare(encoded(image, "PNG"))

    assert (prepared.width, prepared.height) == (4095, 200)
    assert opened(prepared.data).tobytes() == image.crop((0, 0, 4095, 200)).tobytes()


@pytest.mark.parametrize("image_format", ["BMP", "WEBP", "TIFF", "GIF", "HEIF"])
def test_prepare__other_formats_become_jpeg_or_png(image_format):
    prepared = images.prepare(encoded(drawn(), image_format))

    assert opened(prepared.data).format in {"JPEG", "PNG"}
    assert (prepared.width, prepared.height) == (200, 300)


def test_prepare__rotates_upright_and_removes_metadata():
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated by 90 degrees
    exif[0x010F] = "a camera"
    prepared = images.prepare(encoded(drawn(), exif=exif))

    assert (prepared.width, prepared.height) == (300, 200)
    assert not opened(prepared.data).getexif()


@pytest.mark.parametrize("mode", ["CMYK", "L", "P", "1", "I;16", "LA", "RGBA"])
def test_prepare__converts_every_colour_mode_to_rgb(mode):
    image = drawn().convert("L") if mode == "I;16" else drawn().convert(mode)
    if mode == "I;16":
        image = Image.frombytes("I;16", image.size, bytes(200 * 300) + image.tobytes())
    image_format = "TIFF" if mode == "CMYK" else "PNG"
    prepared = images.prepare(encoded(image, image_format))

    assert opened(prepared.data).mode == "RGB"


def test_prepare__transparency_becomes_white():
    clear = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    clear.paste(drawn(size=(100, 100)), (0, 0))
    prepared = opened(images.prepare(encoded(clear, "PNG")).data)

    assert prepared.getpixel((250, 250)) == (255, 255, 255)


def test_prepare__sixteen_bit_pictures_keep_their_brightness():
    grey = Image.new("I;16", (300, 300), 40_000)
    prepared = opened(images.prepare(encoded(grey, "TIFF")).data)

    assert prepared.getpixel((9, 9)) == pytest.approx((156, 156, 156), abs=2)


def test_prepare__applies_the_colour_profile_and_removes_it():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = drawn()
    prepared = opened(images.prepare(encoded(image, "PNG", icc_profile=profile)).data)

    assert "icc_profile" not in prepared.info
    assert prepared.getpixel((5, 5)) == pytest.approx(image.getpixel((5, 5)), abs=3)


def test_prepare__broken_profile_is_ignored():
    data = encoded(drawn(), "PNG", icc_profile=b"rubbish")

    assert images.prepare(data).width == 200


def test_prepare__long_sides_are_scaled_down():
    prepared = images.prepare(encoded(Image.new("RGB", (5000, 200), "red"), "BMP"))

    assert (prepared.width, prepared.height) == (4095, 164)


@pytest.fixture
def small_limit(monkeypatch):
    """Scale the maximum file size down, so that small pictures exceed it."""
    monkeypatch.setattr(images, "MAX_BYTES", 100_000)


def test_prepare__large_file_is_compressed(small_limit):
    large = encoded(drawn(), "PNG")
    assert len(large) > images.MAX_BYTES
    prepared = images.prepare(large)

    assert images.MIN_BYTES <= len(prepared.data) <= images.MAX_BYTES
    assert (prepared.width, prepared.height) == (200, 300)


def test_prepare__very_large_file_is_scaled_down(small_limit):
    prepared = images.prepare(encoded(drawn(size=(600, 600)), "BMP"))

    assert len(prepared.data) <= images.MAX_BYTES
    assert prepared.width < 600


@pytest.mark.slow
@pytest.mark.parametrize(("side", "image_format"), [(1500, "PNG"), (3500, "BMP")])
def test_prepare__keeps_the_real_limit(side, image_format):
    large = encoded(drawn(size=(side, side)), image_format)
    assert len(large) > images.MAX_BYTES == 5 * 1024 * 1024
    prepared = images.prepare(large)

    assert images.MIN_BYTES <= len(prepared.data) <= images.MAX_BYTES
    assert (prepared.width < side) == (side == 3500)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "image_format", "options"),
    [
        ((6000, 4000), "JPEG", {}),
        ((6000, 4000), "JPEG", {"progressive": True}),
        ((8000, 8000), "JPEG", {"quality": 1}),
        ((4500, 6000), "PNG", {}),
    ],
)
def test_prepare__encodes_large_pictures_once_or_twice(size, image_format, options, monkeypatch):
    small = drawn(size=(size[0] // 60, size[1] // 60))
    data = encoded(small.resize(size, Image.Resampling.BILINEAR), image_format, **options)
    made = []
    save = Image.Image.save

    def count(image, *args, **kwargs):
        if image.width * image.height > 1_000_000:
            made.append(image.size)
        save(image, *args, **kwargs)

    monkeypatch.setattr(Image.Image, "save", count)
    prepared = images.prepare(data)

    assert 2000 < max(prepared.width, prepared.height) <= images.MAX_SIDE
    assert len(prepared.data) <= images.MAX_BYTES
    assert len(made) <= 2


def test_prepare__plain_colour_is_not_compressed_below_the_minimum_size():
    prepared = images.prepare(encoded(Image.new("RGB", (160, 160), "red"), "BMP"))

    assert len(prepared.data) >= images.MIN_BYTES


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (
            b"just a text, but with the name of a picture\n" * 200,
            "PictureUnreadable",
            "not a picture",
        ),
        (b"<svg><script/></svg>" * 300, "PictureUnreadable", "not a picture"),
        (picture(1)[:-9000], "PictureDamaged", "damaged"),
        (bomb(10_000, 10_000), "PictureTooLarge", "10000 × 10000"),
        (bomb(60_000, 60_000), "PictureTooLarge", "megapixels"),
        (encoded(drawn(size=(120, 400)), "PNG"), "PictureTooSmall", "120 × 400"),
        (encoded(Image.new("RGB", (9000, 200)), "BMP"), "PictureTooLong", "27 times"),
        (encoded(drawn(size=(200, 6000)), "JPEG"), "PictureTooLong", "Crop it"),
        (picture(1)[:4096], "PictureTooSmall", "4.0 KB"),
    ],
    ids=[
        "text",
        "svg",
        "truncated",
        "bomb",
        "huge bomb",
        "120 px",
        "too long a strip",
        "tall",
        "4 KB",
    ],
)
def test_prepare__unusable_file_is_refused_with_the_reason(data, code, words):
    error = refused(data)

    assert error.code == code
    assert words in str(error)


def test_prepare__bomb_is_refused_before_it_is_decoded(monkeypatch):
    def decode(_self):
        raise AssertionError("decoded")

    monkeypatch.setattr(Image.Image, "load", decode)

    assert refused(bomb(10_000, 10_000)).code == "PictureTooLarge"


@settings(max_examples=60)
@given(st.sampled_from(MAGIC), st.binary(min_size=1, max_size=300))
def test_prepare__random_bytes_are_refused(magic, data):
    refused(magic + data * (6000 // len(data)))


@settings(max_examples=40)
@given(st.integers(0, 20_000), st.integers(1, 255))
def test_prepare__damaged_picture_is_used_or_refused(position, change):
    data = bytearray(picture(3))
    data[position % len(data)] ^= change
    try:
        prepared = images.prepare(bytes(data))
    except PictureRefused:
        return
    assert opened(prepared.data).mode == "RGB"


def test_verify__keeps_the_bytes():
    data = encoded(drawn(), exif=_exif(software="a camera"))
    verified = images.verify(data)

    assert verified.data == data
    assert not verified.is_sandbox_preview


def test_verify__recognises_a_preview_of_the_sandbox():
    assert images.verify(
        encoded(drawn(), exif=_exif(software=images.SANDBOX_MARK))
    ).is_sandbox_preview


def test_sandbox_mark__is_the_one_that_the_sandbox_writes():
    from outfitanyone_local.sandbox import preview

    assert images.SANDBOX_MARK == preview.PREVIEW_SOFTWARE


@pytest.mark.parametrize(
    "data", [b"<html>", encoded(drawn(), "GIF"), picture(1)[:3000], bomb(10_000, 10_000)]
)
def test_verify__refuses_other_formats_and_damaged_files(data):
    with pytest.raises(DownloadRefused):
        images.verify(data)


@pytest.mark.parametrize("options", [{}, {"lossless": True}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_verify__accepts_a_webp_and_keeps_its_bytes(mode, options):
    data = encoded(drawn().convert(mode), "WEBP", **options)
    verified = images.verify(data)

    assert (verified.data, verified.suffix) == (data, ".webp")
    assert (verified.width, verified.height) == drawn().size


def webp_bomb():
    """Return a WEBP whose header announces far more pixels than it has."""
    canvas = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + (b"\xff\x3f\0" * 2)
    body = b"WEBP" + canvas + encoded(drawn(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "data",
    [
        encoded(drawn(), "WEBP", save_all=True, append_images=[drawn(1)], duration=100),
        encoded(drawn(), "WEBP")[:3000],
        webp_bomb(),
        b"RIFF\x10\0\0\0WEBPVP8X",
    ],
    ids=["animation", "cut short", "bomb", "empty"],
)
def test_verify__refuses_hostile_webp_files(data):
    with pytest.raises(DownloadRefused):
        images.verify(data)


def test_verify__webp_with_more_pixels_than_memory_allows_is_refused(configure):
    configure(MAX_PICTURE_PIXELS=200 * 300 - 1)
    with pytest.raises(DownloadRefused, match="maximum"):
        images.verify(encoded(drawn(), "WEBP"))


def test_verify__animation_is_named_as_the_reason():
    data = encoded(drawn(), "WEBP", save_all=True, append_images=[drawn(1)], duration=100)
    with pytest.raises(DownloadRefused, match="animation"):
        images.verify(data)


def _exif(*, software):
    exif = Image.Exif()
    exif[0x0131] = software
    return exif


def with_comment(data):
    """Return the JPEG with a comment in it."""
    return data[:2] + b"\xff\xfe\x00\x10<script></scri" + data[2:]


@pytest.mark.parametrize(
    "data",
    [
        picture(1) + b"<html><script>alert(1)</script>",
        with_comment(picture(1)),
        encoded(drawn(1), "JPEG", xmp=b"<x:xmpmeta>where I live</x:xmpmeta>"),
        encoded(drawn(1), "JPEG", comment="where I live"),
        encoded(drawn(1), "PNG") + b"PK\x03\x04",
    ],
    ids=["html after it", "html in it", "XMP", "comment", "archive after it"],
)
def test_prepare__keeps_only_the_picture(data):
    kept = images.prepare(data).data

    assert kept != data
    for foreign in (b"script", b"where I live", b"PK\x03\x04"):
        assert foreign not in kept


def test_prepare__picture_without_metadata_is_unchanged():
    assert images.prepare(picture(1)).data == picture(1)
    plain = encoded(drawn(1), "PNG")
    assert images.prepare(plain).data == plain


@settings(max_examples=60)
@given(data=st.data())
def test_verify__damaged_bytes_are_used_or_refused(data):
    image_format = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))
    original = bytearray(encoded(drawn(2, size=(160, 160)), image_format))
    for _time in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, min(len(original) - 1, 1000)))
        original[place] = data.draw(st.integers(0, 255))
    with suppress(DownloadRefused):
        assert images.verify(bytes(original)).width > 0
    with suppress(PictureRefused):
        assert images.prepare(bytes(original)).width > 0


def test_read_upload__file_that_is_too_large_is_not_read(configure):
    configure(MAX_UPLOAD_BYTES=10_000)

    class Upload:
        size = 10_001

        def read(self):
            raise AssertionError("must not be read")

    with pytest.raises(PictureRefused, match=r"9\.8 KB"):
        images.read_upload(Upload())
