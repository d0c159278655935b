from __future__ import annotations

import random
import struct
import zlib
from contextlib import suppress

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from django_outfitanyone.exceptions import DownloadRefused, PictureRefused
from django_outfitanyone.pictures import decoding, images
from django_outfitanyone.pictures.decoding import human_size, open_image, orientation
from django_outfitanyone.pictures.renditions import thumbnail
from tests.drawing import drawn, encoded, picture
from tests.pictures.files import chunk, with_scans, with_segment

UPLOADS = {
    "JPEG": encoded(drawn(2, size=(160, 200))),
    "progressive JPEG": encoded(drawn(2, size=(160, 200)), progressive=True),
    "PNG": encoded(drawn(2, size=(160, 200)), "PNG"),
    "palette PNG": encoded(drawn(2, size=(160, 200)).quantize(64), "PNG", transparency=3),
    "WEBP": encoded(drawn(2, size=(160, 200)), "WEBP"),
    "AVIF": encoded(drawn(2, size=(160, 200)), "AVIF", speed=10),
    "HEIF": encoded(drawn(2, size=(160, 200)), "HEIF"),
    "TIFF": encoded(drawn(2, size=(160, 200)), "TIFF", compression="tiff_lzw"),
    "GIF": encoded(drawn(2, size=(160, 200)), "GIF"),
    "BMP": encoded(drawn(2, size=(160, 200)), "BMP"),
}


@pytest.mark.parametrize(
    ("count", "text", "german"),
    [
        (830, "830 bytes", "830 Bytes"),
        (4096, "4.0 KB", "4,0 KB"),
        (6_400_000, "6.1 MB", "6,1 MB"),
    ],
)
def test_human_size__is_in_the_language_of_the_reader(count, text, german):
    assert human_size(count) == text
    with translation.override("de"):
        assert human_size(count) == german


class TestAnyError:
    """Whatever a decoder raises is a refusal."""

    @pytest.mark.parametrize("name", UPLOADS)
    def test_mutated_files_are_used_or_refused(self, name):
        chance = random.Random(name)
        original = UPLOADS[name]
        for _time in range(120):
            data = bytearray(original)
            most = chance.choice([200, 1000, len(data)])
            for _change in range(chance.randint(1, 6)):
                data[chance.randrange(min(most, len(data)))] = chance.randrange(256)
            if chance.random() < 0.2:
                data = data[: chance.randrange(5200, len(data))]
            _use_or_refuse(bytes(data))

    @settings(max_examples=100)
    @given(st.sampled_from(sorted(UPLOADS)), st.integers(0, 400), st.binary(max_size=40))
    def test_spliced_files_are_used_or_refused(self, name, place, spliced):
        data = UPLOADS[name]
        _use_or_refuse(data[:place] + spliced + data[place + len(spliced) :])

    @pytest.mark.parametrize(
        "error", [RuntimeError, KeyError, struct.error, MemoryError, IndexError]
    )
    @pytest.mark.parametrize("method", ["load", "crop"])
    def test_unexpected_error_of_the_decoder_is_a_refusal(self, monkeypatch, error, method):
        def fail(*_args):
            raise error("odd")

        data = encoded(drawn(), "BMP")
        monkeypatch.setattr(Image.Image, method, fail)
        with pytest.raises(PictureRefused) as refused:
            images.prepare(data)
        assert refused.value.code == "PictureDamaged"
        assert isinstance(refused.value.__cause__, error)


def _use_or_refuse(data):
    with suppress(PictureRefused):
        assert images.prepare(data)
    with suppress(DownloadRefused):
        assert images.verify(data)
    with suppress(PictureRefused):
        assert thumbnail(data)


def exif_of(kind, value, *, count=1):
    """Return EXIF whose orientation has this TIFF type, value and count."""
    entry = struct.pack(">HHI", 0x0112, kind, count) + value.ljust(4, b"\0")[:4]
    header = b"MM\0\x2a" + struct.pack(">I", 8)
    return b"Exif\0\0" + header + struct.pack(">H", 1) + entry + struct.pack(">I", 0) + b"\0" * 64


ODD_EXIF = {
    "string": exif_of(2, b"abc\0", count=4),
    "float": exif_of(11, struct.pack(">f", 6.5)),
    "infinite": exif_of(11, struct.pack(">f", float("inf"))),
    "fraction of zero": exif_of(5, struct.pack(">I", 26)),
    "two values": exif_of(3, struct.pack(">HH", 6, 6), count=2),
    "no value": exif_of(3, b"", count=0),
    "huge count": exif_of(3, b"\0\0\0\x08", count=2**31),
    "out of range": exif_of(3, struct.pack(">H", 9)),
    "unknown type": exif_of(99, b"abcd"),
    "rubbish": b"Exif\0\0II*\0" + b"\xff" * 50,
    "empty": b"Exif\0\0",
}


