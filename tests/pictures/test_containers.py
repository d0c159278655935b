"""Foreign bytes in files that are pictures otherwise."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from PIL import Image

from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.containers import chunks, plain, without_metadata
from tests.drawing import drawn, encoded, picture
from tests.pictures.files import SRGB, chunk, segment, with_chunk, with_segment

SECRET = b"52.5200N 13.4050E where I live" * 20
JPEG = picture(1)
PNG = encoded(drawn(1), "PNG")
SCAN = JPEG.index(b"\xff\xda")


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("secret", SECRET)
    return file.getvalue()


def with_longer_pixels(png):
    """Return the PNG whose packed pixels go on behind the last row."""
    packed = [png[start:end] for kind, start, end in chunks(png) if kind == b"IDAT"]
    unpacked = zlib.decompress(b"".join(packed))
    longer = chunk(b"IDAT", zlib.compress(unpacked + SECRET, 0))
    return png[: png.index(b"IDAT") - 4] + longer + chunk(b"IEND", b"")


def progressive():
    return encoded(drawn(1), progressive=True)


def between_scans():
    data = progressive()
    second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    return data[:second] + segment(0xE1, SECRET) + data[second:]


HOSTILE = {
    "caBX": with_chunk(PNG, b"caBX", SECRET),
    "private chunk": with_chunk(PNG, b"prVt", SECRET),
    "tIME": with_chunk(PNG, b"tIME", b"\x07\xe6\x01\x02\x03\x04\x05"),
    "sPLT": with_chunk(PNG, b"sPLT", b"palette\0\x08" + SECRET),
    "tEXt": with_chunk(PNG, b"tEXt", b"Comment\0" + SECRET),
    "palette of an RGB picture": with_chunk(PNG, b"PLTE", SECRET[:600]),
    "chunk behind the pixels": with_chunk(PNG, b"prVt", SECRET, before=b"IEND"),
    "bytes behind IEND": PNG + SECRET,
    "bytes behind the last row": with_longer_pixels(encoded(drawn(1, size=(151, 151)), "PNG")),
    "APP0 with a payload": with_segment(JPEG, 0xE0, b"JFXX\0\x10" + SECRET),
    "JFIF with a payload": JPEG[:2] + segment(0xE0, JPEG[6:20] + SECRET) + JPEG[20:],
    "APP14 with a payload": with_segment(JPEG, 0xEE, b"Adobe\0\x64\0\0\0\0\x01" + SECRET),
    "APP1": with_segment(JPEG, 0xE1, b"Exif\0\0" + SECRET),
    "APP9": with_segment(JPEG, 0xE9, SECRET),
    "APP11": with_segment(JPEG, 0xEB, b"JP\0\x01" + SECRET),
    "comment": with_segment(JPEG, 0xFE, SECRET),
    "unused quantization table": with_segment(JPEG, 0xDB, b"\x03" + SECRET[:64]),
    "table twice": with_segment(JPEG, 0xDB, b"\x00" + SECRET[:64]),
    "junk between segments": JPEG[:20] + SECRET + JPEG[20:],
    "bytes behind the last block": JPEG[:-2] + SECRET + JPEG[-2:],
    "second JPEG": JPEG + with_segment(JPEG, 0xFE, SECRET),
    "ZIP behind the end": JPEG + archive(),
    "APP1 between scans": between_scans(),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_prepare__keeps_nothing_but_the_picture(data):
    kept = images.prepare(data).data

    assert SECRET[:30] not in kept
    assert b"PK\x03\x04" not in kept
    assert b"tIME" not in kept
    assert kept.count(b"\xff\xd8\xff") <= 1
    assert len(kept) < len(data) + 200_000
    assert images.prepare(kept).data == kept  # it is plain now


@pytest.mark.parametrize("name", ["caBX", "bytes behind IEND", "APP1", "comment", "second JPEG"])
def test_plain__removes_it_without_touching_the_pixels(name):
    assert plain(HOSTILE[name]) == (PNG if HOSTILE[name].startswith(b"\x89") else JPEG)


@pytest.mark.parametrize(
    "data", [progressive(), encoded(drawn(1).convert("L")), encoded(drawn(1), "PNG")[:5000], b"BM"]
)
def test_plain__leaves_everything_unusual_to_a_new_encoding(data):
    assert plain(data) is None


def test_plain__camera_photo_loses_its_metadata_only():
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[1] = "N"
    photo = encoded(drawn(1), exif=exif, comment=SECRET)

    assert images.prepare(photo).data == JPEG


@pytest.mark.parametrize(
    ("image_format", "options"), [("JPEG", {"comment": SECRET}), ("PNG", {}), ("GIF", {})]
)
def test_without_metadata__is_the_same_picture(image_format, options):
    data = encoded(drawn(1), image_format, icc_profile=SRGB, **options)
    bare = without_metadata(data)

    assert SECRET not in bare
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(bare)) as after:
        assert after.tobytes() == before.tobytes()
        assert after.info.get("icc_profile") == before.info.get("icc_profile")
