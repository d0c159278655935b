"""Check a garment picture: everything that is wrong with it, not only the first thing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask, check_picture
from outfitanyone_local.engine.garments.salient import segment_on_any_ground
from outfitanyone_local.engine.garments.segmentation import segment_garment
from outfitanyone_local.engine.garments.silhouette import split_halves
from outfitanyone_local.engine.garments.slots import judge_bottom, looks_like_skirt
from outfitanyone_local.engine.garments.worn import AREAS, cut_out_worn_garment, is_worn
from outfitanyone_local.engine.masks import dilate
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.refusals import GarmentRefusal, GarmentRefused, PersonRefused

from .creases import is_creased
from .findings import REFUSAL_CODES, Finding, graded, may_spoil, refuses, worst_first
from .ground import Ground, measure_ground
from .picture_edge import runs_over_edge
from .shadow import casts_hard_shadow
from .sharpness import measure_blur

_WORKING_SIZE = 700
"""Longer side of the copy that is checked."""
_SMALL_BOX, _SMALL_AREA = 0.5, 0.1
"""Share of the frame's longer side and of its area below which a garment is small: 0.71 and 0.16
at least on 95 shop pictures."""
_BLACK, _DIM = 40, 70
"""Lightness (of 255) of the picture's lightest twentieth; not measured on photos, chosen so
that only pictures without any light ground or cloth fall below."""
_SOFT, _BLURRED = 2.0, 3.0
"""Width of the blur in pixels of the checked copy; 1.04 at most on 49 shop
pictures; blurred by 3 pixels at full size 1.2 to 2.5, by 6 pixels 2.4 to 5.4."""
_LEG_LENGTH = 0.45
"""Share of the height that legs have at least; frills and split hems have less."""
_UNCERTAIN = {GarmentRefusal.FAINT}
"""Refusals that light shop pictures get wrongly."""


def check_garment(image: RGB, *, kind: str | None = None) -> list[Finding]:
    """Return what is wrong with a garment picture, worst first; an empty list if all is well.

    image: RGB uint8 (height, width, 3).
    kind: "top", "bottom" or "one_piece", which the shop knows better than the picture shows.

    Raises ValueError for other arrays and kinds. A bad picture gives findings; if an unexpected
    error keeps it from being judged, that error is raised, because no findings mean "all is well".
    """
    check_picture(image)
    if kind is not None and kind not in AREAS:
        raise ValueError(f"There is no kind of garment {kind!r}.")
    return worst_first(_check(image, kind))


def _check(image: RGB, kind: str | None) -> Iterator[Finding]:
    small = _scaled_down(image)
    lightest = float(np.percentile(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), 97))
    yield from graded("garment_dark", -lightest, mild=-_DIM, clear=-_BLACK)
    if lightest < _BLACK:
        return
    try:
        mask, _ = segment_garment(small)
    except GarmentRefused as refused:
        yield from _check_without_mask(image, small, kind, refused.reason)
        return
    if is_worn(small, segmented=True):
        yield from _check_worn(image, kind)
        return
    ground = measure_ground(small, dilate(mask, 3))
    if ground.is_busy and runs_over_edge(small):  # what was found is not the garment
        yield refuses("garment_cut_off")
        return
    yield from _check_flat(small, mask, ground)
    if kind is not None:
        yield from _check_kind(mask, kind)


def _check_without_mask(
    image: RGB, small: RGB, kind: str | None, reason: GarmentRefusal
) -> Iterator[Finding]:
    if is_worn(small, segmented=reason is GarmentRefusal.SEVERAL_PIECES):
        yield from _check_worn(image, kind)
        return
    is_cut_off = runs_over_edge(small)
    yield from _check_blur(small, np.ones(small.shape[:2], bool))
    code = REFUSAL_CODES[GarmentRefusal.CUT_OFF if is_cut_off else reason]
    is_busy = not is_cut_off and measure_ground(small, None).is_busy
    if is_busy:
        yield may_spoil("busy_background")
        yield may_spoil(code)
    elif reason in _UNCERTAIN or segment_on_any_ground(small, reason) is not None:
        yield may_spoil(code)
    else:
        yield refuses(code)
    # A shadow that runs over the edge is taken for cloth that does, so both are said.
    if reason is GarmentRefusal.CUT_OFF and not is_busy and casts_hard_shadow(small, None):
        yield may_spoil("hard_shadow")


def _check_worn(image: RGB, kind: str | None) -> Iterator[Finding]:
    """Yield ``worn``, and why the garment cannot be cut out of the picture."""
    yield may_spoil("worn")
    if kind is None:
        return
    try:
        cut_out_worn_garment(image, kind=kind)
    except GarmentRefused as refused:
        code = REFUSAL_CODES[refused.reason]
        # Parsing confuses dresses with two pieces of one colour, so it does not overrule the shop.
        yield may_spoil(code) if refused.reason is GarmentRefusal.WRONG_KIND else refuses(code)
    except PersonRefused:
        yield refuses("worn")


def _check_flat(small: RGB, mask: Mask, ground: Ground) -> Iterator[Finding]:
    _, _, across, down = cv2.boundingRect(mask.astype(np.uint8))
    height, width = mask.shape
    if max(across / width, down / height) < _SMALL_BOX or mask.mean() < _SMALL_AREA:
        yield may_spoil("garment_small")
    if ground.is_busy:
        yield may_spoil("busy_background")
    elif casts_hard_shadow(small, mask):
        yield may_spoil("hard_shadow")
    if is_creased(small, mask):
        yield may_spoil("folded")
    yield from _check_blur(small, dilate(mask, 4))


def _check_blur(small: RGB, where: Mask) -> Iterator[Finding]:
    blur = measure_blur(small, where)
    if blur is not None:
        yield from graded("garment_blurred", blur.overall, mild=_SOFT, clear=_BLURRED)


def _check_kind(mask: Mask, kind: str) -> Iterator[Finding]:
    """Yield ``wrong_kind`` if it is certain: long legs on a top, no waistband on a bottom."""
    halves = split_halves(mask)
    half = halves[0]
    is_bottom = judge_bottom(halves)
    legs = 0 if half.crotch is None else (half.bottom - half.crotch) / max(1, half.height)
    if kind == "top" and is_bottom and legs > _LEG_LENGTH:
        yield refuses("wrong_kind")
    if kind == "bottom" and not (looks_like_skirt(halves) if is_bottom is None else is_bottom):
        yield refuses("wrong_kind")


def _scaled_down(image: RGB) -> RGB:
    scale = _WORKING_SIZE / max(image.shape[:2])
    if scale >= 1:
        return image
    size = [max(1, round(side * scale)) for side in image.shape[1::-1]]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
