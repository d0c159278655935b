"""JPEG, PNG and WEBP files as lists of parts: what they hold besides the picture.

Reads structure only and decodes no pixels. Imports neither Django nor Pillow.

Sources: ITU-T T.81 (JPEG), annex B; JFIF 1.02; PNG specification, third edition; RFC 9649
(WEBP), section 2; C2PA specification 2.1, A.3 "Embedding".
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

JPEG, PNG, RIFF = b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF"
PNG_XMP = b"XML:com.adobe.xmp\0"
APP0, APP1, APP2, APP11, APP14 = 0xE0, 0xE1, 0xE2, 0xEB, 0xEE
COMMENT, FRAME, HUFFMAN, QUANTIZATION, SCAN = 0xFE, 0xC0, 0xC4, 0xDB, 0xDA
APPLICATION = frozenset(range(0xE0, 0xF0))

_JFIF = b"\xff\xe0\x00\x10JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
JPEG_END = b"\xff\xd9"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_RGB_OF_8_BITS = b"\x08\x02\0\0\0"
_PART_BYTES = 1 << 20

Part = tuple[int, int, int]
"""Marker of a segment, and the start and end of its content."""
Chunk = tuple[bytes, int, int]
"""Kind of a chunk, and the start and end of its content."""
_PNG_CREDENTIALS, _WEBP_CREDENTIALS = b"caBX", b"C2PA"


def segments(data: bytes) -> Iterator[Part]:
    """Yield the segments of a JPEG up to the first scan, until the first damaged one."""
    place = len(JPEG)
    while place + 4 <= len(data) and data[place] == 0xFF:
        (length,) = struct.unpack_from(">H", data, place + 2)
        end = place + 2 + length
        if length < 2 or end > len(data):
            return
        yield data[place + 1], place + 4, end
        if data[place + 1] == SCAN:
            return
        place = end


def chunks(data: bytes) -> Iterator[Chunk]:
    """Yield the chunks of a PNG, until the first incomplete one."""
    place = len(PNG)
    while place + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        if place + 12 + length > len(data):
            return
        yield kind, place + 8, place + 8 + length
        place += 12 + length


def is_webp(data: bytes) -> bool:
    """Whether the file starts as a WEBP."""
    return data.startswith(RIFF) and data[8:12] == b"WEBP"


def webp_chunks(data: bytes) -> Iterator[Chunk]:
    """Yield the chunks of a WEBP, until the first incomplete one. Odd lengths are padded."""
    place = 12
    last = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while place + 8 <= last:
        kind, length = struct.unpack_from("<4sI", data, place)
        if place + 8 + length > last:
            return
        yield kind, place + 8, place + 8 + length
        place += 8 + length + length % 2


def mime_type(data: bytes) -> str:
    """Return the file's type, empty if it is neither JPEG, PNG nor WEBP."""
    if is_webp(data):
        return "image/webp"
    types = {JPEG: "image/jpeg", PNG: "image/png"}
    return next((name for start, name in types.items() if data.startswith(start)), "")


def has_credentials(data: bytes) -> bool:
    """Whether the file holds signed Content Credentials (C2PA), of any state."""
    return bool(_credentials(data))


def without_credentials(data: bytes) -> bytes:
    """Return the file without Content Credentials, which any other change would break."""
    return _without(data, _credentials(data))


def _credentials(data: bytes) -> list[tuple[int, int]]:
    """Return the start and end of each part that holds Content Credentials."""
    if data.startswith(JPEG):
        return [(start - 4, end) for marker, start, end in segments(data) if marker == APP11]
    if data.startswith(PNG):
        return [
            (start - 8, end + 4) for kind, start, end in chunks(data) if kind == _PNG_CREDENTIALS
        ]
    return _webp_parts(data, {_WEBP_CREDENTIALS}) if is_webp(data) else []


def _webp_parts(data: bytes, kinds: set[bytes]) -> list[tuple[int, int]]:
    return [
        (start - 8, min(len(data), end + (end - start) % 2))
        for kind, start, end in webp_chunks(data)
        if kind in kinds
    ]


def _without(data: bytes, dropped: list[tuple[int, int]]) -> bytes:
    """Return the file without these parts; a WEBP states the rest's size in its header."""
    rest = _cut(data, dropped)
    if not dropped or not is_webp(data):
        return rest
    stated = int.from_bytes(data[4:8], "little") - (len(data) - len(rest))
    return RIFF + max(0, stated).to_bytes(4, "little") + rest[8:]


def count_scans(data: bytes) -> int:
    """Return how many scans a JPEG has at most; one in a preview inside of it counts too."""
    return data.count(bytes([0xFF, SCAN]))


