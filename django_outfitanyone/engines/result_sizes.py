"""The size that an editor is asked for: the shape of the person's photo within its limits.

Editors that are told no size often take the shape of the last picture, which is a garment.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

from PIL import Image

from django_outfitanyone.engines.base import Picture

PORTRAIT = (3, 4)
"""The shape of a photo whose size is not known."""
_SIDEWAYS = {5, 6, 7, 8}
"""EXIF orientations that swap width and height."""
_ORIENTATION = 0x0112


@dataclass(frozen=True, kw_only=True)
class SizeRule:
    """What an editor can make: pixels in all, the step of its sides, and the longest shape.

    ``longest`` is the longer side divided by the shorter one, a little below the documented
    limit, because sides are rounded.
    """

    min_pixels: int
    max_pixels: int
    multiple: int = 16
    longest: float = 7.5


def size_of(picture: Picture) -> tuple[int, int]:
    """Return width and height of a photo held upright; ``(0, 0)`` if that is not known."""
    if picture.width and picture.height:
        return picture.width, picture.height
    if picture.load is None:
        return 0, 0
    try:
        with Image.open(io.BytesIO(picture.read())) as image:
            is_sideways = image.getexif().get(_ORIENTATION) in _SIDEWAYS
            return (image.height, image.width) if is_sideways else image.size
    except Exception:  # noqa: BLE001 - decoders raise anything; the engine checks the picture
        return 0, 0


def fitted(width: int, height: int, rule: SizeRule, *, resolution: int = -1) -> tuple[int, int]:
    """Return the nearest size of the same shape that the rule allows.

    ``resolution`` is the height that is asked for, -1 for that of the photo. A photo of
    unknown size counts as a portrait of the most pixels.
    """
    if not width or not height:
        width, height = _scaled(*PORTRAIT, math.sqrt(rule.max_pixels / math.prod(PORTRAIT)))
    long, short = max(width, height), min(width, height)
    if long > rule.longest * short:
        short = math.ceil(long / rule.longest)
        width, height = (long, short) if width > height else (short, long)
    scale = resolution / height if resolution > 0 else 1.0
    pixels = width * height * scale * scale
    scale *= math.sqrt(min(max(pixels, rule.min_pixels), rule.max_pixels) / pixels)
    return _stepped(width * scale, height * scale, rule)


def _scaled(width: int, height: int, factor: float) -> tuple[int, int]:
    return round(width * factor), round(height * factor)


def _stepped(width: float, height: float, rule: SizeRule) -> tuple[int, int]:
    """Round both sides to the step, away from the limit that rounding would break."""
    steps = (width / rule.multiple, height / rule.multiple)
    for rounded in (round, math.ceil, math.floor):
        across, down = (max(1, rounded(step)) * rule.multiple for step in steps)
        if rule.min_pixels <= across * down <= rule.max_pixels:
            break
    return across, down
