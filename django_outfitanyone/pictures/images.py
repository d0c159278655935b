"""What the engine accepts as a picture, and how an upload is converted to it.

The limits are the API's (Plus API reference, "input image requirements"): 5 KB to 5 MB,
each side 150 to 4096 px, where the error texts exclude both ends. Pictures are converted
when they are stored, so that boxes found later are pixels of the picture that visitors
see.
"""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image

from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import DownloadRefused, PictureRefused
from django_outfitanyone.pictures import containers, marks, provenance
from django_outfitanyone.pictures.colours import Scaled, upright
from django_outfitanyone.pictures.decoding import (
    SENDABLE,
    Opened,
    exif_value,
    fitted,
    human_size,
    open_image,
    orientation,
)
from django_outfitanyone.pictures.encoding import Encoded, encode_within
from django_outfitanyone.pictures.renditions import LARGEST

MIN_SIDE = 151
MAX_SIDE = 4095
MIN_BYTES = 5 * 1024
MAX_BYTES = 5 * 1024 * 1024
SANDBOX_MARK = "OutfitAnyone sandbox preview"
"""The EXIF ``Software`` of a picture from the local sandbox."""

RESULTS = {**SENDABLE, "WEBP": ".webp"}
"""Formats in which engines return pictures, with their suffix."""

_LOSSLESS = frozenset({"PNG", "BMP", "TIFF"})
_TAIL_BYTES = 16
_THUMBNAIL_SIDE = 512
"""Results are decoded completely to check them, but not at their full size."""
_EXIF_SOFTWARE = 0x0131
SCALED_BOX = (LARGEST, MAX_SIDE)
"""What the pixels of an upload are scaled down into: as wide as the largest copy."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture file that the engine accepts. ``suffix`` starts with a dot."""

    data: bytes
    suffix: str
    width: int
    height: int
    is_sandbox_preview: bool = False
    scaled: Scaled | None = field(default=None, repr=False, compare=False)
    """Pixels of an upload, so that check, thumbnail and copies need not decode it again."""

    @property
    def sha256(self) -> str:
        return fingerprint(self.data)

    def marked(self, source_type: str) -> Picture:
        """Return the same picture with its marks in the file; see ``marks.mark_master``."""
        if self.is_sandbox_preview:
            source_type = provenance.PREVIEW
        return replace(self, data=marks.mark_master(self.data, source_type))

    def marked_as_copy(self, source_type: str) -> Picture:
        """Return a crop or cut-out with the mark of its picture; the same one for a photo."""
        if not source_type:
            return self
        data = marks.mark_copy(self.data, source_type, master=self.data, sign=False)
        return replace(self, data=data)


