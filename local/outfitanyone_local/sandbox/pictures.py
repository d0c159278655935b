"""Check and decode pictures by the vendor's rules."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import BmpImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from .engines import RGB
from .errors import INVALID_LENGTH, INVALID_URL, Refused
from .preview import CropMark, is_preview, read_crop_mark

MIN_BYTES = 5 * 1024
MAX_BYTES = 5 * 1024 * 1024
MIN_SIDE = 150
MAX_SIDE = 4096
"""All four bounds are inclusive, as in the field tables; the error text differs."""
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


def read_picture(data: bytes, *, accept_webp: bool = False) -> Picture:
    """Check type, file size and pixel size before decoding; raises ``Refused``."""
    try:
        with _open(data, accept_webp=accept_webp) as image:
            return _checked(image, len(data))
    except Refused:
        raise
    except Exception as error:
        raise Refused(INVALID_URL) from error


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
    raise Refused(INVALID_URL)


def _open_heif(file: io.BytesIO) -> Image.Image:
    """Open a HEIC file; without the heif extra the format is unknown."""
    from pillow_heif import HeifImageFile

    image: Image.Image = HeifImageFile(file)  # type: ignore[no-untyped-call]
    return image


def _checked(image: Image.Image, size: int) -> Picture:
    """Check the sizes and decode. The sandbox's own crops may be smaller than other pictures,
    so that a narrow skirt can be kept.
    """
    if max(image.size) > MAX_SIDE or size > MAX_BYTES:
        raise Refused(INVALID_LENGTH)
    exif = image.getexif()
    crop_mark = read_crop_mark(exif)
    if crop_mark is None and (min(image.size) < MIN_SIDE or size < MIN_BYTES):
        raise Refused(INVALID_LENGTH)
    return Picture(_pixels(image), crop_mark, is_preview(exif))


def _pixels(image: Image.Image) -> RGB:
    """Return the pixels upright, with transparent areas on white."""
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        coloured = upright.convert("RGBA")
        upright = Image.new("RGBA", coloured.size, "white")
        upright.alpha_composite(coloured)
    return np.array(upright.convert("RGB"))
