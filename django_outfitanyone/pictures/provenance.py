"""Mark how a picture was made in its file: IPTC's digital source type, as XMP.

Pixels and all else in the file stay byte for byte the same. A file that already has such
a mark stays unchanged, and so does one with signed Content Credentials (C2PA), because
another byte would break the signature. Imports no Django.

Sources: IPTC Photo Metadata Standard 2023.2, "Digital Source Type"; XMP specification
part 3 (2020), 1.1.3 "JPEG" and 1.1.5 "PNG"; C2PA specification 2.1, A.3 "Embedding".
"""

from __future__ import annotations

import struct
import zlib

from django_outfitanyone.pictures.containers import (
    APP0,
    APP1,
    APP11,
    JPEG,
    PNG,
    PNG_XMP,
    SCAN,
    chunks,
    segments,
)

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""Prefix of the values that IPTC defines."""

_NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MOST_IN_A_SEGMENT = 0xFFFF - 2
_END = b"</rdf:RDF>"


def mark(data: bytes, source_type: str) -> bytes:
    """Return the JPEG or PNG with this mark, for example ``trainedAlgorithmicMedia``."""
    if not source_type:
        return data
    if data.startswith(JPEG):
        return _marked_jpeg(data, source_type)
    return _marked_png(data, source_type) if data.startswith(PNG) else data


def _marked_jpeg(data: bytes, source_type: str) -> bytes:
    parts = [part for part in segments(data) if part[0] != SCAN]
    if any(marker == APP11 for marker, _start, _end in parts):
        return data
    for marker, start, end in parts:
        if marker == APP1 and data.startswith(_JPEG_XMP, start):
            packet = _extended(data[start + len(_JPEG_XMP) : end], source_type)
            segment = _segment(packet)
            return data[: start - 4] + segment + data[end:] if packet and segment else data
    # behind the headers that readers expect first
    first = [end for marker, _start, end in parts if marker in {APP0, APP1}]
    place = max(first, default=len(JPEG))
    return data[:place] + _segment(_packet(source_type)) + data[place:]


def _segment(packet: bytes) -> bytes:
    """Return an APP1 segment, empty if the packet is too long for one."""
    content = _JPEG_XMP + packet
    if len(content) > _MOST_IN_A_SEGMENT:
        return b""
    return struct.pack(">BBH", 0xFF, APP1, len(content) + 2) + content


def _marked_png(data: bytes, source_type: str) -> bytes:
    found = [*chunks(data)]
    if any(kind == b"caBX" for kind, _start, _end in found):
        return data
    for kind, start, end in found:
        if kind == b"iTXt" and data.startswith(PNG_XMP, start):
            flags = data[start + len(PNG_XMP) :][:4]
            if flags != b"\0\0\0\0":  # compressed, or with a language, which is unusual for XMP
                return data
            packet = _extended(data[start + len(PNG_XMP) + 4 : end], source_type)
            return data[: start - 8] + _chunk(packet) + data[end + 4 :] if packet else data
    after_header = found[0][2] + 4 if found else len(data)
    return data[:after_header] + _chunk(_packet(source_type)) + data[after_header:]


def _chunk(packet: bytes) -> bytes:
    content = b"iTXt" + PNG_XMP + b"\0\0\0\0" + packet
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))


def _packet(source_type: str) -> bytes:
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    begin = (
        '<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode()
    )
    return b"".join(
        [
            begin,
            b'<x:xmpmeta xmlns:x="adobe:ns:meta/">',
            rdf,
            _description(source_type),
            _END,
            b'</x:xmpmeta><?xpacket end="w"?>',
        ]
    )


def _description(source_type: str) -> bytes:
    return (
        f'<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="{_NAMESPACE}">'
        f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPES}{source_type}"
        "</Iptc4xmpExt:DigitalSourceType></rdf:Description>"
    ).encode()


def _extended(packet: bytes, source_type: str) -> bytes:
    """Return the packet with one more description; empty if there is one, or no place for it."""
    before, found, after = packet.rpartition(_END)
    if b"DigitalSourceType" in packet or not found:
        return b""
    return before + _description(source_type) + found + after
