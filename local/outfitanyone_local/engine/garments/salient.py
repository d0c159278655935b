"""Segment a garment on any ground: the fallback for pictures without a plain background.

A network for salient objects finds garments on floors, on hangers and white on white. On plain
ground it is no better than the segmentation by colour and often worse, so it runs only where
that one refuses. Its mask is coarse; the picture's own edges refine it.
"""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask, SoftMask
from outfitanyone_local.engine.networks import SALIENT_SIDE, segment_salient_object
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.parsing.guided_filter import GuidedFilter
from outfitanyone_local.engine.refusals import GarmentRefusal

_REPLACED = {GarmentRefusal.FAINT, GarmentRefusal.NO_GARMENT, GarmentRefusal.CUT_OFF}
"""Refusals that a plain background would have spared the garment. Several pieces stay refused:
the network would choose one of them."""
_SMALLEST, _LARGEST = 0.06, 0.85
"""Share of the picture that a garment may cover."""
_UNSURE = 0.12
"""Greatest area with a probability between 0.2 and 0.8, as a share of the object's: an outline has
less, an object that the network only guesses has more."""
_FURTHER_PIECES = 0.05
"""Greatest area of further components, as a share of the largest."""
_TOUCHING = 0.04
"""Greatest share of the picture's border that the object may cover."""
_REFINED_SIDE = 700
"""Longer side at which the mask is refined, pixels."""


def segment_on_any_ground(image: RGB, refusal: GarmentRefusal) -> Mask | None:
    """Return the mask of the one clear object of a picture, None if there is none.

    refusal: why the segmentation by colour refused the picture.
    """
    if refusal not in _REPLACED:
        return None
    size = (SALIENT_SIDE, SALIENT_SIDE)
    square = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    salience = segment_salient_object(square)
    if not _is_one_clear_object(salience):
        return None
    return _refined(salience, image)


def _is_one_clear_object(salience: SoftMask) -> bool:
    mask = salience > 0.5
    if not _SMALLEST < mask.mean() < _LARGEST:
        return False
    unsure = (salience > 0.2) & (salience < 0.8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return bool(
        unsure.sum() < _UNSURE * mask.sum()
        and areas.sum() - areas.max() < _FURTHER_PIECES * areas.max()
        and border.mean() < _TOUCHING
    )


def _refined(salience: SoftMask, image: RGB) -> Mask:
    """Return the largest component of the mask, at the picture's size and on its edges."""
    height, width = image.shape[:2]
    scale = min(1.0, _REFINED_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    guide = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    soft = GuidedFilter(guide, radius=4).upsample(cv2.resize(salience, size), image)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((soft > 0.5).astype(np.uint8))
    largest: Mask = pieces == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return largest