def without_metadata(data: bytes) -> bytes:
    """Return the file without the parts that describe the picture, whatever is in them.

    The colour profile stays. A picture whose metadata is broken or very large can then
    still be read.
    """
    if data.startswith(JPEG):
        dropped = [
            (start - 4, end)
            for marker, start, end in segments(data)
            if marker == COMMENT or (marker in APPLICATION and not _is_about_colours(data, start))
        ]
    elif data.startswith(PNG):
        dropped = [
            (start - 8, end + 4)
            for kind, start, end in chunks(data)
            if kind in {b"tEXt", b"zTXt", b"iTXt", b"eXIf"}
        ]
    elif is_webp(data):
        dropped = _webp_parts(data, {b"EXIF", b"XMP "})
    else:
        return data
    return _without(data, dropped)


def _is_about_colours(data: bytes, start: int) -> bool:
    return data.startswith((b"JFIF\0", b"Adobe", b"ICC_PROFILE\0"), start)


def _cut(data: bytes, dropped: list[tuple[int, int]]) -> bytes:
    kept, place = [], 0
    for start, end in dropped:
        kept.append(data[place:start])
        place = end
    return b"".join([*kept, data[place:]]) if dropped else data


def plain(data: bytes) -> bytes | None:
    """Return the file reduced to its picture, with the same pixels and nothing else in it.

    Returns ``None`` for every file that is not of the simplest kind: a sequential JPEG in
    one scan, or an RGB PNG of 8 bits that is not interlaced. Such a file has to be encoded
    anew.
    """
    if data.startswith(JPEG):
        return _plain_jpeg(data)
    return _plain_png(data) if data.startswith(PNG) else None


def _plain_jpeg(data: bytes) -> bytes | None:
    kept, end = [JPEG], len(JPEG)
    tables: list[int] = []
    used: set[int] = set()
    for marker, start, after in segments(data):
        content, end = data[start:after], after
        if marker == APP0 and content.startswith(b"JFIF\0"):
            kept[1:1] = [] if _JFIF in kept else [_JFIF]
        elif marker == APP14 and _is_adobe(content) and _ADOBE + content[11:] not in kept:
            kept.append(_ADOBE + content[11:])
        elif marker in {QUANTIZATION, HUFFMAN, FRAME, SCAN}:
            kept.append(data[start - 4 : after])
            if marker in {QUANTIZATION, HUFFMAN}:
                tables += _tables(marker, content)
            else:
                used |= _tables_used(marker, content)
        elif marker not in APPLICATION and marker != COMMENT:
            return None
    scan = data[end : data.find(JPEG_END, end)]
    frames = sum(part[1] == FRAME for part in kept[1:])
    scans = sum(part[1] == SCAN for part in kept[1:])
    is_simple = (frames, scans) == (1, 1) and sorted(tables) == sorted(used)
    if not is_simple or scan.endswith(b"\xff") or re.search(rb"\xff[^\0]", scan):
        return None
    return b"".join([*kept, scan, JPEG_END])


def _is_adobe(content: bytes) -> bool:
    """Whether this says how the colours were converted, which the file needs."""
    return content.startswith(b"Adobe") and len(content) == 12 and content[11] in {0, 1, 2}


def _tables(marker: int, content: bytes) -> list[int]:
    """Return the tables that a segment defines, as numbers that differ by kind."""
    found, place = [], 0
    while place < len(content):
        kind = content[place]
        if marker == QUANTIZATION:
            found.append(kind)
            place += 65
        else:
            found.append(0x100 | kind)
            place += 17 + sum(content[place + 1 : place + 17])
    return found if place == len(content) else [-1]


def _tables_used(marker: int, content: bytes) -> set[int]:
    """Return the tables that a frame or a scan of three components refers to."""
    if marker == FRAME:
        return {*content[8::3]} if len(content) == 15 else {-2}
    if len(content) != 10 or content[0] != 3 or content[7:] != b"\x00\x3f\x00":
        return {-2}
    pairs = content[2:7:2]
    return {0x100 | pair >> 4 for pair in pairs} | {0x110 | pair & 15 for pair in pairs}


def _plain_png(data: bytes) -> bytes | None:
    kept, pixels = [PNG], []
    for kind, start, end in chunks(data):
        if kind in {b"IHDR", b"IDAT"}:
            kept.append(data[start - 8 : end + 4])
        if kind == b"IDAT":
            pixels.append((start, end))
        elif kind == b"IEND":
            break
    header = kept[1] if len(kept) > 1 else b""
    if len(header) != 25 or header[16:21] != _RGB_OF_8_BITS:
        return None
    width, height = struct.unpack_from(">II", header, 8)
    if _unpacked_bytes(data, pixels) != height * (1 + 3 * width):
        return None
    return b"".join([*kept, _PNG_END])


def _unpacked_bytes(data: bytes, places: list[tuple[int, int]]) -> int:
    """Return the size of the unpacked pixels; -1 if something follows them."""
    unpack, count = zlib.decompressobj(), 0
    try:
        for start, end in places:
            if unpack.eof:
                return -1
            part = data[start:end]
            while part:
                count += len(unpack.decompress(part, _PART_BYTES))
                part = unpack.unconsumed_tail
        while not unpack.eof and (more := unpack.decompress(b"", _PART_BYTES)):
            count += len(more)
    except zlib.error:
        return -1
    return -1 if unpack.unused_data or not unpack.eof else count
