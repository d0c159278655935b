"""Say in a picture's file how it was made: IPTC's digital source type and China's AIGC field.

Both are XMP properties. Pixels and all else in the file stay byte for byte the same. Imports
no Django.

Sources: IPTC Photo Metadata Standard 2023.2, "Digital Source Type"; GB 45438-2025, annex E
"Metadata of images"; C2PA specification 2.1, A.3 "Embedding".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape

from django_outfitanyone.pictures import xmp
from django_outfitanyone.pictures.containers import has_credentials

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""Prefix of the values that IPTC defines."""
PREVIEW = "compositeSynthetic"
"""Digital source type of a preview: a computer put it together, no model made it up."""

_SOURCE_TYPE, _AIGC = "DigitalSourceType", "AIGC"
_IPTC_NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_END = b"</rdf:RDF>"
_EMPTY = (
    '<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>'
    '</x:xmpmeta><?xpacket end="w"?>'
).encode()


@dataclass(frozen=True, kw_only=True)
class AIGC:
    """What the AIGC field states: who made the picture and, if known, who passes it on."""

    producer: str
    produce_id: str
    propagator: str = ""
    propagate_id: str = ""

    def as_json(self) -> str:
        """Return the field's seven keys; label ``1`` means that the picture was generated."""
        values = {
            "Label": "1",
            "ContentProducer": self.producer,
            "ProduceID": self.produce_id,
            "ReservedCode1": "",
            "ContentPropagator": self.propagator,
            "PropagateID": self.propagate_id,
            "ReservedCode2": "",
        }
        return json.dumps(values, ensure_ascii=False)


def mark(data: bytes, source_type: str) -> bytes:
    """Return an engine's file with this mark, for example ``trainedAlgorithmicMedia``.

    A file that already has a digital source type stays unchanged, and so does one with signed
    Content Credentials (C2PA), because another byte would break the signature.
    """
    if has_credentials(data):
        return data
    known = xmp.read(data)
    if not source_type or known is None or _SOURCE_TYPE.encode() in known:
        return data
    packet = _added(known or _EMPTY, _iptc_description(source_type))
    return xmp.write(data, packet) if packet else data


def mark_copy(
    data: bytes, source_type: str, *, known: bytes = b"", aigc: AIGC | None = None
) -> bytes:
    """Return a file that was made from another one, with its marks.

    ``known`` is the other file's XMP, which is kept as far as possible: only the digital
    source type is replaced, unless ``source_type`` is empty. An AIGC field of the engine
    stays. An XMP that is too long or cannot be extended is left out.
    """
    for base in (known, b""):
        packet = _packet(base, source_type, aigc)
        if len(packet) <= xmp.MOST_BYTES and _is_well_formed(packet):
            return xmp.write(data, packet)
    return data


def states(data: bytes, source_type: str) -> bool:
    """Whether the file's XMP has this digital source type."""
    value = re.escape(SOURCE_TYPES + source_type)
    return re.search(f"{value}\\s*[<\"']".encode(), xmp.read(data) or b"") is not None


def _packet(known: bytes, source_type: str, aigc: AIGC | None) -> bytes:
    """Return the XMP with these marks, empty if a mark cannot be written into it."""
    if source_type:
        known = _added(_removed(known, _SOURCE_TYPE) or _EMPTY, _iptc_description(source_type))
    if aigc and not _has(known, _AIGC):
        known = _added(known or _EMPTY, _aigc_description(aigc))
    return known


def _iptc_description(source_type: str) -> str:
    return (
        f'<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="{_IPTC_NAMESPACE}">'
        f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPES}{source_type}"
        "</Iptc4xmpExt:DigitalSourceType></rdf:Description>"
    )


def _aigc_description(aigc: AIGC) -> str:
    return (
        f'<rdf:Description rdf:about="" xmlns:TC260="{_AIGC_NAMESPACE}">'
        f"<TC260:AIGC>{escape(aigc.as_json())}</TC260:AIGC></rdf:Description>"
    )


def _added(packet: bytes, description: str) -> bytes:
    """Return the packet with one more description; empty if it has no place for it."""
    before, found, after = packet.rpartition(_END)
    return before + description.encode() + found + after if found else b""


def _has(packet: bytes, name: str) -> bool:
    return re.search(rf":{name}\b".encode(), packet) is not None


def _removed(packet: bytes, name: str) -> bytes:
    """Return the packet without this property, empty if it cannot be removed."""
    element = rf"<([\w.-]+):{name}\b[^<>]*(?:/>|>[^<]*</\1:{name}\s*>)"
    attribute = rf"""\s[\w.-]+:{name}\s*=\s*(?:"[^"<]*"|'[^'<]*')"""
    for pattern in (element, attribute):
        packet = re.sub(pattern.encode(), b"", packet)
    return b"" if _has(packet, name) else packet


def _is_well_formed(packet: bytes) -> bool:
    """Whether an XMP reader can read the packet. It comes from outside: no entity is expanded."""
    if b"<!DOCTYPE" in packet:
        return False
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(packet, True)
    except expat.ExpatError:
        return False
    return True