class PreparedFile(ContentFile):  # type: ignore[type-arg]
    """The file of a prepared picture: storing it does not prepare it again."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture.data)
        self.prepared = picture


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


def prepare_upload(file: Any) -> Picture:
    """Prepare an uploaded file; the picture stays with the file, so this is done once."""
    if getattr(file, "prepared", None) is None:
        file.prepared = prepare(read_upload(file))
        file.seek(0)
    picture: Picture = file.prepared
    return picture


def prepared(file: Any) -> Picture:
    """Return the prepared picture of this file; prepare it unless that was done before."""
    picture: Picture | None = getattr(file, "prepared", None)
    if picture is None:
        file.seek(0)
        picture = prepare(file.read())
    return picture


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
    return _as_picture(*_kept_or_converted(data))


def from_pixels(pixels: Image.Image) -> Picture:
    """Encode upright RGB pixels; raise ``PictureRefused`` if they are too few."""
    _check_sides(pixels.size)
    return _as_picture(_converted(pixels, lossless=False))


def verify(data: bytes) -> Picture:
    """Check that a downloaded result is a picture; raise ``DownloadRefused`` otherwise.

    The bytes stay unchanged, because they were paid for.
    """
    try:
        with open_image(
            data, formats=[*RESULTS], within=(_THUMBNAIL_SIDE, _THUMBNAIL_SIDE)
        ) as opened:
            _check_is_still(opened.image)
            return Picture(
                data=data,
                suffix=RESULTS.get(str(opened.image.format), ".jpg"),
                width=opened.size[0],
                height=opened.size[1],
                is_sandbox_preview=exif_value(opened.image, _EXIF_SOFTWARE) == SANDBOX_MARK,
            )
    except PictureRefused as error:
        raise DownloadRefused(f"The file is not a usable picture: {error.message}") from error


def _check_is_still(image: Image.Image) -> None:
    if image.format == "WEBP" and getattr(image, "is_animated", False):
        raise PictureRefused(_("The WEBP file is an animation."), code="PictureUnreadable")


def _kept_or_converted(data: bytes) -> tuple[Encoded, Image.Image]:
    """Return the picture as it is if that is possible, else newly encoded; and its pixels."""
    with open_image(data, within=(MAX_SIDE, MAX_SIDE)) as opened:
        _check_sides(opened.size)
        kept = _kept(opened, data)
        if kept:
            suffix = SENDABLE[str(opened.image.format)]
            return Encoded(kept, suffix, opened.size), _scaled(opened.image)
        lossless = opened.image.format in _LOSSLESS
        pixels = upright(opened.image, within=(MAX_SIDE, MAX_SIDE))
    del opened  # frees its pixels
    return _converted(pixels, lossless=lossless), _scaled(pixels)


def _converted(pixels: Image.Image, *, lossless: bool) -> Encoded:
    ready = encode_within(
        pixels, lossless=lossless, least=MIN_BYTES, most=MAX_BYTES, shortest=MIN_SIDE
    )
    if ready is None:
        raise _too_large()
    return ready


def _scaled(pixels: Image.Image) -> Image.Image:
    """Return a copy of the pixels, scaled down to what further work needs."""
    size = fitted(pixels.size, SCALED_BOX)
    # a gap of 1 halves large pictures first, which takes half the time
    return pixels.resize(size, Image.Resampling.LANCZOS, reducing_gap=1.0)


def _as_picture(ready: Encoded, pixels: Image.Image | None = None) -> Picture:
    width, height = ready.size
    return Picture(
        data=ready.data,
        suffix=ready.suffix,
        width=width,
        height=height,
        scaled=Scaled(pixels, ready.size) if pixels else None,
    )


def _too_large() -> PictureRefused:
    return PictureRefused(
        _("The picture cannot be compressed to 5 MB."),
        remedy=_("Scale it down, or crop it."),
        code="PictureTooLarge",
    )


def _check_sides(size: tuple[int, int]) -> None:
    values = {"width": size[0], "height": size[1]}
    if min(size) < MIN_SIDE:
        raise PictureRefused(
            _("The picture has %(width)s × %(height)s px; each side needs at least 151 px.")
            % values,
            remedy=_("Use a larger photo; enlarging this one would not add detail."),
            code="PictureTooSmall",
        )
    if min(fitted(size, (MAX_SIDE, MAX_SIDE))) < MIN_SIDE:
        raise PictureRefused(
            _(
                "The picture has %(width)s × %(height)s px and is too long for its width: "
                "one side may be at most 27 times the other."
            )
            % values,
            remedy=_("Crop it."),
            code="PictureTooLong",
        )


def _kept(opened: Opened, data: bytes) -> bytes | None:
    """Return the file without anything but the picture; ``None`` if it needs a conversion."""
    image = opened.image
    needs_conversion = (
        image.format not in SENDABLE
        or image.mode != "RGB"
        or image.has_transparency_data
        or "icc_profile" in image.info
        or orientation(image) != 1
        or max(opened.size) > MAX_SIDE
    )
    kept = None if needs_conversion else containers.plain(data)
    if kept is None or not MIN_BYTES <= len(kept) <= MAX_BYTES:
        return None
    return kept if image.format == "PNG" or _ends_with_its_pixels(kept) else None


def _ends_with_its_pixels(jpeg: bytes) -> bool:
    """Whether the last bytes of the scan change the picture: decoders ignore any behind it."""
    end = containers.JPEG_END
    shorter = jpeg[: -len(end) - _TAIL_BYTES] + end
    with suppress(OSError):  # the shorter one may be unreadable, so it is not the same
        return _eighth(shorter) != _eighth(jpeg)
    return True


def _eighth(jpeg: bytes) -> bytes:
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
        image.draft(None, (image.width // 8, image.height // 8))
        return image.tobytes()