@pytest.mark.parametrize("exif", ODD_EXIF.values(), ids=ODD_EXIF)
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_odd_exif__is_ignored(exif, image_format):
    data = encoded(drawn(), image_format)
    if image_format == "JPEG":
        data = with_segment(data, 0xE1, exif)
    elif image_format == "PNG":
        data = data[:33] + chunk(b"eXIf", exif[6:]) + data[33:]
    else:
        data = encoded(drawn(), image_format, exif=exif)

    prepared = images.prepare(data)
    assert (prepared.width, prepared.height) == (200, 300)
    assert images.verify(data).data == data
    assert thumbnail(data)


def test_broken_metadata__does_not_stop_a_readable_picture(monkeypatch):
    """A decoder that fails over a segment gets the file without it."""
    opened = Image.open

    def picky(file, **options):
        if b"MPF\0" in file.getvalue():
            raise OverflowError("odd")
        return opened(file, **options)

    monkeypatch.setattr(Image, "open", picky)
    data = with_segment(picture(1), 0xE2, b"MPF\0" + b"\xff" * 40)

    assert images.prepare(data).data == picture(1)
    assert images.verify(data).width == 200


@pytest.mark.parametrize(
    "kind",
    [
        b"zTXt" + b"Comment\0\0",
        b"iTXt" + b"XML:com.adobe.xmp\0\x01\0\0\0",
    ],
)
def test_metadata_that_unpacks_to_megabytes__is_dropped(kind):
    png = encoded(drawn(1), "PNG")
    large = chunk(kind[:4], kind[4:] + zlib.compress(b"<x>" + bytes(3_000_000)))
    data = png[:33] + large + png[33:]

    assert images.prepare(data).data == png
    assert images.verify(data).data == data
    assert thumbnail(data)


class TestHEIC:
    data = UPLOADS["HEIF"]

    def test_remedy_without_the_extra_names_what_can_be_read_and_the_extra(self, monkeypatch):
        monkeypatch.setattr(
            decoding, "READABLE", [name for name in decoding.READABLE if name != "HEIF"]
        )
        with pytest.raises(PictureRefused, match="cannot read HEIC") as refused:
            images.prepare(self.data)

        assert "JPEG, PNG, BMP, WEBP" in refused.value.remedy
        assert "django-outfitanyone[heif]" in refused.value.remedy

    def test_remedy_names_no_format_that_cannot_be_read(self, monkeypatch):
        monkeypatch.setattr(decoding, "READABLE", ["JPEG", "PNG"])
        with pytest.raises(PictureRefused) as refused:
            images.prepare(b"text" * 5000)

        assert refused.value.remedy == "Use one of these formats: JPEG, PNG."


class TestLimits:
    @pytest.mark.parametrize("count", [101, 2000])
    def test_jpeg_of_many_scans_is_refused_before_decoding(self, count, monkeypatch):
        monkeypatch.setattr(Image.Image, "load", lambda _self: pytest.fail("decoded"))
        with pytest.raises(PictureRefused, match=f"{count} passes") as refused:
            images.prepare(with_scans(UPLOADS["progressive JPEG"], count))

        assert "not progressive" in refused.value.remedy

    def test_usual_progressive_jpeg_is_accepted(self):
        assert images.prepare(UPLOADS["progressive JPEG"]).width == 160

    @pytest.mark.parametrize(
        ("size", "within", "decoded"),
        [
            ((1600, 1200), None, (1600, 1200)),
            ((1600, 1200), (400, 400), (400, 300)),
            ((1600, 1200), (700, 700), (800, 600)),
            ((1600, 1200), (810, 810), (1600, 1200)),
        ],
    )
    def test_jpeg_is_decoded_no_larger_than_needed(self, size, within, decoded):
        with open_image(encoded(drawn(size=size)), within=within) as opened:
            assert opened.image.size == decoded
            assert opened.size == size

    def test_jpeg_that_needs_too_much_memory_is_decoded_smaller(self, monkeypatch):
        data = encoded(drawn(size=(800, 800)).convert("L"))
        monkeypatch.setattr(decoding, "MEMORY", len(data) + 640_000 * 8 + decoding.BANDS - 1)
        prepared = images.prepare(data)

        assert (prepared.width, prepared.height) == (400, 400)

    @pytest.mark.parametrize("image_format", ["PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF"])
    def test_other_picture_that_needs_too_much_memory_is_refused(self, image_format, monkeypatch):
        data = encoded(drawn(size=(400, 400)), image_format)
        monkeypatch.setattr(decoding, "MEMORY", 600_000)
        monkeypatch.setattr(Image.Image, "load", lambda _self: pytest.fail("decoded"))
        with pytest.raises(PictureRefused, match="400 × 400 px, too many") as refused:
            images.prepare(data)

        assert refused.value.code == "PictureTooLarge"
        assert "JPEG" in refused.value.remedy

    def test_progressive_jpeg_counts_its_coefficients(self, monkeypatch):
        size = (800, 800)
        plain = encoded(drawn(size=size))
        progressive = encoded(drawn(size=size), progressive=True)
        monkeypatch.setattr(decoding, "MEMORY", len(plain) + 640_000 * 8 + decoding.BANDS)

        assert images.prepare(plain).width == 800
        assert images.prepare(progressive).width == 400


def test_orientation__of_a_picture_without_exif_is_upright():
    assert orientation(drawn()) == 1
