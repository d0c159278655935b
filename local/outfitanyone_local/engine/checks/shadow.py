"""Whether a hard shadow lies beside the garment, which segmentation takes for cloth.

A cast shadow is the ground again, darker by one factor all over and of the same hue, with a sharp
edge towards the lit ground and on one side of what throws it. Grey cloth looks like that too, so
there is no telling where the rest of the garment has that factor as well.
"""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask, Plane
from outfitanyone_local.engine.masks import dilate
from outfitanyone_local.engine.opencv import cv2

_DARKEST, _LIGHTEST, _LIT = 0.35, 0.9, 0.94
"""Brightness in shadow, and the least of lit ground, as shares of the ground's."""
_HUE, _ONE_FACTOR = 0.06, 0.03
"""How far colour channels stray from one factor, and that factor within one shadow."""
_LEAST_AREA, _MOST_AREA = 0.05, 0.5
"""Area as a share of the garment's."""
_CONTACT, _SHARP, _ONE_SIDED = 0.25, 0.14, 0.3
"""Least share of the outline that adjoins lit ground (0.15 in the grey lining of a white top, 0.37
and more in shadows), steepness of that edge per pixel as a share of the shadow's depth (0.17 and
more even if blurred by 2 pixels) and agreement of its directions (0.35 and more)."""
_REST_LIKE_IT, _REST_GREY = 0.015, 0.3
"""Greatest share of the rest of the garment that has the shadow's factor, or any factor."""
_REACH, _SMALLEST = 20, 60
"""Pixels from the garment to where its shadow may end, and in the smallest piece of a shadow."""
_RIM = 0.04
_BRIGHTEST = 30
"""Percentile of the rim's lightness from which pixels count as lit in the first fit."""


def casts_hard_shadow(image: RGB, garment: Mask | None) -> bool:
    """Whether a hard shadow lies beside the garment or, if None, beside all that is not ground.

    The thresholds belong to pictures of 700 pixels; the mask may hold the shadow or not. None of
    113 real and drawn flat lays has one by this measure. Of shadows drawn beside them it finds all
    where the garment is coloured or dark, few where it is grey or white.
    """
    soft = cv2.GaussianBlur(image, (0, 0), 1).astype(np.float32)
    rim = _rim(garment if garment is not None else np.zeros(image.shape[:2], bool))
    if rim.sum() < 400:
        return False
    factors = soft / np.maximum(_lit_ground(soft, rim), 5)
    factor: Plane = factors.mean(axis=2)
    strays = np.abs(factors - factor[..., None]).max(axis=2) / np.maximum(factor, 0.1)
    lit = _connected((factor > _LIT) & (strays < _HUE), rim)
    lit &= True if garment is None else ~garment
    if not lit.any():
        return False
    cloth = ~lit if garment is None else garment
    darker = (factor > _DARKEST) & (factor < _LIGHTEST) & (strays < _HUE) & dilate(cloth, _REACH)
    if darker.sum() < _SMALLEST:
        return False
    depth = _commonest(factor[darker])
    alike = _opened(darker & (np.abs(factor - depth) < _ONE_FACTOR))
    shadow = _connected(alike, dilate(lit, 6), least=_SMALLEST)
    rest = cloth & ~dilate(shadow, 4)
    if not _LEAST_AREA * cloth.sum() <= shadow.sum() <= _MOST_AREA * cloth.sum():
        return False
    if not rest.any() or alike[rest].mean() > _REST_LIKE_IT or darker[rest].mean() > _REST_GREY:
        return False
    return _has_hard_edge(factor / (1 - depth), shadow, lit)


def _has_hard_edge(relative: Plane, shadow: Mask, lit: Mask) -> bool:
    inner = cv2.erode(shadow.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    outline = shadow & ~inner
    if dilate(lit, 7)[outline].mean() < _CONTACT:
        return False
    between = dilate(shadow, 5) & dilate(lit, 5)
    across, down = (cv2.Sobel(relative, cv2.CV_32F, *to, ksize=1) / 2 for to in ((1, 0), (0, 1)))
    steepness = np.hypot(across, down) * between
    steep = steepness > 0.1
    if not steep.any():
        return False
    nearby = cv2.dilate(steepness, np.ones((7, 7), np.uint8))
    agreement = np.hypot(across[steep].sum(), down[steep].sum()) / steepness[steep].sum()
    return bool(np.median(nearby[between]) >= _SHARP and agreement >= _ONE_SIDED)


def _rim(garment: Mask) -> Mask:
    width = max(2, round(_RIM * max(garment.shape)))
    rim = np.ones(garment.shape, bool)
    rim[width:-width, width:-width] = False
    return rim & ~dilate(garment, 6) if garment.any() else rim


def _lit_ground(soft: Plane, rim: Mask) -> Plane:
    """Return the ground's colour everywhere: a quadratic through the lit part of the rim."""
    height, width = rim.shape
    y, x = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j].astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    design, seen = terms[rim][::8], soft[rim][::8]
    lightness = seen.mean(axis=1)
    fits = lightness >= np.percentile(lightness, _BRIGHTEST)
    for _ in range(3):
        weights = np.linalg.lstsq(design[fits], seen[fits], rcond=None)[0]
        error = np.abs(seen - design @ weights).max(axis=1)
        fits = error < 3 * np.median(error) + 1
    ground: Plane = (terms @ weights).astype(np.float32)
    return ground


def _connected(mask: Mask, start: Mask, *, least: int = 1) -> Mask:
    """Return the pieces of a mask, of at least so many pixels, that reach ``start``."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    reached = np.zeros(len(stats), bool)
    reached[np.unique(pieces[start & mask])] = True
    kept: Mask = (reached & (stats[:, cv2.CC_STAT_AREA] >= least))[pieces]
    return kept


def _opened(mask: Mask) -> Mask:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    opened: Mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0
    return opened


def _commonest(factors: Plane) -> float:
    counts, edges = np.histogram(factors, bins=110, range=(_DARKEST, _LIGHTEST))
    return float(edges[int(np.convolve(counts, np.ones(10), "same").argmax())])
