"""Read pictures of any format into sRGB pixels, and write them without metadata."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, UnidentifiedImageError

from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import PictureRefused

SENDABLE = {"JPEG": ".jpg", "PNG": ".png"}
"""Formats that every version of the API's documents accepts, with their suffix."""
READABLE = (*SENDABLE, "MPO", "BMP", "WEBP", "TIFF", "GIF", "AVIF", "HEIF")
"""Formats that people may upload; HEIF only with the extra ``[heif]``."""


@contextmanager
def open_image(data: bytes, *, formats: list[str] | None = None) -> Iterator[Image.Image]:
    """Yield the decoded picture, after its header has passed the pixel limit.

    Raises ``PictureRefused`` for anything that is not a readable picture.
    """
    try:
        with warnings.catch_warnings():
            # the pixel limit below replaces Pillow's warning
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=formats or _readable())
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureRefused(
            _("The file is not a picture that can be read."),
            remedy=_("Use a JPEG, PNG, WEBP, BMP or HEIC photo."),
            code="PictureUnreadable",
        ) from error
    with image:
        if image.width * image.height > conf.MAX_PICTURE_PIXELS:
            raise _too_many_pixels(image)
        try:
            image.load()
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise PictureRefused(
                _("The picture file is damaged or incomplete."),
                remedy=_("Export or upload it again."),
                code="PictureDamaged",
            ) from error
        yield image


def _readable() -> list[str]:
    Image.init()
    return [name for name in READABLE if name in Image.OPEN]


def _too_many_pixels(image: Image.Image | None = None) -> PictureRefused:
    size = f"{image.width} × {image.height} px" if image else _("far too many pixels")
    limit = conf.MAX_PICTURE_PIXELS // 1_000_000
    return PictureRefused(
        _("The picture has %(size)s; the maximum is %(limit)s megapixels.")
        % {"size": size, "limit": limit},
        remedy=_("Scale it down to at most 4095 px a side."),
        code="PictureTooLarge",
    )


def flatten(image: Image.Image) -> Image.Image:
    """Return the picture as RGB in sRGB on white, whatever its mode and profile."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        white = Image.new("RGBA", with_alpha.size, "white")
        return Image.alpha_composite(white, with_alpha).convert("RGB")
    return _to_srgb(image).convert("RGB")


def _to_srgb(image: Image.Image) -> Image.Image:
    """Convert the colours by the file's profile: phones write wider gamuts, print shops CMYK."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "CMYK"}:
        return image
    try:
        converted = ImageCms.profileToProfile(
            image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a broken profile is treated as none
    return converted or image


def encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    """Return the picture as a file in this Pillow format, without metadata."""
    buffer = io.BytesIO()
    clean = Image.new(image.mode, image.size)
    clean.paste(image)  # pixels only
    clean.save(buffer, image_format, **options)
    return buffer.getvalue()


def human_size(count: int) -> str:
    """Return a file size in the reader's language: ``830 bytes``, ``4.0 KB``, ``6,1 MB``."""
    return filesizeformat(count).replace("\N{NO-BREAK SPACE}", " ")


def register_heif() -> None:
    """Let Pillow read HEIC, the format of phones, if the extra ``[heif]`` is installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return
    register_heif_opener()
