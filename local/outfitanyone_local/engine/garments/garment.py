"""Parse a flat-lay garment: its kind, its mask and its named edges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask, Points, check_picture
from outfitanyone_local.engine.colour_space import Lab, rgb_to_lab
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.outline import LEFT, RIGHT, Outline, length, smooth
from outfitanyone_local.engine.refusals import GarmentRefusal, GarmentRefused
from outfitanyone_local.engine.unexpected import refusing_garment

from .arms import find_arms
from .edges import ArmLandmarks, arm_edges, body_edges, leg_edges, skirt_edges
from .opening import find_neckline, find_waistband
from .proportions import Proportions
from .silhouette import Half, Halves, find_tilt, find_waist_row, split_halves
from .slots import judge_bottom, looks_like_skirt
from .worn import segment_worn_or_flat

HINTS = ("top", "bottom", "one_piece")
"""Kinds of garments that a caller may know."""

_WORKING_SIZE = 1200
"""Pictures with a longer side are scaled down to it; the result cannot show more detail."""

_ARMHOLE = 0.36
"""Height of an armhole, shoulder to underarm, in chest widths."""


class Kind(Enum):
    """Kind of garment, as far as the warp needs it."""

    TOP = "top"
    TROUSERS = "trousers"
    SHORTS = "shorts"
    SKIRT = "skirt"
    DRESS = "dress"
    JUMPSUIT = "jumpsuit"

    @property
    def is_one_piece(self) -> bool:
        return self in {Kind.DRESS, Kind.JUMPSUIT}

    @property
    def is_bottom(self) -> bool:
        return self in {Kind.TROUSERS, Kind.SHORTS, Kind.SKIRT}


@dataclass(frozen=True)
class Garment:
    """A flat-lay garment.

    image, mask: the picture at working size and where it shows only the garment.
    outline: named edges in pixels of ``image``. Every garment that hangs from the
        shoulders has "shoulder" and "side"; "sleeve top", "sleeve", "cuff" and "inner
        sleeve" or else "armhole"; one-pieces continue with "skirt" or, with legs, with
        "hip", "leg", "leg hem" and "inner leg".
    chest: width at the armpits; of a bottom, width at the waistband. Pixels.
    """

    kind: Kind
    image: RGB
    mask: Mask
    outline: Outline
    chest: float

    @property
    def has_sleeves(self) -> bool:
        return "cuff" in self.outline.sides[RIGHT]

    @property
    def has_legs(self) -> bool:
        return self.outline.bottom is None

    @property
    def sleeve_length(self) -> float:
        """Length of a sleeve in chest widths: 0 none, about 0.5 short, 1.1 long.

        Measured along the inner seam, because the outer edge includes puffs and dropped
        shoulders; the armhole's height is added.
        """
        if not self.has_sleeves:
            return 0.0
        seams = [length(self.outline.sides[side]["inner sleeve"]) for side in (RIGHT, LEFT)]
        return _ARMHOLE + sum(seams) / 2 / self.chest


def parse_garment(image: RGB, *, bottom: bool | None = None, hint: str | None = None) -> Garment:
    """Segment a garment and find its landmarks.

    image: RGB uint8, one garment lying flat, upright, on a plain background.
    bottom: True for a garment worn from the waist down, False for one that hangs from the
        shoulders; None decides it from the silhouette.
    hint: "top", "bottom" or "one_piece" where the caller knows the kind, which silhouettes
        do not always show: long tops and short dresses measure alike. It includes ``bottom``.

    Raises GarmentRefused unless the picture shows exactly one clear garment of that kind, and
    ValueError for other arrays and hints.
    """
    check_picture(image)
    if hint not in (None, *HINTS):
        raise ValueError(f"There is no kind of garment {hint!r}.")
    if hint is not None:
        bottom = hint == "bottom"
    with refusing_garment("a garment could not be parsed"):
        return _parse(image, bottom=bottom, hint=hint)


def _parse(image: RGB, *, bottom: bool | None, hint: str | None) -> Garment:
    scale = min(1.0, _WORKING_SIZE / max(image.shape[:2]))
    if scale < 1:
        smaller = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = np.asarray(smaller, np.uint8)
    image, (mask, slits) = segment_worn_or_flat(image, bottom=bottom)
    angle = find_tilt(mask)
    if angle:
        image, mask, slits = _rotate(image, mask, slits, angle)
    halves = split_halves(mask)
    bottom = _require_slot(halves, bottom=bottom)
    lab = np.asarray(cv2.GaussianBlur(rgb_to_lab(image), (0, 0), 1.5), np.float32)
    if bottom:
        garment = _parse_bottom(image, mask, lab, halves)
    else:
        garment = _parse_hanging(image, mask, lab, halves, hint=hint)
    return replace(garment, mask=mask & ~(slits & _inner_corners(garment)))


def _require_slot(halves: Halves, *, bottom: bool | None) -> bool:
    """Return whether it is a bottom; raise GarmentRefused if it clearly is not what was asked.

    A tube top or a strapless dress has the outline of a skirt, so the slot decides those.
    """
    judged = judge_bottom(halves)
    if bottom is None:
        return looks_like_skirt(halves) if judged is None else judged
    is_other = judged is not None and judged != bottom
    if is_other or (bottom and judged is None and not looks_like_skirt(halves)):
        raise GarmentRefused(GarmentRefusal.WRONG_KIND)
    return bottom


def _inner_corners(garment: Garment) -> Mask:
    """Return discs around armpits and crotch, where slits end."""
    near = np.zeros(garment.mask.shape, np.uint8)
    for edges in garment.outline.sides.values():
        for name in {"inner sleeve", "inner leg"} & set(edges):
            x, y = edges[name][-1]
            cv2.circle(near, (round(float(x)), round(float(y))), round(0.15 * garment.chest), 1, -1)
    return near > 0


def _rotate(image: RGB, mask: Mask, slits: Mask, angle: float) -> tuple[RGB, Mask, Mask]:
    """Return picture and masks rotated counter-clockwise, enlarged so that nothing is cut off."""
    height, width = image.shape[:2]
    radians = np.radians(abs(angle))
    size = (
        round(width * np.cos(radians) + height * np.sin(radians)),
        round(height * np.cos(radians) + width * np.sin(radians)),
    )
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    turned = cv2.warpAffine(image, turn, size, borderMode=cv2.BORDER_REPLICATE)
    masks = [
        cv2.warpAffine(plane.astype(np.uint8), turn, size, flags=cv2.INTER_NEAREST) > 0
        for plane in (mask, slits)
    ]
    return np.asarray(turned, np.uint8), masks[0], masks[1]


def _parse_bottom(image: RGB, mask: Mask, lab: Lab, halves: Halves) -> Garment:
    starts = [half.extreme(0, len(half.path) // 2, (-0.45, -1.0)) for half in halves]
    right, left = (half.in_picture(half.path[k]) for half, k in zip(halves, starts, strict=True))
    waist = float(left[0] - right[0])
    band = find_waistband(lab, mask, corners=(right, left), depth=0.22 * waist)
    has_legs = halves[0].crotch is not None
    split_edges = leg_edges if has_legs else skirt_edges
    edges = [split_edges(half, start) for half, start in zip(halves, starts, strict=True)]
    kind = Kind.SKIRT
    if halves[0].crotch is not None:
        rise = halves[0].crotch - halves[0].top
        kind = Kind.TROUSERS if halves[0].bottom - halves[0].crotch > 1.15 * rise else Kind.SHORTS
    return Garment(kind, image, mask, _outline(halves, starts, band, edges), waist)


def _parse_hanging(
    image: RGB, mask: Mask, lab: Lab, halves: Halves, *, hint: str | None
) -> Garment:
    halves, arms = find_arms(halves)
    under = [half.path[arm.underarm] for half, arm in zip(halves, arms, strict=True)]
    chest = float(sum(half.axis - point[0] for half, point in zip(halves, under, strict=True)))
    if chest < 0.1 * mask.shape[1]:
        raise GarmentRefused(GarmentRefusal.NO_GARMENT)
    middle = np.array([halves[0].axis, halves[0].path[0, 1] + 0.02 * chest], np.float32)
    band = find_neckline(lab, mask, centre=middle, reach=(0.42 * chest, 0.75 * chest))
    starts = [_neck_index(half, arm, band, chest) for half, arm in zip(halves, arms, strict=True)]
    top = min(float(half.path[k][1]) for half, k in zip(halves, starts, strict=True))
    low = max(float(point[1]) for point in under)
    kind = _hanging_kind(halves, hint, Proportions.measure(halves, top=top, low=low, chest=chest))
    waist = None
    if kind.is_one_piece:
        waist = find_waist_row(halves, round(low)) or round(low + 0.5 * chest)
    edges = [
        arm_edges(half, start, arm) | body_edges(half, arm.underarm, waist)
        for half, start, arm in zip(halves, starts, arms, strict=True)
    ]
    return Garment(kind, image, mask, _outline(halves, starts, band, edges), chest)


def _hanging_kind(halves: Halves, hint: str | None, proportions: Proportions) -> Kind:
    """Return the kind: by its legs, by the hint, else by its proportions."""
    if halves[0].crotch is not None:
        if hint == "top":
            raise GarmentRefused(GarmentRefusal.WRONG_KIND)
        return Kind.JUMPSUIT
    is_dress = proportions.are_of_dress if hint is None else hint == "one_piece"
    return Kind.DRESS if is_dress else Kind.TOP


def _neck_index(half: Half, arm: ArmLandmarks, band: Points, chest: float) -> int:
    """Return the path index of the corner between shoulder and neckline.

    With the neckline known, that is the highest point of the border just outside the
    neckline's end; else the highest point between centre and shoulder.
    """
    reachable = half.path[: arm.shoulder]
    if len(band):
        end = half.in_picture(band[0] if half.side == RIGHT else band[-1])
        outwards = end[0] - reachable[:, 0]
        near = (outwards > -2) & (outwards < 0.08 * chest)
        if near.any():
            return int(np.where(near, reachable[:, 1], np.inf).argmin())
    return half.extreme(0, max(1, arm.shoulder - 1), (-0.15, -1.0))


def _outline(
    halves: Halves, starts: list[int], band: Points, edges: list[dict[str, Points]]
) -> Outline:
    """Join two halves; ``band`` is the opening's front edge or empty."""
    right, left = (half.path[: k + 1] for half, k in zip(halves, starts, strict=True))
    if len(band):
        ends = halves[0].in_picture(right[-1:]), halves[1].in_picture(left[-1:])
        top = smooth(np.concatenate([ends[0], band, ends[1]]), reach=3)
    else:
        top = np.concatenate([halves[0].in_picture(right[::-1]), halves[1].in_picture(left)])
    bottom = None
    if halves[0].crotch is None:
        right, left = (
            half.path[half.nearest(list(named.values())[-1][-1]) :]
            for half, named in zip(halves, edges, strict=True)
        )
        bottom = np.concatenate([halves[0].in_picture(right), halves[1].in_picture(left[::-1])])
    sides = {
        half.side: {name: half.in_picture(edge) for name, edge in named.items()}
        for half, named in zip(halves, edges, strict=True)
    }
    return Outline(top=top, sides=sides, bottom=bottom)
