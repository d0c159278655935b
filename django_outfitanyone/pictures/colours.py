"""Turn decoded pictures into upright RGB in sRGB on white, a band of rows at a time.

Bands keep the peak of memory at the decoded and the converted picture, with no third copy.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from PIL import Image, ImageCms

from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.pictures.decoding import fitted, open_image, orientation, turned

BAND_ROWS = 128
LANCZOS_REACH = 3
"""Pixels of the scaled picture on which a pixel depends, to each side."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to what turns the picture upright."""
_FROM_THE_END = frozenset({3, 4, 6, 7})
"""Orientations in which the first rows become the last rows or columns."""

_TIFF_BITS, _TIFF_PHOTOMETRIC, _BLACK_IS_ZERO = 258, 262, 1


class Scaled(NamedTuple):
    """Upright pixels of a picture, scaled down for further work, and its full upright size."""

    pixels: Image.Image
    size: tuple[int, int]


def open_scaled(data: bytes, *, within: tuple[int, int]) -> Scaled:
    """Decode a picture, and scale it down into ``within``. Raises ``PictureRefused``."""
    with open_image(data, within=within) as opened:
        return Scaled(upright(opened.image, within=within), turned(opened.size, opened.image))


def upright(image: Image.Image, *, within: tuple[int, int]) -> Image.Image:
    """Return the picture upright, as RGB in sRGB on white, scaled down into ``within``.

    Nothing but pixels is left. Raises ``PictureRefused`` for sample types whose brightness
    is not defined.
    """
    turn = orientation(image)
    width, height = fitted(image.size, turned(within, image))
    convert = _Conversion(image)
    # not filled: the bands cover all of it
    result = Image.new("RGB", (height, width) if turn > 4 else (width, height), None)
    for first, last, band in _bands(image, (width, height), convert):
        turned_band = band.transpose(TURNS[turn]) if turn in TURNS else band
        place = height - last if turn in _FROM_THE_END else first
        result.paste(turned_band, (place, 0) if turn > 4 else (0, place))
    return result


def _bands(
    image: Image.Image, size: tuple[int, int], convert: _Conversion
) -> Iterator[tuple[int, int, Image.Image]]:
    """Yield first row, row behind the last one, and pixels of each band of the scaled picture."""
    width, height = size
    # one pixel is cut off: scaling by so little would blur the picture, and takes long
    is_scaled = max(image.width - width, image.height - height) > 1
    ratio = image.height / height if is_scaled else 1.0
    reach = math.ceil(LANCZOS_REACH * ratio) + 1 if is_scaled else 0
    for first in range(0, height, BAND_ROWS):
        last = min(first + BAND_ROWS, height)
        top = max(0, math.floor(first * ratio) - reach)
        bottom = min(image.height, math.ceil(last * ratio) + reach)
        band = convert(image.crop((0, top, image.width if is_scaled else width, bottom)))
        if is_scaled:
            box = (0, first * ratio - top, image.width, last * ratio - top)
            band = band.resize((width, last - first), Image.Resampling.LANCZOS, box=box)
        yield first, last, band


class _Conversion:
    """The conversion of one picture's modes and colours, applied to each of its bands."""

    def __init__(self, image: Image.Image) -> None:
        self.is_sixteen_bit = image.mode.startswith("I;16")
        _check_samples(image)
        self.has_alpha = image.has_transparency_data
        self.mode = _mode_without_alpha(image.mode)
        self.transform = _transform(image, self.mode)

    def __call__(self, band: Image.Image) -> Image.Image:
        """Return the band as RGB in sRGB on white."""
        if self.is_sixteen_bit:
            band = band.convert("I").point(lambda value: value / 256).convert("L")
        alpha = None
        if self.has_alpha:
            band = band.convert("RGBA")
            alpha = band.getchannel("A")
        colours = band if band.mode == self.mode else band.convert(self.mode)
        if self.transform:
            colours = ImageCms.applyTransform(colours, self.transform) or colours
        colours = colours if colours.mode == "RGB" else colours.convert("RGB")
        if alpha is None:
            return colours
        return Image.composite(colours, Image.new("RGB", colours.size, "white"), alpha)


def _mode_without_alpha(mode: str) -> str:
    if mode in {"CMYK", "LAB"}:
        return mode
    return "L" if mode in {"1", "L", "LA", "La"} or mode.startswith("I;16") else "RGB"


def _check_samples(image: Image.Image) -> None:
    """Refuse samples of which the file does not say what is black and what is white."""
    is_clear = image.mode not in {"F", "I"}
    if image.mode.startswith("I;16"):
        tags = getattr(image, "tag_v2", {_TIFF_BITS: 16, _TIFF_PHOTOMETRIC: _BLACK_IS_ZERO})
        bits = tags.get(_TIFF_BITS, 16)
        is_clear = (
            bits in {16, (16,)}
            and tags.get(_TIFF_PHOTOMETRIC) == _BLACK_IS_ZERO
            and not image.has_transparency_data
        )
    if not is_clear:
        raise PictureRefused(
            _("The picture's brightness values are of a kind (%(mode)s) that cannot be converted.")
            % {"mode": image.mode},
            remedy=_("Export it as JPEG, or as PNG with 8 bits per channel."),
            code="PictureUnreadable",
        )


def _transform(image: Image.Image, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return what converts the colours: phones write wider gamuts, print shops CMYK."""
    profile = image.info.get("icc_profile")
    source: Any = io.BytesIO(profile) if isinstance(profile, bytes) and profile else None
    if mode == "LAB" and not source:
        source = ImageCms.createProfile("LAB")
    if not source:
        return None
    try:
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None  # a broken profile is treated as none
