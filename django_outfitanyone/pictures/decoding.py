"""Read pictures of any format, which may be hostile, within bounds of time and memory.

All of Pillow's work on files from outside happens inside of ``open_image``: whatever
Pillow raises there is a refusal with a reason.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, JpegImagePlugin, UnidentifiedImageError

from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import OutfitAnyoneError, PictureRefused
from django_outfitanyone.pictures.containers import count_scans, without_metadata

SENDABLE = {"JPEG": ".jpg", "PNG": ".png"}
"""Formats that every version of the API's documents accepts, with their suffix."""
READABLE = (*SENDABLE, "MPO", "BMP", "WEBP", "TIFF", "GIF", "AVIF", "HEIF")
"""Formats that people may upload; HEIF only with the extra ``[heif]`` or ``[local]``."""
JPEGS = frozenset({"JPEG", "MPO"})
NAMES = {"MPO": "JPEG", "HEIF": "HEIC"}
"""What people call a format where Pillow uses another name."""

MAX_SCANS = 100
"""Encoders write about ten; each further one costs a pass over all pixels."""
MAX_SCANNED_PIXELS = 800_000_000
MEMORY = 200_000_000
"""Bytes that one picture may take: its file, its decoded pixels and the converted ones."""
BANDS = 20_000_000
"""Bytes for the parts of the picture that are being converted."""
SHORTEST_SIDE = 151
"""A JPEG is not decoded at a smaller size than this."""
BYTES_PER_PIXEL = {"WEBP": 16, "AVIF": 10, "HEIF": 8}
"""Bytes that decoding takes for each pixel, as measured; 4 in all other formats."""

_ORIENTATION = 0x0112
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


class Opened(NamedTuple):
    """A decoded picture, and its size in the file: a JPEG may be decoded at a smaller one."""

    image: Image.Image
    size: tuple[int, int]


@contextmanager
def open_image(
    data: bytes, *, formats: list[str] | None = None, within: tuple[int, int] | None = None
) -> Iterator[Opened]:
    """Yield the decoded picture, after its header has passed the limits.

    ``within`` is the box into which the upright picture will be scaled: a JPEG that is much
    larger is decoded at a half, a quarter or an eighth of its size, which saves time and
    memory. Raises ``PictureRefused``
    for anything that is not a readable picture, also when the body of the ``with`` block
    fails in reading it.
    """
    try:
        opened = _decoded(data, formats, within)
    except PictureRefused as error:
        # the reason may lie in metadata, which is not needed
        bare = without_metadata(data)
        if bare == data or error.code not in {"PictureUnreadable", "PictureDamaged"}:
            raise
        opened = _decoded(bare, formats, within)
    with opened.image, _refusals(damaged=True):
        yield opened


def exif_value(image: Image.Image, tag: int) -> Any:
    """Return a value of the picture's EXIF; ``None`` if there is none or it cannot be read."""
    with suppress(Exception):  # odd EXIF must not stop a readable picture
        return image.getexif().get(tag)
    return None


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 if the file has none or an odd one."""
    value = exif_value(image, _ORIENTATION)
    return value if type(value) is int and 1 <= value <= 8 else 1


def readable_names() -> str:
    """Return the formats that this installation reads, in words."""
    return ", ".join(dict.fromkeys(NAMES.get(name, name) for name in _readable()))


def human_size(count: int) -> str:
    """Return a file size in the reader's language: ``830 bytes``, ``4.0 KB``, ``6,1 MB``."""
    return filesizeformat(count).replace("\N{NO-BREAK SPACE}", " ")


