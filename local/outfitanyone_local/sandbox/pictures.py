"""Check and decode pictures by the vendor's rules."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import BmpImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from .engine_protocol import RGB
from .errors import INVALID_LENGTH, INVALID_URL, Refused
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
FILE_TOO_LARGE = INVALID_LENGTH.because(
    f"The file has more than {MAX_BYTES:,} bytes.", "file_too_large"
)
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


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
    data: bytes, *, accept_webp: bool = False, accept_small_crops: bool = False
) -> Picture:
    """Check type, file size and pixel size before decoding; raises ``Refused``.

    accept_small_crops: let the sandbox's own crops be smaller than other pictures.
    """
    try:
        with _open(data, accept_webp=accept_webp) as image:
            return _checked(image, len(data), accept_small_crops=accept_small_crops)
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


def _checked(image: Image.Image, size: int, *, accept_small_crops: bool) -> Picture:
    """Check the sizes and decode. The upper bounds come first, because reading metadata decodes."""
    if max(image.size) > MAX_SIDE:
        size_text = f"{image.width} x {image.height} pixels"
        reason = f"The picture has {size_text}; a side may have {MAX_SIDE} at most."
        raise Refused(INVALID_LENGTH.because(reason, "side_too_long"))
    if size > MAX_BYTES:
        raise Refused(FILE_TOO_LARGE)
    exif = image.getexif()
    crop_mark = read_crop_mark(exif)
    if crop_mark is None or not accept_small_crops:
        _check_lower_bounds(image.size, size)
    return Picture(_pixels(image), crop_mark, is_preview(exif))


def _check_lower_bounds(sides: tuple[int, int], size: int) -> None:
    if min(sides) < MIN_SIDE:
        reason = f"The picture has {sides[0]} x {sides[1]} pixels; each side needs {MIN_SIDE}."
        raise Refused(INVALID_LENGTH.because(reason, "side_too_short"))
    if size < MIN_BYTES:
        reason = f"The file has {size:,} bytes; {MIN_BYTES:,} are needed at least."
        raise Refused(INVALID_LENGTH.because(reason, "file_too_small"))


def _pixels(image: Image.Image) -> RGB:
    """Return the pixels upright, with transparent areas on white."""
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        coloured = upright.convert("RGBA")
        upright = Image.new("RGBA", coloured.size, "white")
        upright.alpha_composite(coloured)
    return np.array(upright.convert("RGB"))
