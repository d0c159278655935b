"""Removal of old clothes: what is removed, what was in front, and what shows instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.arrays import Mask, Plane, SoftMask
from outfitanyone_local.engine.figure import Figure, Part
from outfitanyone_local.engine.inpainting import estimate_background
from outfitanyone_local.engine.masks import dilate, remove_specks
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.outline import SIDES

from .bottom_extension import extend_upwards
from .skin import SkinPainter
from .warping import Window
from .wearer import Wearer

_FRINGE = 0.012
"""Width of the fringe around clothes that takes on their colour, in torsos."""
_THIN = 0.02
"""Half the width below which a structure is too thin for a limb, in torsos."""
_SHADE = 0.035
"""How far a hem shades the skin beside it, in torsos."""
_VISIBLE = 0.05
"""Least visible share of any pixel for skin to be painted at all."""
_UNDER_CUFF = 0.08
"""How far an arm stays under a cuff, as a share of its length."""
_UPPER_ARM = 0.4
"""Position on the arm up to which it may lie under the armhole of a sleeveless garment."""


@dataclass(frozen=True)
class ClothesHalves:
    """The old clothes above and below the waist, masks of the whole picture."""

    upper: Mask
    lower: Mask


def split_clothes(figure: Figure, *, waist: float) -> ClothesHalves:
    """Split the old clothes in halves; a one-piece is split at the row ``waist``."""
    rows = np.arange(len(figure.labels))[:, None]
    dress = figure.mask(Part.DRESS)
    upper = figure.mask(Part.UPPER) | (dress & (rows < waist))
    return ClothesHalves(upper, figure.mask(Part.LOWER) | (dress & (rows >= waist)))


def foreground_of_top(figure: Figure, wearer: Wearer, *, sleeve_end: float) -> Mask:
    """Return the foreground of a new top: hair, face, and the arms beyond its sleeves."""
    rows = np.arange(len(figure.labels))[:, None]
    foreground = figure.mask(Part.HAIR, Part.OTHER)
    foreground |= figure.mask(Part.HEAD) & (rows < wearer.chin[1] + 0.02 * wearer.torso)
    for side in SIDES:
        foreground |= _arm_beyond(figure, wearer, side, max(sleeve_end, _UPPER_ARM))
    return remove_specks(foreground)


def arms_under_sleeves(figure: Figure, wearer: Wearer, sleeve_end: float) -> Mask:
    """Return bare arms that new sleeves hide, so that no skin is left beside them."""
    arms = figure.mask(Part.ARM)
    for side in SIDES:
        arms &= ~_arm_beyond(figure, wearer, side, sleeve_end - _UNDER_CUFF)
    return arms if sleeve_end > 0 else np.zeros_like(arms)


def _arm_beyond(figure: Figure, wearer: Wearer, side: int, share: float) -> Mask:
    """Return the bare arm of one side from a share of its length on, hand included."""
    beyond = np.zeros(figure.labels.shape, bool)
    y, x = np.nonzero(figure.mask(Part.ARM))
    mine = (x - wearer.shoulders[0]) * side > 0
    y, x = y[mine], x[mine]
    axis = wearer.arms[side].axis[::2]
    nearest = np.argmin((x[:, None] - axis[:, 0]) ** 2 + (y[:, None] - axis[:, 1]) ** 2, axis=1)
    far = nearest / (len(axis) - 1) > share
    beyond[y[far], x[far]] = True
    return beyond


@dataclass(frozen=True)
class ClearedCanvas:
    """A window with the old clothes removed.

    canvas: RGB float32.  body: where it shows the person, so that shadows of new clothes fall
    there and not on the background.
    """

    canvas: Plane
    body: SoftMask


def remove_clothes(
    wearer: Wearer,
    window: Window,
    *,
    removed: Mask,
    covered: SoftMask,
    remaining: Mask,
    sleeves: float,
    shaded: bool,
) -> ClearedCanvas:
    """Return the window without the clothes in ``removed`` (a mask of the window).

    covered: how much of each pixel the new clothes will hide; fully hidden pixels need no
        painting.
    remaining: a bottom that stays, to be extended upwards where a shorter top uncovers it.
    shaded: whether the bottom's edge, in the old top's shadow, may be painted over.
    sleeves: where on the arms new sleeves end; above, no bare arm is painted beside them.
    """
    at, figure = window.slices, wearer.figure
    image, labels = figure.image[at], figure.labels[at]
    closed = cv2.morphologyEx(removed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    removed = closed > 0
    fringe = dilate(removed, _FRINGE * wearer.torso)
    person = (labels != Part.BACKGROUND).astype(np.uint8)
    known = cv2.dilate(person, np.ones((9, 9), np.uint8)) == 0
    behind = estimate_background(image, known)
    emptied = removed | (fringe & (labels == Part.BACKGROUND))
    canvas = np.where(emptied[..., None], behind, image).astype(np.float32)
    cleared = ClearedCanvas(canvas, ((labels != Part.BACKGROUND) & ~removed).astype(np.float32))
    if (removed * (1 - covered)).max() > _VISIBLE:
        cleared = _with_skin(
            cleared, wearer, window, removed=removed, fringe=fringe, behind=behind, sleeves=sleeves
        )
    if remaining.any():
        extend_upwards(
            cleared.canvas,
            cleared.body,
            wearer,
            window,
            remaining=remaining,
            removed=removed | fringe,
            shaded=shaded,
        )
    return cleared


def _with_skin(
    cleared: ClearedCanvas,
    wearer: Wearer,
    window: Window,
    *,
    removed: Mask,
    fringe: Mask,
    behind: Plane,
    sleeves: float,
) -> ClearedCanvas:
    """Paint skin where clothes are removed, blended into visible skin that was in their shadow."""
    labels, reach = wearer.figure.labels[window.slices], _SHADE * wearer.torso
    skin = np.isin(labels, (Part.HEAD, Part.ARM, Part.LEG))
    bare = (removed | (dilate(removed, reach) & skin)).astype(np.float32)
    where = np.maximum(removed, cv2.GaussianBlur(bare, (0, 0), 0.4 * reach)).astype(np.float32)
    where[~removed & ~skin] = 0
    painted = SkinPainter(wearer).paint(cleared.canvas, where, window, sleeves=sleeves)
    # Remains of an old hem or its shadow beside the limb.
    solid = remove_specks(skin & ~removed, radius=_THIN * wearer.torso)
    beside = fringe & skin & (painted < 0.3) & ~solid
    cleared.canvas[beside] = behind[beside]
    return ClearedCanvas(cleared.canvas, np.maximum(cleared.body, painted))
