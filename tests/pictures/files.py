"""Parts of picture files, to build hostile and odd ones."""

from __future__ import annotations

import struct
import zlib

from PIL import ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

_SRGB_COLORANTS = {b"rXYZ", b"gXYZ", b"bXYZ"}
_P3 = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}
"""The colorants of Display P3, adapted to D50."""


def display_p3():
    """Return a Display P3 profile: sRGB's, with the colorants of P3."""
    profile = bytearray(SRGB)
    (count,) = struct.unpack_from(">I", profile, 128)
    for number in range(count):
        tag, place, _size = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        if tag in _SRGB_COLORANTS:
            fixed = [round(value * 65536) for value in _P3[tag]]
            struct.pack_into(">3i", profile, place + 8, *fixed)
    return bytes(profile)


def chunk(kind, content):
    """Return a PNG chunk."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def with_chunk(png, kind, content, *, before=b"IDAT"):
    """Return the PNG with one more chunk before the first of this kind."""
    place = png.index(before) - 4
    return png[:place] + chunk(kind, content) + png[place:]


def segment(marker, content):
    """Return a JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def with_segment(jpeg, marker, content):
    """Return the JPEG with one more segment behind the first two bytes."""
    return jpeg[:2] + segment(marker, content) + jpeg[2:]


def linear_grey():
    """Return a profile of greys whose values are proportional to the light."""
    header = bytearray(SRGB[:128])
    header[16:20] = b"GRAY"
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    curve = b"curv\0\0\0\0" + struct.pack(">I", 0)
    first = 128 + 4 + 2 * 12
    table = struct.pack(
        ">I4sII4sII",
        2,
        b"wtpt",
        first,
        len(white),
        b"kTRC",
        first + len(white),
        len(curve),
    )
    profile = header + table + white + curve
    profile[:4] = struct.pack(">I", len(profile))
    return bytes(profile)


def with_scans(progressive_jpeg, count):
    """Return the progressive JPEG with its last scan repeated, to ``count`` scans in total."""
    last = progressive_jpeg.rindex(b"\xff\xda")
    scan = progressive_jpeg[last:-2]
    missing = count - progressive_jpeg.count(b"\xff\xda")
    return progressive_jpeg[:-2] + scan * missing + b"\xff\xd9"
