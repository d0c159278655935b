"""Removal of old clothes: what is removed, what was in front, and what shows instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.backdrop import Plane, background_alone
from outfitanyone_local.engine.figure import Figure, Mask, Part, Soft
from outfitanyone_local.engine.masks import grown, without_specks
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.outline import SIDES

from .continuation import continue_upwards
from .physique import Physique
from .skin import Skin
from .warping import Window

_FRINGE = 0.012
"""Width of the fringe around clothes that takes on their colour, in torsos."""
_RAG = 0.02
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
class Halves:
    """The old clothes above and below the waist, masks of the whole picture."""

    upper: Mask
    lower: Mask


def split_clothes(figure: Figure, *, waist: float) -> Halves:
    """Split the old clothes in halves; a one-piece is split at the row ``waist``."""
    rows = np.arange(len(figure.labels))[:, None]
    dress = figure.mask(Part.DRESS)
    upper = figure.mask(Part.UPPER) | (dress & (rows < waist))
    return Halves(upper, figure.mask(Part.LOWER) | (dress & (rows >= waist)))


def in_front(figure: Figure, physique: Physique, *, sleeve_end: float) -> Mask:
    """Return the foreground of a new top: hair, face, and the arms beyond its sleeves."""
    rows = np.arange(len(figure.labels))[:, None]
    front = figure.mask(Part.HAIR, Part.OTHER)
    front |= figure.mask(Part.HEAD) & (rows < physique.chin[1] + 0.02 * physique.torso)
    for side in SIDES:
        front |= _arm_beyond(figure, physique, side, max(sleeve_end, _UPPER_ARM))
    return without_specks(front)


def under_sleeves(figure: Figure, physique: Physique, sleeve_end: float) -> Mask:
    """Return bare arms that new sleeves hide, so that no skin is left beside them."""
    arms = figure.mask(Part.ARM)
    for side in SIDES:
        arms &= ~_arm_beyond(figure, physique, side, sleeve_end - _UNDER_CUFF)
    return arms if sleeve_end > 0 else np.zeros_like(arms)


def _arm_beyond(figure: Figure, physique: Physique, side: int, share: float) -> Mask:
    """Return the bare arm of one side from a share of its length on, hand included."""
    beyond = np.zeros(figure.labels.shape, bool)
    y, x = np.nonzero(figure.mask(Part.ARM))
    mine = (x - physique.shoulders[0]) * side > 0
    y, x = y[mine], x[mine]
    axis = physique.arms[side].axis[::2]
    nearest = np.argmin((x[:, None] - axis[:, 0]) ** 2 + (y[:, None] - axis[:, 1]) ** 2, axis=1)
    far = nearest / (len(axis) - 1) > share
    beyond[y[far], x[far]] = True
    return beyond


@dataclass(frozen=True)
class Undressed:
    """A window with the old clothes removed.

    canvas: RGB float32.  body: where it shows the person, so that shadows of new clothes fall
    there and not on the background.
    """

    canvas: Plane
    body: Soft


def undress(
    physique: Physique,
    window: Window,
    *,
    gone: Mask,
    covered: Soft,
    stays: Mask,
    sleeves: float,
    shaded: bool,
) -> Undressed:
    """Return the window without the clothes in ``gone`` (a mask of the window).

    covered: how much of each pixel the new clothes will hide; fully hidden pixels need no
        painting.
    stays: a bottom that stays, to be extended upwards where a shorter top uncovers it.
    shaded: whether the bottom's edge, in the old top's shadow, may be painted over.
    sleeves: where on the arms new sleeves end; above, no bare arm is painted beside them.
    """
    at, figure = window.slices, physique.figure
    image, labels = figure.image[at], figure.labels[at]
    closed = cv2.morphologyEx(gone.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    gone = closed > 0
    fringe = grown(gone, _FRINGE * physique.torso)
    person = (labels != Part.BACKGROUND).astype(np.uint8)
    known = cv2.dilate(person, np.ones((9, 9), np.uint8)) == 0
    behind = background_alone(image, known)
    emptied = gone | (fringe & (labels == Part.BACKGROUND))
    canvas = np.where(emptied[..., None], behind, image).astype(np.float32)
    bared = Undressed(canvas, ((labels != Part.BACKGROUND) & ~gone).astype(np.float32))
    if (gone * (1 - covered)).max() > _VISIBLE:
        bared = _with_skin(
            bared, physique, window, gone=gone, fringe=fringe, behind=behind, sleeves=sleeves
        )
    if stays.any():
        continue_upwards(
            bared.canvas,
            bared.body,
            physique,
            window,
            stays=stays,
            gone=gone | fringe,
            shaded=shaded,
        )
    return bared


def _with_skin(
    bared: Undressed,
    physique: Physique,
    window: Window,
    *,
    gone: Mask,
    fringe: Mask,
    behind: Plane,
    sleeves: float,
) -> Undressed:
    """Paint skin where clothes are removed, blended into visible skin that was in their shadow."""
    labels, reach = physique.figure.labels[window.slices], _SHADE * physique.torso
    skin = np.isin(labels, (Part.HEAD, Part.ARM, Part.LEG))
    bare = (gone | (grown(gone, reach) & skin)).astype(np.float32)
    where = np.maximum(gone, cv2.GaussianBlur(bare, (0, 0), 0.4 * reach)).astype(np.float32)
    where[~gone & ~skin] = 0
    painted = Skin(physique).paint(bared.canvas, where, window, sleeves=sleeves)
    # Remains of an old hem or its shadow beside the limb.
    solid = without_specks(skin & ~gone, reach=_RAG * physique.torso)
    beside = fringe & skin & (painted < 0.3) & ~solid
    bared.canvas[beside] = behind[beside]
    return Undressed(bared.canvas, np.maximum(bared.body, painted))
