"""Segmentation of one flat-lay garment on a plain background.

The background is modelled as a quadratic over the picture, which covers vignettes and side
light. Pixels that differ from it by more than its noise are garment or cast shadow. A
watershed on the difference then puts the border on the sharpest edge, because shadows fade
and cloth ends abruptly.
"""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask
from outfitanyone_local.engine.colour_space import Lab, rgb_to_lab
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.refusals import GarmentRefusal, GarmentRefused

_WORKING_SIZE = 700
"""Longer side of the copy used for segmentation, pixels."""
_EMPTY = 0.02
"""Least share of the picture a garment covers."""
_SECOND_PIECE = 0.05
"""Greatest total area of further components, as a share of the largest."""
_FAINT = 2.0
"""Least distance in Lab between a garment and its background, median along the border."""
_TOUCHING = 0.04
"""Greatest share of the picture's border that a garment may cover."""


def segment_garment(image: RGB) -> tuple[Mask, Mask]:
    """Return the garment's mask, and where the background shows through it.

    The second mask holds the ends of slits, such as those between sleeves and body, and prints
    at the border that look like background.

    Raises GarmentRefused unless the picture shows exactly one clear garment.
    """
    height, width = image.shape[:2]
    scale = min(1.0, _WORKING_SIZE / max(height, width))
    if min(height, width) * scale < 64:
        raise GarmentRefused(GarmentRefusal.TOO_SMALL)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = np.asarray(
        cv2.GaussianBlur(rgb_to_lab(np.asarray(small, np.uint8)), (0, 0), 0.8), np.float32
    )
    difference, noise = _background_difference(lab)
    outside = _outside(difference, noise)
    mask = _watershed(difference, outside)
    contrast = _require_one_piece(mask, difference)
    mask &= ~_outside(difference, noise, at_least=0.4 * contrast)
    smooth = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1 if contrast > 10 else 2)
    full: Mask = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_CUBIC) > 0.5
    return full, _slits(image, lab - difference, full, contrast)


def _slits(image: RGB, background: Lab, mask: Mask, contrast: float) -> Mask:
    """Return the background pixels inside the mask that are connected with the outside."""
    if contrast < 10:
        return np.zeros_like(mask)
    plain = cv2.resize(background, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    shows = np.linalg.norm(rgb_to_lab(image) - plain, axis=2) < 0.5 * contrast
    framed = np.pad((shows | ~mask).astype(np.uint8), 1, constant_values=1)
    _, pieces = cv2.connectedComponents(framed, connectivity=4)
    reached = (pieces == pieces[0, 0])[1:-1, 1:-1].astype(np.uint8)
    slits: Mask = mask & (cv2.dilate(reached, np.ones((9, 9), np.uint8)) > 0)
    return slits


def _background_difference(lab: Lab) -> tuple[Lab, float]:
    """Return the difference of each pixel from the background, and the noise (1 sigma)."""
    height, width = lab.shape[:2]
    y, x = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j].astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    rim = max(2, round(0.03 * max(height, width)))
    ring = np.ones((height, width), bool)
    ring[rim:-rim, rim:-rim] = False
    design, seen = terms[ring][::8], lab[ring][::8]
    fits = np.ones(len(seen), bool)
    for _ in range(3):
        weights = np.linalg.lstsq(design[fits], seen[fits], rcond=None)[0]
        error = np.linalg.norm(seen - design @ weights, axis=1)
        fits = error < 3 * np.median(error) + 0.5
    noise = float(np.sqrt((error[fits] ** 2).mean()))
    difference: Lab = lab - (terms @ weights).astype(np.float32)
    return difference, noise


def _outside(difference: Lab, noise: float, *, at_least: float = 1.0) -> Mask:
    """Return the background connected with the picture's border: pixels that differ by less than
    ``at_least`` or the noise explains.
    """
    stands_off = (np.linalg.norm(difference, axis=2) > max(at_least, 5 * noise)).astype(np.uint8)
    stands_off = cv2.morphologyEx(stands_off, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    framed = cv2.copyMakeBorder(stands_off, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    _, pieces = cv2.connectedComponents(1 - framed, connectivity=4)
    outside: Mask = (pieces == pieces[0, 0])[1:-1, 1:-1]
    return outside


def _watershed(difference: Lab, outside: Mask) -> Mask:
    """Return the mask bounded by the strongest edge between sure background and sure cloth."""
    lightness, chroma = difference[..., 0], np.hypot(difference[..., 1], difference[..., 2])
    like_shadow = (lightness < 0.5) & (lightness > -22) & (chroma < 2.5)
    three = np.ones((3, 3), np.uint8)
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (25, 25))
    inside = (~outside).astype(np.uint8)
    coloured = cv2.erode(inside * ~like_shadow, three)
    sure = np.maximum(coloured, cv2.erode(inside, reach, borderValue=0))
    markers = np.zeros(outside.shape, np.int32)
    markers[cv2.erode(outside.astype(np.uint8), three) > 0] = 1
    markers[sure > 0] = 2
    if not (markers == 1).any() or not (markers == 2).any():
        raise GarmentRefused(GarmentRefusal.NO_GARMENT)
    stretched = np.clip(difference * 8 + 128, 0, 255).astype(np.uint8)
    return np.asarray(cv2.watershed(stretched, markers) == 2)


def _require_one_piece(mask: Mask, difference: Lab) -> float:
    """Raise GarmentRefused unless ``mask`` is one clear component; remove small ones, in place.

    Returns the contrast that nearly all of its border has with the background.
    """
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    if not areas.size or areas.max() < _EMPTY * mask.size:
        raise GarmentRefused(GarmentRefusal.NO_GARMENT)
    if np.sort(areas)[:-1].sum() > _SECOND_PIECE * areas.max():
        raise GarmentRefused(GarmentRefusal.SEVERAL_PIECES)
    mask &= pieces == 1 + int(areas.argmax())
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    edge = np.concatenate([mask[2], mask[-3], mask[:, 2], mask[:, -3]])
    if max(border.mean(), edge.mean()) > _TOUCHING:
        raise GarmentRefused(GarmentRefusal.CUT_OFF)
    inner = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    rim = mask & ~cv2.erode(inner.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    differs = np.linalg.norm(difference[rim], axis=1)
    if np.median(differs) < _FAINT:
        raise GarmentRefused(GarmentRefusal.FAINT)
    return float(np.percentile(differs, 10))