def register_heif() -> None:
    """Let Pillow read HEIC, the format of phones, if ``[heif]`` or ``[local]`` is installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return
    register_heif_opener()


def _decoded(data: bytes, formats: list[str] | None, within: tuple[int, int] | None) -> Opened:
    with _refusals(data), warnings.catch_warnings():
        # the limits below replace Pillow's warning
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(data), formats=formats or _readable())
    size = image.size
    try:
        with _refusals(damaged=True):
            _check_limits(image, data, within)
            image.load()
            vars(image).pop("_decoder", None)  # keeps more copies of a WEBP or AVIF picture
    except BaseException:
        image.close()
        raise
    return Opened(image, size)


@contextmanager
def _refusals(data: bytes = b"", *, damaged: bool = False) -> Iterator[None]:
    """Turn every error of Pillow into a refusal: decoders raise more than they document."""
    try:
        yield
    except OutfitAnyoneError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        if damaged and not isinstance(error, UnidentifiedImageError):
            raise PictureRefused(
                _("The picture file is damaged or incomplete."),
                remedy=_("Export or upload it again."),
                code="PictureDamaged",
            ) from error
        raise _unreadable(data) from error


def _unreadable(data: bytes) -> PictureRefused:
    values = {"formats": readable_names()}
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS and "HEIF" not in _readable():
        return PictureRefused(
            _("This installation cannot read HEIC photos."),
            remedy=_(
                "Use one of these formats: %(formats)s. To accept HEIC, install "
                "django-outfitanyone[heif]."
            )
            % values,
            code="PictureUnreadable",
        )
    return PictureRefused(
        _("The file is not a picture that can be read."),
        remedy=_("Use one of these formats: %(formats)s.") % values,
        code="PictureUnreadable",
    )


def _readable() -> list[str]:
    Image.init()
    return [name for name in READABLE if name in Image.OPEN]


def fitted(size: tuple[int, int], within: tuple[int, int]) -> tuple[int, int]:
    """Return the size scaled down into ``within``; it is never enlarged."""
    scale = min(1.0, within[0] / size[0], within[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def turned(within: tuple[int, int], image: Image.Image) -> tuple[int, int]:
    """Return the box as the file's pixels lie, for a picture that gets turned upright."""
    return within[::-1] if orientation(image) > 4 else within


def _check_limits(image: Image.Image, data: bytes, within: tuple[int, int] | None) -> None:
    """Refuse what would take too much time or memory; let a JPEG be decoded smaller."""
    width, height = image.size
    if width * height > conf.MAX_PICTURE_PIXELS:
        raise _too_many_pixels(image)
    if image.format not in JPEGS:
        # the orientation is not read here: Pillow decodes a PNG to find it
        least = fitted(image.size, within) if within else image.size
        if not _fits(image, 1, least, len(data)):
            raise _too_much_memory(image)
        return
    least = fitted(image.size, turned(within, image)) if within else image.size
    memory = len(data) + _coefficients(image, count_scans(data))
    for factor in (8, 4, 2, 1):
        if width // factor >= least[0] and height // factor >= least[1]:
            break
    while not _fits(image, factor, least, memory):
        factor *= 2
        if factor > 8 or min(image.size) // factor < SHORTEST_SIDE:
            raise _too_much_memory(image)
    if factor > 1:
        image.draft(None, (width // factor, height // factor))


def _fits(image: Image.Image, factor: int, least: tuple[int, int], memory: int) -> bool:
    """Whether the picture decoded at this fraction, and its conversion, fit into the memory."""
    decoded = image.width * image.height // factor**2
    converted = min(decoded, least[0] * least[1])
    each = BYTES_PER_PIXEL.get(str(image.format), 4)
    return memory + max(each * decoded, 4 * (decoded + converted) + BANDS) <= MEMORY


def _coefficients(image: Image.Image, scans: int) -> int:
    """Return the bytes that a JPEG of several scans needs besides its pixels."""
    pixels = image.width * image.height
    if scans > MAX_SCANS or scans * pixels > MAX_SCANNED_PIXELS:
        raise PictureRefused(
            _("The JPEG is stored in %(count)d passes, which takes too long to read.")
            % {"count": scans},
            remedy=_("Save it as a JPEG that is not progressive."),
            code="PictureTooLarge",
        )
    if "progressive" not in image.info and scans == 1:
        return 0
    samples = {1: 2.0, 2: 1.5}.get(JpegImagePlugin.get_sampling(image), 3.0)
    return int(2 * samples * pixels)


def _too_many_pixels(image: Image.Image | None = None) -> PictureRefused:
    size = f"{image.width} × {image.height} px" if image else _("far too many pixels")
    limit = conf.MAX_PICTURE_PIXELS // 1_000_000
    return PictureRefused(
        _("The picture has %(size)s; the maximum is %(limit)s megapixels.")
        % {"size": size, "limit": limit},
        remedy=_("Scale it down to at most 4095 px a side."),
        code="PictureTooLarge",
    )


def _too_much_memory(image: Image.Image) -> PictureRefused:
    return PictureRefused(
        _("The picture has %(width)s × %(height)s px, too many for this kind of %(format)s file.")
        % {
            "width": image.width,
            "height": image.height,
            "format": NAMES.get(str(image.format)) or image.format,
        },
        remedy=_(
            "Save it as a JPEG that is not progressive, or scale it down to at most 4095 px a side."
        ),
        code="PictureTooLarge",
    )
