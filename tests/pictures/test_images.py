from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from django_outfitanyone.exceptions import DownloadRefused, PictureRefused
from django_outfitanyone.pictures import decoding, images
from django_outfitanyone.pictures.renditions import thumbnail
from tests.drawing import drawn, encoded, picture

MAGIC = [b"", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n", b"BM", b"GIF89a", b"RIFF"]
"""How the files of each format begin."""


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
    """A PNG of this size that is a few kilobytes long."""

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
def test_prepare__good_picture_stays_byte_for_byte(image_format):
    data = encoded(drawn(), image_format)
    prepared = images.prepare(data)

    assert prepared.data == data
    assert (prepared.width, prepared.height) == (200, 300)
    assert prepared.suffix == {"JPEG": ".jpg", "PNG": ".png"}[image_format]


@pytest.mark.parametrize("image_format", ["BMP", "WEBP", "TIFF", "GIF", "HEIF"])
def test_prepare__other_formats_become_jpeg_or_png(image_format):
    prepared = images.prepare(encoded(drawn(), image_format))

    assert opened(prepared.data).format in {"JPEG", "PNG"}
    assert (prepared.width, prepared.height) == (200, 300)


def test_prepare__turns_upright_and_forgets_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "a camera"
    prepared = images.prepare(encoded(drawn(), exif=exif))

    assert (prepared.width, prepared.height) == (300, 200)
    assert not opened(prepared.data).getexif()


@pytest.mark.parametrize("mode", ["CMYK", "L", "P", "1", "I;16", "LA", "RGBA"])
def test_prepare__every_colour_mode_becomes_rgb(mode):
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


def test_prepare__sixteen_bits_keep_their_brightness():
    grey = Image.new("I;16", (300, 300), 40_000)
    prepared = opened(images.prepare(encoded(grey, "TIFF")).data)

    assert prepared.getpixel((9, 9)) == pytest.approx((156, 156, 156), abs=2)


def test_prepare__colours_are_converted_by_their_profile_which_then_is_dropped():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = drawn()
    prepared = opened(images.prepare(encoded(image, "PNG", icc_profile=profile)).data)

    assert "icc_profile" not in prepared.info
    assert prepared.getpixel((5, 5)) == pytest.approx(image.getpixel((5, 5)), abs=3)


def test_prepare__broken_profile_is_ignored():
    data = encoded(drawn(), "PNG", icc_profile=b"rubbish")

    assert images.prepare(data).width == 200


def test_prepare__long_sides_are_scaled_down():
    prepared = images.prepare(encoded(Image.new("RGB", (6000, 3000), "red"), "BMP"))

    assert (prepared.width, prepared.height) == (4095, 2048)


def test_prepare__heavy_file_is_written_smaller():
    heavy = encoded(drawn(size=(1500, 1500)), "PNG")
    assert len(heavy) > images.MAX_BYTES
    prepared = images.prepare(heavy)

    assert images.MIN_BYTES <= len(prepared.data) <= images.MAX_BYTES


def test_prepare__even_heavier_file_is_scaled_down():
    prepared = images.prepare(encoded(drawn(size=(3500, 3500)), "BMP"))

    assert len(prepared.data) <= images.MAX_BYTES
    assert prepared.width < 3500


def test_prepare__even_colour_is_not_compressed_below_the_least_size():
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
        (encoded(Image.new("RGB", (9000, 200)), "BMP"), "PictureTooSmall", "9000 × 200"),
        (picture(1)[:4096], "PictureTooSmall", "4.0 KB"),
    ],
    ids=["text", "svg", "truncated", "bomb", "huge bomb", "120 px", "too long a strip", "4 KB"],
)
def test_prepare__what_cannot_be_used_is_refused_with_the_reason(data, code, words):
    error = refused(data)

    assert error.code == code
    assert words in str(error)


