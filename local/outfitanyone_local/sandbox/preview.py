"""Write the sandbox's pictures: previews with their marks, crops and cut-outs."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from .engine_protocol import RGB, RGBA

PREVIEW_SOFTWARE = "OutfitAnyone sandbox preview"
"""EXIF ``Software`` of every try-on result; clients recognise a preview by it."""
PREVIEW_DESCRIPTION = "Preview made by a local sandbox, not by the OutfitAnyone service"
CROP_SOFTWARE = "OutfitAnyone sandbox crop"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"
JPEG_QUALITY = 95
PILL_HEIGHT_SHARE = 0.02
PILL_MIN_HEIGHT = 12
PILL_LABEL = "Preview"

_DESCRIPTION, _SOFTWARE = 0x010E, 0x0131
_CROP = re.compile(r"crop (upper|lower|dress) of ([0-9a-f]{64})")
_XMP = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@dataclass(frozen=True)
class CropMark:
    """Mark in the metadata of a crop that the sandbox made."""

    clothes_type: str
    source: str
    """``fingerprint`` of the original picture."""


def fingerprint(image: RGB) -> str:
    """Return a hash of the pixels, independent of the file format."""
    digest = hashlib.sha256(repr(image.shape).encode())
    digest.update(np.ascontiguousarray(image).data)
    return digest.hexdigest()


def preview_jpeg(image: RGB, *, marked_already: bool = False) -> bytes:
    """Return a try-on result as JPEG, with the visible mark unless it is already there."""
    picture = Image.fromarray(image)
    if not marked_already:
        _draw_pill(picture, PILL_LABEL)
    return _jpeg(picture, software=PREVIEW_SOFTWARE, description=PREVIEW_DESCRIPTION, xmp=_XMP)


def preview_file(image: RGB, *, file_format: str, number: int = 1) -> bytes:
    """Return the ``number``-th candidate of a try-on as ``png``, ``jpg`` or ``webp``."""
    picture = Image.fromarray(image)
    _draw_pill(picture, PILL_LABEL if number == 1 else f"{PILL_LABEL} {number}")
    if file_format == "jpg":
        return _jpeg(picture, software=PREVIEW_SOFTWARE, description=PREVIEW_DESCRIPTION, xmp=_XMP)
    exif = _exif(software=PREVIEW_SOFTWARE, description=PREVIEW_DESCRIPTION)
    file = io.BytesIO()
    if file_format == "webp":
        picture.save(file, "WEBP", quality=JPEG_QUALITY, exif=exif, xmp=_XMP.encode())
    else:
        texts = PngImagePlugin.PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", _XMP)
        picture.save(file, "PNG", exif=exif, pnginfo=texts)
    return file.getvalue()


def crop_jpeg(crop: RGB, mark: CropMark) -> bytes:
    description = f"crop {mark.clothes_type} of {mark.source}"
    return _jpeg(Image.fromarray(crop), software=CROP_SOFTWARE, description=description)


def cutout_png(cutout: RGBA) -> bytes:
    file = io.BytesIO()
    Image.fromarray(cutout).save(file, "PNG")
    return file.getvalue()


def read_crop_mark(exif: Image.Exif) -> CropMark | None:
    """Return the mark of a crop.

    It is inside the file, so it survives restarts and the client's own storage.
    """
    found = _CROP.fullmatch(str(exif.get(_DESCRIPTION, "")))
    return CropMark(found[1], found[2]) if found and exif.get(_SOFTWARE) == CROP_SOFTWARE else None


def is_preview(exif: Image.Exif) -> bool:
    return bool(exif.get(_SOFTWARE) == PREVIEW_SOFTWARE)


def _jpeg(picture: Image.Image, *, software: str, description: str, xmp: str = "") -> bytes:
    exif = _exif(software=software, description=description)
    file = io.BytesIO()
    picture.save(
        file, "JPEG", quality=JPEG_QUALITY, subsampling=0, exif=exif, xmp=xmp.encode() or None
    )
    return file.getvalue()


def _exif(*, software: str, description: str) -> Image.Exif:
    exif = Image.Exif()
    exif[_SOFTWARE], exif[_DESCRIPTION] = software, description
    return exif


def _draw_pill(picture: Image.Image, label: str) -> None:
    """Draw the mark at four times its size and scale it down, for smooth edges."""
    height = max(round(picture.height * PILL_HEIGHT_SHARE), PILL_MIN_HEIGHT)
    font = ImageFont.load_default(size=round(height * 4 * 0.62))
    text_width = round(font.getlength(label) / 4)
    size = (text_width + height, height)
    pill = Image.new("RGBA", (size[0] * 4, size[1] * 4), (0, 0, 0, 0))
    draw = ImageDraw.Draw(pill)
    draw.rounded_rectangle((0, 0, pill.width - 1, pill.height - 1), height * 2, (24, 24, 27, 140))
    draw.text((pill.width / 2, pill.height / 2), label, (255, 255, 255, 235), font, "mm")
    pill = pill.resize(size, Image.Resampling.LANCZOS)
    margin = round(height * 0.8)
    picture.paste(pill, (margin, picture.height - margin - height), pill)
