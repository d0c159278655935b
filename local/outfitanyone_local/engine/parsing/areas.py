"""Clothing areas of a picture, in the shape the vendor's parsing model returns them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Mask
from outfitanyone_local.engine.figure import Figure, Part
from outfitanyone_local.engine.opencv import cv2

from .pipeline import parse_figure

Box = tuple[int, int, int, int]
"""x1, y1, x2, y2 in pixels of the picture, ends exclusive."""

CLOTHES_TYPES = {
    "upper": (Part.UPPER,),
    "lower": (Part.LOWER,),
    "dress": (Part.DRESS, Part.UPPER, Part.LOWER),
}
"""``dress`` means dress, jumpsuit or full outfit."""
_GREY = 245
"""Grey value of a crop's background."""
_LEAST_AREA = 0.04
"""Components smaller than this share of the largest are not part of the garment."""
_RIM_WIDTH = 0.003
"""Width of the rim where the garment's colours mix with those behind it, as a share of the
garment's larger side."""
_SLIVER_WIDTH = 0.0015
"""Half the width below which a structure is too thin to be cloth, as the same share."""


@dataclass(frozen=True)
class Area:
    """One clothing area of a picture.

    cutout: RGBA uint8, the size of the box; transparent outside the garment, with a soft edge
    in the garment's own colours.
    crop: RGB uint8, the size of the box; the garment's pixels unchanged, the rest plain grey.
    """

    clothes_type: str
    box: Box
    cutout: npt.NDArray[np.uint8]
    crop: RGB


def parse(image: RGB, *, clothes_types: Sequence[str]) -> list[Area | None]:
    """Return the requested areas in order; None for a type the person does not wear.

    image: RGB uint8 (height, width, 3), one complete person standing, facing the camera.
    clothes_types: of ``upper``, ``lower``, ``dress``.

    Raises PersonRefused, or ValueError for other arrays and other types.
    """
    unknown = set(clothes_types) - set(CLOTHES_TYPES)
    if unknown:
        raise ValueError(f"There is no type of clothes {min(unknown)!r}.")
    return extract_areas(parse_figure(image), clothes_types=clothes_types)


def extract_areas(figure: Figure, *, clothes_types: Sequence[str]) -> list[Area | None]:
    """Return the requested areas of a parsed figure; raise KeyError for an unknown type."""
    return [
        _area(figure, clothes_type, figure.mask(*CLOTHES_TYPES[clothes_type]))
        for clothes_type in clothes_types
    ]


def _area(figure: Figure, clothes_type: str, mask: Mask) -> Area | None:
    if not mask.any():
        return None
    x1, y1, x2, y2 = _bounds(mask)
    size = max(x2 - x1, y2 - y1)
    mask[y1:y2, x1:x2] = _clean(mask[y1:y2, x1:x2], thin=max(1, round(_SLIVER_WIDTH * size)))
    x1, y1, x2, y2 = box = _bounds(mask)
    garment, pixels = mask[y1:y2, x1:x2], figure.image[y1:y2, x1:x2]
    crop = np.where(garment[..., None], pixels, np.uint8(_GREY))
    return Area(
        clothes_type, box, _soft_cutout(pixels, garment, rim=max(1, round(_RIM_WIDTH * size))), crop
    )


def _bounds(mask: Mask) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _clean(mask: Mask, *, thin: int) -> Mask:
    """Return the mask without slivers and small components."""
    whole = mask.astype(np.uint8)
    opened = cv2.morphologyEx(whole, cv2.MORPH_OPEN, _disc(thin))
    opened = opened if opened.any() else whole
    _, patches, boxes, _ = cv2.connectedComponentsWithStats(opened)
    areas = boxes[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    cleaned: Mask = (areas > _LEAST_AREA * areas.max())[patches]
    return cleaned


def _soft_cutout(pixels: RGB, garment: Mask, *, rim: int) -> npt.NDArray[np.uint8]:
    """Return the garment as RGBA with a soft edge; the rim takes its colours from inside."""
    window = (4 * rim + 3, 4 * rim + 3)
    inside = cv2.erode(garment.astype(np.uint8), _disc(rim), borderValue=0)
    alpha = cv2.GaussianBlur(garment.astype(np.float32), (0, 0), 0.4 + 0.2 * rim) * garment
    cutout = np.dstack([pixels, np.round(255 * alpha).astype(np.uint8)])
    weight = cv2.boxFilter(inside, cv2.CV_32F, window, normalize=False)
    outside = (inside == 0) & (weight > 0)
    total = cv2.boxFilter(pixels * inside[..., None], cv2.CV_32F, window, normalize=False)
    cutout[outside, :3] = np.clip(total[outside] / weight[outside, None], 0, 255)
    return cutout


def _disc(radius: int) -> npt.NDArray[np.uint8]:
    disc: npt.NDArray[np.uint8] = cv2.getStructuringElement(
        cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)
    )
    return disc