def test_prepare__bomb_is_refused_before_it_is_decoded(monkeypatch):
    def decode(_self):
        raise AssertionError("decoded")

    monkeypatch.setattr(Image.Image, "load", decode)

    assert refused(bomb(10_000, 10_000)).code == "PictureTooLarge"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(MAGIC), st.binary(min_size=1, max_size=300))
def test_prepare__any_rubbish_is_refused_and_nothing_else_happens(magic, data):
    refused(magic + data * (6000 // len(data)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 20_000), st.integers(1, 255))
def test_prepare__damaged_picture_is_used_or_refused(position, change):
    data = bytearray(picture(3))
    data[position % len(data)] ^= change
    try:
        prepared = images.prepare(bytes(data))
    except PictureRefused:
        return
    assert opened(prepared.data).mode == "RGB"


def test_verify__bytes_that_were_paid_for_stay():
    data = encoded(drawn(), exif=_exif(software="a camera"))
    verified = images.verify(data)

    assert verified.data == data
    assert not verified.is_sandbox_preview


def test_verify__preview_of_the_sandbox_is_recognised():
    assert images.verify(
        encoded(drawn(), exif=_exif(software=images.SANDBOX_MARK))
    ).is_sandbox_preview


def test_sandbox_mark__is_what_the_sandbox_writes():
    from outfitanyone_local.sandbox import preview

    assert images.SANDBOX_MARK == preview.PREVIEW_SOFTWARE


@pytest.mark.parametrize(
    "data", [b"<html>", encoded(drawn(), "GIF"), picture(1)[:3000], bomb(10_000, 10_000)]
)
def test_verify__anything_else_is_refused(data):
    with pytest.raises(DownloadRefused):
        images.verify(data)


def test_thumbnail__is_small_and_upright():
    small = opened(thumbnail(encoded(drawn(size=(1200, 900)))))

    assert small.format == "JPEG"
    assert small.size == (320, 240)


@pytest.mark.parametrize(
    ("count", "text", "german"),
    [
        (830, "830 bytes", "830 Bytes"),
        (4096, "4.0 KB", "4,0 KB"),
        (6_400_000, "6.1 MB", "6,1 MB"),
    ],
)
def test_human_size(count, text, german):
    assert decoding.human_size(count) == text
    with translation.override("de"):
        assert decoding.human_size(count) == german


def _exif(*, software):
    exif = Image.Exif()
    exif[0x0131] = software
    return exif


def with_comment(data):
    """A JPEG with a note in it."""
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
    ids=["html behind it", "html in it", "XMP", "comment", "archive behind it"],
)
def test_prepare__only_the_picture_is_kept(data):
    kept = images.prepare(data).data

    assert kept != data
    for foreign in (b"script", b"where I live", b"PK\x03\x04"):
        assert foreign not in kept


def test_prepare__plain_picture_stays_byte_for_byte():
    assert images.prepare(picture(1)).data == picture(1)
    plain = encoded(drawn(1), "PNG")
    assert images.prepare(plain).data == plain


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_verify__broken_bytes_are_refused_and_nothing_else_happens(data):
    """Whatever is wrong with a file, it is a picture or it is refused."""
    image_format = data.draw(st.sampled_from(["JPEG", "PNG"]))
    original = bytearray(encoded(drawn(2, size=(160, 160)), image_format))
    for _time in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, min(len(original) - 1, 1000)))
        original[place] = data.draw(st.integers(0, 255))
    with suppress(DownloadRefused):
        assert images.verify(bytes(original)).width > 0
    with suppress(PictureRefused):
        assert images.prepare(bytes(original)).width > 0


def test_read_upload__too_large_a_file_is_not_read(configure):
    configure(MAX_UPLOAD_BYTES=10_000)

    class Upload:
        size = 10_001

        def read(self):
            raise AssertionError("must not be read")

    with pytest.raises(PictureRefused, match=r"9\.8 KB"):
        images.read_upload(Upload())
