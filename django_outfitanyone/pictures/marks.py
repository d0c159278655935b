"""The marks in the files of pictures that an engine made, and in all files made from them.

Each file states in XMP how the picture was made (``provenance``). With a certificate in the
settings, it is signed too (``content_credentials``): a picture that cannot be signed is kept
without a signature, because it was paid for.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django_outfitanyone.exceptions import SigningFailed
from django_outfitanyone.pictures import content_credentials, provenance, xmp
from django_outfitanyone.pictures.containers import has_credentials, without_credentials

logger = logging.getLogger("django_outfitanyone")


def mark_master(data: bytes, source_type: str) -> bytes:
    """Return an engine's file with the marks of this shop; unchanged without a source type.

    A file with the engine's own Content Credentials stays byte for byte the same, unless the
    shop signs its pictures: then they become the parent of the shop's.
    """
    if not source_type:
        return data
    parent = data if has_credentials(data) else b""
    bare = provenance.mark(without_credentials(data), source_type)
    actions = ["c2pa.edited.metadata"] if parent else []
    signed = _signed(bare, source_type, parent=parent, actions=actions)
    return signed or provenance.mark(data, source_type)


def mark_copy(
    copy: bytes,
    source_type: str,
    *,
    master: bytes,
    actions: Sequence[str] = (),
    aigc: provenance.AIGC | None = None,
    sign: bool = True,
) -> bytes:
    """Return a file that was made from the master, with its marks.

    The master's XMP is kept, with this digital source type; see ``provenance.mark_copy``.
    ``actions`` say how the copy was made, as in ``content_credentials.sign``. A file that has
    all marks already is returned as it is.
    """
    marked = provenance.mark_copy(
        without_credentials(copy), source_type, known=xmp.read(master) or b"", aigc=aigc
    )
    signed = sign and _signed(marked, source_type, parent=master, actions=actions)
    return signed or marked


def _signed(data: bytes, source_type: str, *, parent: bytes, actions: Sequence[str]) -> bytes:
    """Return the signed file, empty if the shop signs no pictures or this one cannot be."""
    if not source_type or not content_credentials.is_configured():
        return b""
    try:
        return content_credentials.sign(data, source_type, parent=parent, actions=actions)
    except SigningFailed as error:
        logger.error("A picture was stored without Content Credentials: %s", error)  # noqa: TRY400 - frames hold the key
        return b""
