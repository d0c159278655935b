from __future__ import annotations

import io
import json
import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from django_outfitanyone.pictures import images, xmp
from django_outfitanyone.pictures.provenance import AIGC, SOURCE_TYPES, mark, mark_copy
from tests.drawing import drawn, encoded

IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
TRAINED = "trainedAlgorithmicMedia"
FORMATS = pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
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


def source_packet(source_type):
    """Return the XMP that this app writes."""
    return xmp.read(mark(encoded(drawn()), source_type))


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
    start=st.sampled_from(
        [b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1", b"RIFF\xff\0\0\0WEBPVP8X"]
    ),
    rest=st.binary(max_size=300),
)
def test_mark__survives_any_bytes(start, rest):
    assert mark(start + rest, TRAINED).startswith(start[:2])


def attribute(source_type, prefix="Iptc4xmpExt"):
    """Return an XMP that states the source type as an attribute, as some engines write it."""
    return OTHER_XMP.replace(
        b' dc:format="image/jpeg"',
        f' xmlns:{prefix}="{IPTC}" {prefix}:DigitalSourceType="{SOURCE_TYPES}{source_type}"'
        ' dc:format="image/jpeg"'.encode(),
    )


@FORMATS
@pytest.mark.parametrize(
    "known",
    [
        b"",
        OTHER_XMP,
        attribute("digitalArt"),
        attribute("digitalArt", prefix="ext"),
        source_packet("digitalArt"),
        source_packet("digitalArt").replace(b"Iptc4xmpExt", b"e"),
        b"no XML",
        OTHER_XMP[:-9],
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + OTHER_XMP,
        b"<a>" + OTHER_XMP.replace(b"<rdf:Desc", b"<e:DigitalSourceType><b/></e:x><rdf:Desc"),
        OTHER_XMP + b" " * 70_000,
    ],
)
def test_mark_copy__states_one_source_type_whatever_the_master_has(image_format, known):
    marked = mark_copy(encoded(drawn(), image_format), TRAINED, known=known)

    assert source_types(marked) == [SOURCE_TYPES + TRAINED]
    assert opened(marked).size == drawn().size


@pytest.mark.parametrize("known", [OTHER_XMP, attribute("digitalArt")])
def test_mark_copy__keeps_what_else_the_master_states(known):
    assert b'dc:format="image/jpeg"' in xmp.read(mark_copy(encoded(drawn()), TRAINED, known=known))


def test_mark_copy__without_source_type_keeps_the_masters():
    known = attribute("digitalArt")
    assert xmp.read(mark_copy(encoded(drawn()), "", known=known)) == known
    assert mark_copy(encoded(drawn()), "") == encoded(drawn())


NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
FIELD = AIGC(producer="Shop & <Söhne>", produce_id="12", propagator="网店", propagate_id="x")


def aigc_of(data):
    (found,) = ET.fromstring(opened(data).info["xmp"]).iter(f"{{{NAMESPACE}}}AIGC")
    return json.loads(found.text)


@FORMATS
def test_aigc__has_the_seven_keys_of_the_standard(image_format):
    marked = mark_copy(encoded(drawn(), image_format), TRAINED, aigc=FIELD)

    assert list(aigc_of(marked)) == [
        *("Label", "ContentProducer", "ProduceID", "ReservedCode1"),
        *("ContentPropagator", "PropagateID", "ReservedCode2"),
    ]
    assert aigc_of(marked)["Label"] == "1"
    assert aigc_of(marked)["ContentProducer"] == "Shop & <Söhne>"
    assert aigc_of(marked)["ContentPropagator"] == "网店"
    assert source_types(marked) == [SOURCE_TYPES + TRAINED]


def test_aigc__of_the_engine_stays():
    engine = mark_copy(encoded(drawn()), "", aigc=AIGC(producer="Engine", produce_id="1"))
    again = mark_copy(encoded(drawn()), TRAINED, known=xmp.read(engine), aigc=FIELD)

    assert aigc_of(again)["ContentProducer"] == "Engine"


def test_marked_picture__has_another_hash_and_the_same_size():
    plain = images.verify(encoded(drawn()))
    marked = plain.marked(TRAINED)

    assert marked.sha256 != plain.sha256
    assert (marked.width, marked.height) == (plain.width, plain.height)
    assert images.verify(marked.data).width == plain.width
    assert plain.marked("") == plain
