"""Plan the layers of a try-on before anything is rendered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.arrays import Mask
from outfitanyone_local.engine.figure import Part
from outfitanyone_local.engine.garments.garment import Garment
from outfitanyone_local.engine.outline import Outline

from .bottoms import drape_bottom
from .clothes_removal import ClothesHalves, arms_under_sleeves, foreground_of_top, split_clothes
from .creases import separate_sleeves
from .limbs import Row
from .neck_and_sleeves import sleeve_end
from .one_pieces import drape_one_piece
from .tops import drape_top
from .wearer import Wearer

_TUCK = 0.03
"""How far a dress's bodice extends under a bottom's waistband, in torsos."""
_UNEVEN = 0.15
"""Greatest distance of a waistband from its median row, in torsos."""
_UNDERLAP = 0.03
"""How far a bottom extends under the hem of a top, in torsos."""


@dataclass(frozen=True)
class Layer:
    """A garment to be rendered.

    foreground: mask of the whole picture: what stays in front of the garment.
    old: the old clothes under the garment, one mask each; their folds show the body.
    """

    garment: Garment
    outline: Outline
    foreground: Mask
    old: tuple[Mask, ...]


@dataclass(frozen=True)
class Plan:
    """What changes in a picture; masks are of the whole picture.

    layers: from back to front.
    removed: old clothes that are taken off.
    remaining: an old bottom that a shorter top may uncover.
    protected: pixels that must not change.
    sleeves: where on the arms new sleeves end, 0 without.
    """

    layers: tuple[Layer, ...]
    removed: Mask
    remaining: Mask
    protected: Mask
    sleeves: float


def plan_layers(
    wearer: Wearer, *, upper: Garment | None, lower: Garment | None, keep: Collection[str]
) -> Plan:
    """Return the plan for a wearer and at least one garment."""
    figure = wearer.figure
    nothing = np.zeros(figure.labels.shape, bool)
    over_dress = figure.is_one_piece and upper is None and "upper" not in keep
    tuck = _TUCK * wearer.torso if over_dress else 0
    halves = split_clothes(figure, waist=wearer.waist_row + tuck)
    layers = []
    if lower is not None:
        in_view = None if over_dress or upper is not None else halves.upper
        layers.append(_bottom_layer(wearer, lower, halves, in_view=in_view, over_dress=over_dress))
    if upper is not None:
        kept = halves.lower if "lower" in keep else nothing
        layers.append(_top_layer(wearer, upper, halves, kept=kept))
    takes_lower = lower is not None or (upper is not None and upper.kind.is_one_piece)
    protected = halves.lower if "lower" in keep else nothing
    if upper is None and not over_dress:
        protected = protected | halves.upper
    sleeves = 0.0 if upper is None else sleeve_end(upper)
    return Plan(
        layers=tuple(layers),
        removed=(
            nothing if upper is None else halves.upper | arms_under_sleeves(figure, wearer, sleeves)
        )
        | (halves.lower if takes_lower else nothing),
        remaining=nothing if takes_lower else halves.lower,
        protected=protected,
        sleeves=sleeves,
    )


def _bottom_layer(
    wearer: Wearer, lower: Garment, halves: ClothesHalves, *, in_view: Mask | None, over_dress: bool
) -> Layer:
    """Return the layer of a bottom: over a dress's bodice, under a top that stays ``in_view``."""
    figure = wearer.figure
    foreground = figure.mask(Part.ARM, Part.SHOE, Part.HAIR, Part.OTHER)
    waist = wearer.waist_row if over_dress else None
    outline = drape_bottom(lower, wearer, waist=waist)
    if in_view is not None:
        hem = _hem_rows(in_view, wearer)
        foreground |= in_view
        foreground |= (np.arange(len(foreground))[:, None] < hem - 3) & ~halves.lower
        highest = float(hem.min()) - _UNDERLAP * wearer.torso
        if highest < outline.top[:, 1].mean():
            outline = drape_bottom(lower, wearer, waist=highest)
    return Layer(lower, outline, foreground, (halves.lower,))


def _hem_rows(upper: Mask, wearer: Wearer) -> Row:
    """Return for each column the row where a top ends, extended from its nearest corner."""
    rows = len(upper) - upper[::-1].argmax(axis=0)
    columns = np.arange(upper.shape[1])
    near = np.abs(columns - wearer.hips[0]) < 0.45 * wearer.torso
    used = upper.any(axis=0) & near & (rows > wearer.waist_row - 0.2 * wearer.torso)
    if not used.any():
        return np.full(upper.shape[1], wearer.waist_row, np.float32)
    return np.asarray(np.interp(columns, columns[used], rows[used]), np.float32)


def _top_layer(wearer: Wearer, upper: Garment, halves: ClothesHalves, *, kept: Mask) -> Layer:
    """Return the layer of a top or one-piece; it ends at the waistband of a ``kept`` bottom."""
    figure = wearer.figure
    foreground = foreground_of_top(figure, wearer, sleeve_end=sleeve_end(upper))
    if upper.kind.is_one_piece:
        foreground |= figure.mask(Part.SHOE)
        outline = drape_one_piece(upper, wearer)
        return Layer(upper, separate_sleeves(outline), foreground, (halves.upper, halves.lower))
    outline = drape_top(upper, wearer)
    if kept.any():
        foreground |= kept
        outline = _shorten_to(outline, upper, wearer, kept)
    return Layer(upper, separate_sleeves(outline), foreground, (halves.upper,))


def _shorten_to(outline: Outline, upper: Garment, wearer: Wearer, kept: Mask) -> Outline:
    columns = np.flatnonzero(kept.any(axis=0))
    starts = kept[:, columns].argmax(axis=0).astype(np.float32)
    near = np.abs(columns - wearer.hips[0]) < 0.3 * wearer.torso
    start = float(np.median(starts[near])) if near.any() else float(starts.min())
    if float(outline.hem[:, 1].min()) <= start:
        return outline
    waistband = np.flatnonzero(np.abs(starts - start) < _UNEVEN * wearer.torso)
    corner = len(waistband) // 10
    waistband = waistband[corner : len(waistband) - corner]
    columns, starts = columns[waistband], starts[waistband]
    hem = outline.hem.copy()
    beside = (hem[:, 0] < columns[0]) | (hem[:, 0] > columns[-1])
    hem[:, 1] = np.interp(hem[:, 0], columns, starts)
    hem[~beside, 1] += _UNDERLAP * wearer.torso
    return drape_top(upper, wearer, hem=hem)
