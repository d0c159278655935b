from __future__ import annotations

import io
import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.provenance import SOURCE_TYPES, mark
from tests.drawing import drawn, encoded

IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
TRAINED = "trainedAlgorithmicMedia"
FORMATS = pytest.mark.parametrize("image_format", ["JPEG", "PNG"])
OTHER_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'dc:format="image/jpeg"/></rdf:RDF></x:xmpmeta>'
)


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def source_types(data):
    """Return every value of the property that an XMP reader finds."""
    packet = ET.fromstring(opened(data).info["xmp"])
    return [found.text for found in packet.iter(f"{{{IPTC}}}DigitalSourceType")]


def in_png(packet, data):
    """Return the PNG with this XMP packet in it."""
    content = b"iTXt" + b"XML:com.adobe.xmp\0\0\0\0\0" + packet
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return data[:33] + chunk + data[33:]


@FORMATS
def test_mark__is_found_by_xmp_readers_and_changes_no_pixel(image_format):
    data = encoded(drawn(), image_format)
    marked = mark(data, TRAINED)
    assert source_types(marked) == [SOURCE_TYPES + TRAINED]
    assert opened(marked).tobytes() == opened(data).tobytes()
    assert opened(marked).format == image_format


@FORMATS
def test_mark__second_mark_changes_nothing(image_format):
    once = mark(encoded(drawn(), image_format), TRAINED)
    assert mark(once, "compositeWithTrainedAlgorithmicMedia") == once


def test_mark__keeps_the_metadata_of_a_jpeg():
    exif = Image.Exif()
    exif[0x0131] = "Camera"
    marked = mark(encoded(drawn(), xmp=OTHER_XMP, exif=exif), TRAINED)
    assert source_types(marked) == [SOURCE_TYPES + TRAINED]
    assert b'dc:format="image/jpeg"' in opened(marked).info["xmp"]
    assert opened(marked).getexif()[0x0131] == "Camera"


def test_mark__keeps_the_metadata_of_a_png():
    marked = mark(in_png(OTHER_XMP, encoded(drawn(), "PNG")), TRAINED)
    assert source_types(marked) == [SOURCE_TYPES + TRAINED]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a and so on",
        encoded(drawn(), "WEBP"),
        encoded(drawn(), xmp=b"<x:xmpmeta>no RDF in here</x:xmpmeta>"),
        in_png(b"no RDF in here", encoded(drawn(), "PNG")),
        encoded(drawn())[:2] + b"\xff\xeb\x00\x06JP\0\1" + encoded(drawn())[2:],
        encoded(drawn(), "PNG")[:33]
        + b"\0\0\0\0caBX"
        + struct.pack(">I", zlib.crc32(b"caBX"))
        + encoded(drawn(), "PNG")[33:],
        in_png(OTHER_XMP, encoded(drawn(), "PNG")).replace(b"xmp\0\0\0", b"xmp\0\1\0"),
    ],
    ids=[
        "nothing",
        "gif",
        "webp",
        "odd-jpeg",
        "odd-png",
        "signed-jpeg",
        "signed-png",
        "compressed",
    ],
)
def test_mark__leaves_files_alone_that_it_cannot_mark(data):
    assert mark(data, TRAINED) == data


def test_mark__leaves_a_full_packet_alone():
    full = OTHER_XMP.replace(b"</rdf:RDF>", b" " * (65500 - len(OTHER_XMP) - 40) + b"</rdf:RDF>")
    data = encoded(drawn(), xmp=full)
    assert mark(data, TRAINED) == data


def test_mark__can_be_switched_off():
    assert mark(encoded(drawn()), "") == encoded(drawn())


@given(
    start=st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1"]),
    rest=st.binary(max_size=300),
)
def test_mark__survives_any_bytes(start, rest):
    assert mark(start + rest, TRAINED).startswith(start[:2])


def test_marked_picture__has_another_hash_and_the_same_size():
    plain = images.verify(encoded(drawn()))
    marked = plain.marked(TRAINED)

    assert marked.sha256 != plain.sha256
    assert (marked.width, marked.height) == (plain.width, plain.height)
    assert images.verify(marked.data).width == plain.width
    assert plain.marked("") == plain
