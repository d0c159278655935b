"""Check and decode pictures by the vendor's rules."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import BmpImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from .engine_protocol import RGB
from .errors import INVALID_LENGTH, INVALID_URL, Problem, Refused
from .preview import CropMark, is_preview, read_crop_mark

MIN_BYTES = 5 * 1024
MAX_BYTES = 5 * 1024 * 1024
MIN_SIDE = 150
MAX_SIDE = 4096
"""All four bounds are inclusive, as in the field tables; the error text differs."""
UNREADABLE = INVALID_URL.because("The file cannot be decoded as a picture.", "file_unreadable")
OTHER_FORMAT = INVALID_URL.because(
    "The file is no picture in an accepted format: JPEG, PNG, BMP or HEIC.", "file_format"
)
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


@dataclass(frozen=True, kw_only=True)
class PictureLimits:
    """What a picture may be, all bounds inclusive; the defaults are those of OutfitAnyone."""

    min_bytes: int = MIN_BYTES
    max_bytes: int = MAX_BYTES
    min_side: int = MIN_SIDE
    max_side: int = MAX_SIDE
    accepts_webp: bool = False


OUTFIT_ANYONE = PictureLimits()


def file_too_large(max_bytes: int) -> Problem:
    return INVALID_LENGTH.because(f"The file has more than {max_bytes:,} bytes.", "file_too_large")


@dataclass(frozen=True)
class Picture:
    pixels: RGB
    crop_mark: CropMark | None = None
    is_preview: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]


def read_picture(
    data: bytes,
    *,
    limits: PictureLimits = OUTFIT_ANYONE,
    accept_webp: bool = False,
    accept_small_crops: bool = False,
) -> Picture:
    """Check type, file size and pixel size before decoding; raises ``Refused``.

    accept_small_crops: let the sandbox's own crops be smaller than other pictures.
    """
    try:
        with _open(data, accept_webp=accept_webp or limits.accepts_webp) as image:
            return _checked(image, len(data), limits, accept_small_crops=accept_small_crops)
    except Refused:
        raise
    except Exception as error:
        raise Refused(UNREADABLE) from error


def _open(data: bytes, *, accept_webp: bool) -> Image.Image:
    """Detect the type by the first bytes, not by the URL or its Content-Type."""
    file = io.BytesIO(data)
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImagePlugin.JpegImageFile(file)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImagePlugin.PngImageFile(file)
    if data.startswith(b"BM"):
        return BmpImagePlugin.BmpImageFile(file)
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        return _open_heif(file)
    if accept_webp and data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile(file)
    raise Refused(OTHER_FORMAT)


def _open_heif(file: io.BytesIO) -> Image.Image:
    """Open a HEIC file. Its library is native, so it is imported for the first such file."""
    from pillow_heif import HeifImageFile

    image: Image.Image = HeifImageFile(file)  # type: ignore[no-untyped-call]
    return image


def _checked(
    image: Image.Image, size: int, limits: PictureLimits, *, accept_small_crops: bool
) -> Picture:
    """Check the sizes and decode. The upper bounds come first, because reading metadata decodes."""
    if max(image.size) > limits.max_side:
        size_text = f"{image.width} x {image.height} pixels"
        reason = f"The picture has {size_text}; a side may have {limits.max_side} at most."
        raise Refused(INVALID_LENGTH.because(reason, "side_too_long"))
    if size > limits.max_bytes:
        raise Refused(file_too_large(limits.max_bytes))
    exif = image.getexif()
    crop_mark = read_crop_mark(exif)
    if crop_mark is None or not accept_small_crops:
        _check_lower_bounds(image.size, size, limits)
    return Picture(_pixels(image), crop_mark, is_preview(exif))


def _check_lower_bounds(sides: tuple[int, int], size: int, limits: PictureLimits) -> None:
    if min(sides) < limits.min_side:
        sides_text = f"{sides[0]} x {sides[1]} pixels"
        reason = f"The picture has {sides_text}; each side needs {limits.min_side}."
        raise Refused(INVALID_LENGTH.because(reason, "side_too_short"))
    if size < limits.min_bytes:
        reason = f"The file has {size:,} bytes; {limits.min_bytes:,} are needed at least."
        raise Refused(INVALID_LENGTH.because(reason, "file_too_small"))


def _pixels(image: Image.Image) -> RGB:
    """Return the pixels upright, with transparent areas on white."""
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        coloured = upright.convert("RGBA")
        upright = Image.new("RGBA", coloured.size, "white")
        upright.alpha_composite(coloured)
    return np.array(upright.convert("RGB"))
