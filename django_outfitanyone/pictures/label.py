"""Draw the label "AI生成" (made by AI) into the pixels of a picture, as China demands.

The four characters are drawn from strokes, so that no font has to be shipped or installed.

Source: GB 45438-2025, 5.2 "Labels of images": on an edge or in a corner, letters of at least
5 % of the shortest side.
"""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from django_outfitanyone.pictures.colours import upright
from django_outfitanyone.pictures.decoding import open_image
from django_outfitanyone.pictures.encoding import encode

TEXT = "AI生成"
TEXT_SHARE = 0.05
"""Height of the characters, as a share of the picture's shortest side."""
_SMALLEST_TEXT = 12
"""Pixels below which the strokes of the characters run together."""

Point = tuple[int, int]

_FORMATS: dict[str, dict[str, int]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "PNG": {},
    "WEBP": {"quality": 95},
}
_STROKE = 10
"""Width of a stroke; a character is 100 high."""
_CHARACTERS: tuple[tuple[int, tuple[tuple[Point, ...], ...]], ...] = (
    (80, (((0, 100), (40, 0), (80, 100)), ((14, 66), (66, 66)))),
    (10, (((5, 0), (5, 100)),)),
    (
        100,
        (
            ((27, 3), (22, 20), (14, 36), (3, 50)),
            ((20, 27), (92, 27)),
            ((16, 62), (86, 62)),
            ((50, 0), (50, 100)),
            ((0, 100), (100, 100)),
        ),
    ),
    (
        100,
        (
            ((10, 22), (96, 22)),
            ((10, 22), (10, 58), (8, 78), (0, 100)),
            ((10, 48), (42, 48), (41, 68), (38, 82), (28, 80)),
            ((55, 0), (57, 32), (62, 60), (71, 82), (81, 95), (91, 100), (97, 94), (99, 74)),
            ((88, 40), (80, 62), (66, 82), (48, 98)),
            ((70, 2), (86, 12)),
        ),
    ),
)
"""Width of each character and its strokes, in the order in which they are written."""
_GAP, _MARGIN = 18, 40
"""Between the characters, and from them to the edge of the ground."""
_SMOOTHING = 4
"""The label is drawn so much larger and then scaled down, for smooth edges."""
_GROUND, _INK = (24, 24, 27, 215), (255, 255, 255, 255)


def labelled_file(data: bytes) -> bytes:
    """Return the picture file with the label, in the same format and without metadata.

    Raises ``PictureRefused`` if the file cannot be read.
    """
    with open_image(data, formats=[*_FORMATS]) as opened:
        image_format = opened.image.format if opened.image.format in _FORMATS else "JPEG"
        pixels = upright(opened.image, within=(max(opened.size), max(opened.size)))
    return encode(labelled(pixels), image_format, **_FORMATS[image_format])


def labelled(image: Image.Image) -> Image.Image:
    """Return a copy of an RGB picture with the label in its lower right corner.

    White characters on a dark ground, which is nearly opaque, can be read on any picture.
    """
    label = _label(text_height(image.size), most_width=image.width)
    result = image.copy()
    distance = label.height // 4
    place = (
        max(0, image.width - label.width - distance),
        max(0, image.height - label.height - distance),
    )
    result.paste(label, place, label)
    return result


def text_height(size: tuple[int, int]) -> int:
    """Return the height of the characters in pixels for a picture of this size."""
    return max(_SMALLEST_TEXT, math.ceil(min(size) * TEXT_SHARE))


def _label(height: int, *, most_width: int) -> Image.Image:
    """Return the label with characters of this height, on its ground, as RGBA."""
    unit = height * _SMOOTHING / 100
    width = sum(width for width, _strokes in _CHARACTERS) + _GAP * (len(_CHARACTERS) - 1)
    size = (round((width + 2 * _MARGIN) * unit), round((100 + 2 * _MARGIN) * unit))
    label = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(label)
    draw.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), _MARGIN * unit, _GROUND)
    left = float(_MARGIN)
    for width, strokes in _CHARACTERS:
        for stroke in strokes:
            _draw_stroke(draw, [((left + x) * unit, (_MARGIN + y) * unit) for x, y in stroke], unit)
        left += width + _GAP
    small = (
        min(most_width, math.ceil(size[0] / _SMOOTHING)),
        math.ceil(size[1] / _SMOOTHING),
    )
    return label.resize(small, Image.Resampling.LANCZOS)


def _draw_stroke(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], unit: float) -> None:
    """Draw one stroke with round ends and corners."""
    width = max(1, round(_STROKE * unit))
    draw.line(points, _INK, width, joint="curve")
    radius = width / 2
    for x, y in points:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), _INK)
