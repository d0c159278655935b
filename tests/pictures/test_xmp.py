from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from django_outfitanyone.pictures import xmp
from django_outfitanyone.pictures.containers import webp_chunks
from tests.drawing import drawn, encoded

PACKET = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
EXIF = Image.Exif()
EXIF[0x0131] = "Camera"
FILES = {
    "jpeg": encoded(drawn()),
    "jpeg-exif": encoded(drawn(), exif=EXIF),
    "png": encoded(drawn(), "PNG"),
    "webp": encoded(drawn(), "WEBP"),
    "webp-lossless": encoded(drawn(), "WEBP", lossless=True),
    "webp-alpha": encoded(drawn().convert("RGBA"), "WEBP", lossless=True, exact=True),
    "webp-odd-size": encoded(drawn(size=(199, 301)), "WEBP"),
    "webp-exif": encoded(drawn(), "WEBP", exif=EXIF),
}


def pixels(data):
    with Image.open(io.BytesIO(data)) as image:
        return image.mode, image.size, image.tobytes()


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
@pytest.mark.parametrize("packet", [PACKET, PACKET + b" "], ids=["odd", "even"])
def test_write__pillow_reads_the_packet_and_the_same_pixels(data, packet):
    written = xmp.write(data, packet)

    with Image.open(io.BytesIO(written)) as image:
        assert image.info["xmp"].rstrip(b"\0") == packet
    assert pixels(written) == pixels(data)
    assert xmp.read(data) == b""
    assert xmp.read(written) == packet


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_write__replaces_the_packet(data):
    first = xmp.write(data, b"<longer>" + PACKET)

    assert xmp.write(first, PACKET) == xmp.write(data, PACKET)


def test_write__keeps_the_exif_of_a_webp():
    written = xmp.write(FILES["webp-exif"], PACKET)

    with Image.open(io.BytesIO(written)) as image:
        assert image.getexif()[0x0131] == "Camera"


def test_write__later_parts_of_a_webp_stay_behind_it():
    data = xmp.write(FILES["webp"], PACKET)
    data += b"C2PA\4\0\0\0abcd"
    data = data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]

    kinds = [kind for kind, _start, _end in webp_chunks(xmp.write(data, PACKET + b" "))]
    assert kinds == [b"VP8X", b"VP8 ", b"XMP ", b"C2PA"]


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_write__packet_that_is_too_long_changes_nothing(data):
    assert xmp.write(data, b"a" * (xmp.MOST_BYTES + 1)) == data
    assert xmp.read(xmp.write(data, b"a" * xmp.MOST_BYTES)) == b"a" * xmp.MOST_BYTES


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"RIFF\4\0\0\0WAVE", FILES["webp"][:40]])
def test_write__other_and_damaged_files_are_left_alone(data):
    assert xmp.write(data, PACKET) == data


@given(
    start=st.sampled_from([FILES["webp"][:30], FILES["webp-exif"][:50], FILES["png"][:40], b""]),
    rest=st.binary(max_size=200),
)
def test_write__survives_any_bytes(start, rest):
    written = xmp.write(start + rest, PACKET)
    assert written == start + rest or xmp.read(written) == PACKET
