"""What the engine accepts as a picture, and how an upload is converted to it.

The limits are the API's (Plus API reference, "input image requirements"): 5 KB to 5 MB,
each side 150 to 4096 px, where the error texts exclude both ends. Pictures are converted
when they are stored, so that boxes found later are pixels of the picture that visitors
see.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import DownloadRefused, PictureRefused
from django_outfitanyone.pictures import provenance
from django_outfitanyone.pictures.decoding import (
    SENDABLE,
    encode,
    flatten,
    human_size,
    open_image,
)

MIN_SIDE = 151
MAX_SIDE = 4095
MIN_BYTES = 5 * 1024
MAX_BYTES = 5 * 1024 * 1024
SANDBOX_MARK = "OutfitAnyone sandbox preview"
"""The EXIF ``Software`` of a picture from the local sandbox."""

PLAIN_INFO = frozenset(
    {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "progressive", "progression"}
    | {"adobe", "adobe_transform", "gamma", "srgb", "chromaticity", "interlace"}
)
"""Keys of Pillow's ``info`` that describe only the pixels."""
PLAIN_SEGMENTS = frozenset({"APP0", "APP14"})
ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}

_JPEG_QUALITIES = (95, 90, 85, 75)
_EXIF_SOFTWARE = 0x0131


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture file that the engine accepts. ``suffix`` starts with a dot."""

    data: bytes
    suffix: str
    width: int
    height: int
    is_sandbox_preview: bool = False

    @property
    def sha256(self) -> str:
        return fingerprint(self.data)

    def marked(self, source_type: str) -> Picture:
        """Return the same picture with a mark in its file; see ``provenance``."""
        return replace(self, data=provenance.mark(self.data, source_type))


def fingerprint(data: bytes) -> str:
    """Return the SHA-256 of the bytes in hex."""
    return hashlib.sha256(data).hexdigest()


def read_upload(file: Any) -> bytes:
    """Return the bytes of an uploaded file; raise ``PictureRefused`` if it is too large."""
    if file.size > conf.MAX_UPLOAD_BYTES:
        raise PictureRefused(
            _("The file has %(size)s; the maximum is %(limit)s.")
            % {"size": human_size(file.size), "limit": human_size(conf.MAX_UPLOAD_BYTES)},
            remedy=_("Scale the picture down."),
            code="PictureTooLarge",
        )
    data: bytes = file.read()
    return data


def prepare(data: bytes) -> Picture:
    """Convert a picture to what the engine accepts.

    The result is upright, JPEG or PNG, within the limits and without metadata. Bytes that
    meet all this are returned unchanged. Pictures are never enlarged. Raises
    ``PictureRefused`` when the conversion is impossible.
    """
    if len(data) < MIN_BYTES:
        raise PictureRefused(
            _("The file has %(size)s; the minimum is 5 KB.") % {"size": human_size(len(data))},
            remedy=_("Use the original photo instead of a preview or an icon."),
            code="PictureTooSmall",
        )
    with open_image(data) as image:
        _check_sides(image)
        if _is_sendable(image, data):
            return Picture(
                data=data,
                suffix=SENDABLE[str(image.format)],
                width=image.width,
                height=image.height,
            )
        return _normalised(image)


def verify(data: bytes) -> Picture:
    """Check that a downloaded result is a picture; raise ``DownloadRefused`` otherwise.

    The bytes stay unchanged, because they were paid for.
    """
    try:
        with open_image(data, formats=[*SENDABLE]) as image:
            suffix = SENDABLE.get(str(image.format))
            if suffix is None:
                raise DownloadRefused(f"The file is {image.format}, not JPEG or PNG.")
            return Picture(
                data=data,
                suffix=suffix,
                width=image.width,
                height=image.height,
                is_sandbox_preview=image.getexif().get(_EXIF_SOFTWARE) == SANDBOX_MARK,
            )
    except PictureRefused as error:
        raise DownloadRefused(f"The file is not a usable picture: {error.message}") from error


def _check_sides(image: Image.Image) -> None:
    if min(image.size) < MIN_SIDE or _fitted(image.size)[2]:
        raise PictureRefused(
            _("The picture has %(width)s × %(height)s px; each side needs at least 151 px.")
            % {"width": image.width, "height": image.height},
            remedy=_("Use a larger photo; enlarging this one would not add detail."),
            code="PictureTooSmall",
        )


def _fitted(size: tuple[int, int]) -> tuple[int, int, bool]:
    """Return width and height scaled down into the limits, and if a side is then too short."""
    scale = min(1.0, MAX_SIDE / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    return width, height, min(width, height) < MIN_SIDE


def _is_sendable(image: Image.Image, data: bytes) -> bool:
    return (
        image.format in SENDABLE
        and image.mode == "RGB"
        and not image.has_transparency_data
        and max(image.size) <= MAX_SIDE
        and len(data) <= MAX_BYTES
        and _is_plain(image, data)
    )


def _is_plain(image: Image.Image, data: bytes) -> bool:
    """Whether the file holds only a picture: no metadata, and nothing after its end."""
    segments = {name for name, _content in getattr(image, "applist", ())}
    return (
        not image.getexif()
        and set(image.info) <= PLAIN_INFO
        and segments <= PLAIN_SEGMENTS
        and data.endswith(ENDS[str(image.format)])
    )


def _normalised(image: Image.Image) -> Picture:
    upright = flatten(ImageOps.exif_transpose(image))
    width, height, _too_short = _fitted(upright.size)
    if upright.size != (width, height):
        upright = upright.resize((width, height), Image.Resampling.LANCZOS)
    while True:
        for data, suffix in _encodings(upright, lossless=image.format in {"PNG", "BMP", "TIFF"}):
            if MIN_BYTES <= len(data) <= MAX_BYTES:
                return Picture(data=data, suffix=suffix, width=upright.width, height=upright.height)
        smaller = (upright.width * 3 // 4, upright.height * 3 // 4)
        upright = upright.resize(smaller, Image.Resampling.LANCZOS)
        _check_sides(upright)


def _encodings(image: Image.Image, *, lossless: bool) -> Iterator[tuple[bytes, str]]:
    """Yield encodings of the picture, best first; the last one is for files that are too small."""
    if lossless:
        yield encode(image, "PNG"), ".png"
    for quality in _JPEG_QUALITIES:
        yield encode(image, "JPEG", quality=quality, subsampling=0), ".jpg"
    yield encode(image, "PNG", compress_level=0), ".png"
