"""Crops a picture like CSS's ``object-fit: cover``. Imports no Django.

Templates pass the crop to the tag, so that the hotspots stay aligned with the visible part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django_outfitanyone.engines.base import Box
from django_outfitanyone.storefront.position_css import axis_classes

_RATIO = re.compile(r"\s*([1-9]\d?|100)\s*[:/]\s*([1-9]\d?|100)\s*", re.ASCII)
_FOCUS = re.compile(r"\s*(\d+(?:\.\d)?)%?(?:\s+|\s*,\s*)(\d+(?:\.\d)?)%?\s*", re.ASCII)


@dataclass(frozen=True)
class Crop:
    """The ratio of width to height, and the point of the picture to keep.

    ``focus`` is in percent, like ``object-position``: ``(50, 0)`` keeps the upper edge,
    ``(50, 100)`` the lower one.
    """

    ratio: tuple[int, int]
    focus: tuple[float, float] = (50, 50)

    @classmethod
    def read(cls, ratio: str, focus: str = "50% 50%") -> Crop:
        """Parse ``"4:5"`` and ``"50% 20%"``. Raises ``ValueError`` with the expected format."""
        sides = _RATIO.fullmatch(ratio)
        if not sides:
            raise ValueError(f"crop must be a ratio such as '4:5', of up to 100, not {ratio!r}")
        place = _FOCUS.fullmatch(focus)
        x, y = (float(place[1]), float(place[2])) if place else (101.0, 101.0)
        if x > 100 or y > 100:
            raise ValueError(f"focus must be two percentages such as '50% 20%', not {focus!r}")
        return cls((int(sides[1]), int(sides[2])), (x, y))

    def window(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Return the visible part of a picture of this size: x1, y1, x2, y2 in its pixels."""
        across, down = self.ratio
        shown_width = min(float(width), height * across / down)
        shown_height = min(float(height), width * down / across)
        x = (width - shown_width) * self.focus[0] / 100
        y = (height - shown_height) * self.focus[1] / 100
        return x, y, x + shown_width, y + shown_height

    @property
    def classes(self) -> str:
        """Return the class names for the image, as ``hotspots.css`` expects them."""
        x, y = (round(place * 10) for place in self.focus)
        across, down = self.ratio
        names = axis_classes(x=x, y=y, w=across * 10, h=down * 10)
        return f"outfit-cropped {names}"


def inside(
    box: Box, window: tuple[float, float, float, float]
) -> tuple[float, float, float, float] | None:
    """Return the part of the box in the window, relative to the window; ``None`` if outside."""
    left, top, right, bottom = window
    x1, y1, x2, y2 = max(box[0], left), max(box[1], top), min(box[2], right), min(box[3], bottom)
    return (x1 - left, y1 - top, x2 - left, y2 - top) if x1 < x2 and y1 < y2 else None
