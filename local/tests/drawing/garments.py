"""Drawn flat-lay garments with exact ground truth.

Lengths are shares of the picture's width; x counts from the middle, y from the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import cv2
import numpy as np

from drawing.textures import Texture, plain

_FINE = 2
Half = Sequence[tuple[float, float]]
"""The right half of an outline, from the top centre down to the bottom centre."""

_SLEEVES: dict[str, Half] = {
    "none": [(0.19, 0.12), (0.185, 0.20), (0.21, 0.27), (0.25, 0.31)],
    "short": [(0.26, 0.15), (0.40, 0.30), (0.34, 0.37), (0.25, 0.32)],
    "long": [(0.26, 0.15), (0.34, 0.30), (0.43, 0.74), (0.36, 0.76), (0.27, 0.36), (0.25, 0.32)],
    "along": [(0.26, 0.15), (0.36, 0.30), (0.42, 0.90), (0.30, 0.92), (0.255, 0.70)],
    "flat": [(0.25, 0.12), (0.47, 0.13), (0.47, 0.25), (0.27, 0.26), (0.25, 0.32)],
}
_BODIES: dict[str, Half] = {
    "top": [(0.25, 0.80), (0.0, 0.80)],
    "long top": [(0.25, 1.10), (0.0, 1.10)],
    "crop": [(0.25, 0.56), (0.0, 0.56)],
    "dress": [(0.19, 0.50), (0.36, 1.12), (0.0, 1.12)],
    "jumpsuit": [(0.19, 0.50), (0.235, 0.70), (0.25, 1.20), (0.10, 1.20), (0.0, 0.74)],
}
_BOTTOMS: dict[str, Half] = {
    "trousers": [(0.17, 0.10), (0.23, 0.42), (0.25, 1.20), (0.09, 1.20), (0.0, 0.45)],
    "shorts": [(0.19, 0.14), (0.27, 0.50), (0.29, 0.74), (0.05, 0.74), (0.0, 0.50)],
    "skirt": [(0.14, 0.10), (0.34, 0.90), (0.0, 0.90)],
    "mini": [(0.16, 0.20), (0.24, 0.55), (0.0, 0.55)],
}
_NECK = 0.10
"""Half width of every neckline."""


@dataclass(frozen=True)
class Flat:
    """A garment to draw. ``kind`` is one of the bodies or bottoms above."""

    kind: str
    cloth: Texture = field(default_factory=lambda: plain((170, 40, 50)))
    sleeve: str = "short"
    neck_depth: float = 0.09
    lining: tuple[int, int, int] | None = (70, 20, 25)
    label: bool = True
    background: tuple[int, int, int] = (232, 231, 229)
    shadow: float = 0.0
    size: tuple[int, int] = (450, 600)
    noise: float = 1.0
    relief: float = 0.1

    @property
    def is_bottom(self) -> bool:
        return self.kind in _BOTTOMS


@dataclass
class Drawn:
    """A drawn garment.

    image: RGB uint8.  mask: the silhouette.  front: the silhouette without the lining.
    """

    image: np.ndarray
    mask: np.ndarray
    front: np.ndarray

    @property
    def chest(self) -> float:
        return 0.5 * self.image.shape[1]


@lru_cache(maxsize=128)
def draw(flat: Flat) -> Drawn:
    """Draw the picture and its ground truth; the arrays are cached and read-only."""
    width, height = (_FINE * side for side in flat.size)
    mask = _filled(_outline(flat), flat)
    lining = _lining(flat) & mask
    image = np.empty((height, width, 3), np.float32)
    image[:] = flat.background
    image *= 1 - flat.shadow * _cast(mask, width)[..., None]
    depth = cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    light = 1 - flat.relief * np.maximum(0, 1 - depth / (0.02 * width))
    image = np.where(mask[..., None] > 0, flat.cloth(height, width) * light[..., None], image)
    if flat.lining is not None:
        image[lining > 0] = flat.lining
        if flat.label:
            y = int(0.135 * width)
            image[y : y + width // 40, width // 2 - width // 40 : width // 2 + width // 40] = 245
    small = cv2.resize(image, flat.size, interpolation=cv2.INTER_AREA)
    small = small + np.random.default_rng(3).normal(0, flat.noise, small.shape)
    shown = mask[1::_FINE, 1::_FINE] > 0
    bare = lining[1::_FINE, 1::_FINE] > 0 if flat.lining else np.zeros_like(shown)
    drawn = Drawn(np.clip(small, 0, 255).astype(np.uint8), shown, shown & ~bare)
    for array in (drawn.image, drawn.mask, drawn.front):
        array.flags.writeable = False
    return drawn


def picture(kind: str, **changes: object) -> np.ndarray:
    """Return only the picture of a drawn garment."""
    return draw(replace(Flat(kind), **changes)).image


def tilted(image: np.ndarray, degrees: float) -> np.ndarray:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.9)
    return cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


def _outline(flat: Flat) -> list[np.ndarray]:
    """Return the right half; its top is the back's edge, which is higher than the front's."""
    if flat.is_bottom:
        return [np.array([(0.0, _BOTTOMS[flat.kind][0][1]), *_BOTTOMS[flat.kind]])]
    back = [(0.0, 0.12), (0.06, 0.115), (_NECK, 0.10)]
    if flat.lining is None:
        back = [(x, y) for x, y in _front_edge(flat) if x >= 0]
    return [np.array([*back, *_SLEEVES[flat.sleeve], *_BODIES[flat.kind]])]


def _front_edge(flat: Flat) -> list[tuple[float, float]]:
    turn = np.linspace(np.pi / 2, 0, 20)
    if flat.is_bottom:
        half, top = _BOTTOMS[flat.kind][0]
        return [(half * np.cos(a), top + 0.03 * np.sin(a)) for a in turn]
    return [(_NECK * np.cos(a), 0.10 + flat.neck_depth * np.sin(a)) for a in turn]


def _lining(flat: Flat) -> np.ndarray:
    edge = np.array(_front_edge(flat))
    above = np.array([(0.0, 0.0), *edge, (edge[-1][0], 0.0)])
    return _filled([above], flat)


def _filled(halves: list[np.ndarray], flat: Flat) -> np.ndarray:
    width, height = (_FINE * side for side in flat.size)
    mask = np.zeros((height, width), np.uint8)
    for half in halves:
        whole = np.concatenate([half, (half * [-1, 1])[::-1]])
        corners = np.round(whole * width + [width / 2, 0]).astype(np.int32)
        cv2.fillPoly(mask, [corners], 1)
    return mask


def _cast(mask: np.ndarray, width: int) -> np.ndarray:
    """Return a soft shadow to the lower right."""
    moved = np.roll(mask.astype(np.float32), (width // 80, width // 80), axis=(0, 1))
    return cv2.GaussianBlur(moved, (0, 0), width / 120)
