"""Read and write the XMP packet of a picture file; pixels and all else stay as they are.

Imports neither Django nor Pillow.

Sources: XMP specification part 3 (2020), 1.1.3 "JPEG" and 1.1.5 "PNG"; RFC 9649 (WEBP),
sections 2.7 "Extended File Format" and 2.7.1.5 "Metadata".
"""

from __future__ import annotations

import struct
import zlib

from django_outfitanyone.pictures.containers import (
    APP0,
    APP1,
    JPEG,
    PNG,
    PNG_XMP,
    RIFF,
    SCAN,
    chunks,
    is_webp,
    segments,
    webp_chunks,
)

_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_PLAIN_TEXT = b"\0\0\0\0"
"""What follows the keyword of a PNG text: not compressed, no language, no translation."""
_WEBP_XMP, _EXTENDED = b"XMP ", b"VP8X"
_HAS_XMP, _HAS_ALPHA = 0x04, 0x10

MOST_BYTES = 0xFFFF - 2 - len(_JPEG_XMP)
"""Longest packet that every format takes: a JPEG has one segment for it."""


def read(data: bytes) -> bytes | None:
    """Return the packet, ``b""`` if the file has none, ``None`` if it cannot be read."""
    if data.startswith(JPEG):
        start, end = _place_in_jpeg(data)
        return data[start + 4 + len(_JPEG_XMP) : end]
    if data.startswith(PNG):
        return _read_png(data)
    if is_webp(data):
        found = (data[start:end] for kind, start, end in webp_chunks(data) if kind == _WEBP_XMP)
        return next(found, b"")
    return None


def write(data: bytes, packet: bytes) -> bytes:
    """Return the file with this packet in place of any other.

    A file of another format, a damaged one, and one for which the packet is too long is
    returned unchanged.
    """
    if len(packet) > MOST_BYTES or read(data) is None:
        return data
    if data.startswith(JPEG):
        start, end = _place_in_jpeg(data)
        return data[:start] + _segment(packet) + data[end:]
    if data.startswith(PNG):
        start, end = _place_in_png(data)
        return data[:start] + _chunk(packet) + data[end:]
    return _write_webp(data, packet)


def _place_in_jpeg(data: bytes) -> tuple[int, int]:
    """Return start and end of the segment; both the same where a new one belongs."""
    place = len(JPEG)
    for marker, start, end in segments(data):
        if marker == APP1 and data.startswith(_JPEG_XMP, start):
            return start - 4, end
        if marker in {APP0, APP1}:  # the headers that readers expect first
            place = end
        if marker == SCAN:
            break
    return place, place


def _segment(packet: bytes) -> bytes:
    content = _JPEG_XMP + packet
    return struct.pack(">BBH", 0xFF, APP1, len(content) + 2) + content


def _place_in_png(data: bytes) -> tuple[int, int]:
    """Return start and end of the chunk; both the same where a new one belongs."""
    place = len(data)
    for number, (kind, start, end) in enumerate(chunks(data)):
        if kind == b"iTXt" and data.startswith(PNG_XMP, start):
            return start - 8, end + 4
        if number == 0:
            place = end + 4
    return place, place


def _read_png(data: bytes) -> bytes | None:
    start, end = _place_in_png(data)
    if start == end:
        return b"" if start < len(data) else None
    content = data[start + 8 + len(PNG_XMP) : end - 4]
    is_plain = content.startswith(_PLAIN_TEXT)  # compression and a language are odd for XMP
    return content[len(_PLAIN_TEXT) :] if is_plain else None


def _chunk(packet: bytes) -> bytes:
    content = b"iTXt" + PNG_XMP + _PLAIN_TEXT + packet
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))


def _write_webp(data: bytes, packet: bytes) -> bytes:
    parts = [(kind, data[start:end]) for kind, start, end in webp_chunks(data)]
    header = _extended_header(parts)
    if header is None:
        return data
    others = [part for part in parts if part[0] not in {_EXTENDED, _WEBP_XMP}]
    # behind the pixels, as the format demands, and before parts of later standards
    known = [number for number, (kind, _) in enumerate(others, 1) if kind in _BEFORE_XMP]
    others.insert(max(known, default=len(others)), (_WEBP_XMP, packet))
    body = b"WEBP" + b"".join(_padded(*part) for part in [(_EXTENDED, header), *others])
    return RIFF + struct.pack("<I", len(body)) + body


_BEFORE_XMP = {b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L", b"EXIF"}


def _padded(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _extended_header(parts: list[tuple[bytes, bytes]]) -> bytes | None:
    """Return the content of VP8X with the flag for XMP; ``None`` if the file is damaged."""
    kind, content = parts[0] if parts else (b"", b"")
    if kind == _EXTENDED and len(content) == 10:
        return bytes([content[0] | _HAS_XMP]) + content[1:]
    size = _size_of(kind, content)
    if size is None:
        return None
    width, height, flags = size
    sides = b"".join((side - 1).to_bytes(3, "little") for side in (width, height))
    return bytes([_HAS_XMP | flags]) + b"\0\0\0" + sides


def _size_of(kind: bytes, content: bytes) -> tuple[int, int, int] | None:
    """Return width, height and flags of a simple file, from the start of its pixels."""
    if kind == b"VP8 " and content[3:6] == b"\x9d\x01\x2a" and len(content) >= 10:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", content, 6))
        return (width, height, 0) if width and height else None
    if kind == b"VP8L" and content[:1] == b"\x2f" and len(content) >= 5:
        (bits,) = struct.unpack_from("<I", content, 1)
        alpha = _HAS_ALPHA if bits >> 28 & 1 else 0
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, alpha
    return None
