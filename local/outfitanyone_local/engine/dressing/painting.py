"""Composite a plan: remove old clothes, render new ones, restore the foreground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.backdrop import Plane, bleed
from outfitanyone_local.engine.figure import RGB, Mask, Part, Soft
from outfitanyone_local.engine.masks import without_specks
from outfitanyone_local.engine.opencv import cv2

from .continuation import HIGHEST
from .creases import cover as cover_of
from .creases import crease_shade
from .layers import Layer, Plan
from .physique import Physique
from .shading import cast_shadow, folds, light_from, roundness
from .undress import undress
from .warping import Window, coverage, warp, window_around

_MARGIN = 0.1
"""How far around the clothes pixels may change, in torsos."""
_FRONT_SHADOW = 0.3
"""Strength of the shadow that hair, hands and a kept top cast on a garment."""
_LINING = 0.62
"""Brightness of the inside of a collar, relative to its outside."""


@dataclass
class _Scene:
    """The intermediate result, in a window of the picture.

    canvas: RGB 0 to 255 as float32.  body: where it shows the person.
    light: side of the light.
    """

    physique: Physique
    window: Window
    canvas: Plane
    body: Soft
    light: float


def paint(physique: Physique, plan: Plan) -> RGB:
    """Return the whole picture with the plan carried out."""
    figure = physique.figure
    window = _window(physique, plan)
    at = window.slices
    covers = [cover_of(layer.outline, window) for layer in plan.layers]
    hidden = [c * ~layer.front[at] for c, layer in zip(covers, plan.layers, strict=True)]
    bared = undress(
        physique,
        window,
        gone=plan.gone[at],
        covered=np.max(hidden, axis=0),
        stays=plan.stays[at],
        sleeves=plan.sleeves,
        shaded=not plan.untouched[plan.stays].any(),
    )
    hair = without_specks(figure.mask(Part.HAIR)[at])
    _put_back(bared.canvas, figure.image[at], hair, plan.gone[at])
    scene = _Scene(physique, window, bared.canvas, bared.body, light_from(physique))
    for layer, cover in zip(plan.layers, covers, strict=True):
        _put_on(scene, layer, cover)
    result = figure.image.copy()
    result[at] = np.clip(np.round(scene.canvas), 0, 255).astype(np.uint8)
    result[plan.untouched] = figure.image[plan.untouched]
    return result


def _window(physique: Physique, plan: Plan) -> Window:
    corners = [layer.outline.polygon() for layer in plan.layers]
    x, y, width, height = cv2.boundingRect(plan.gone.astype(np.uint8))
    if width:
        corners.append(np.array([[x, y], [x + width, y + height]], np.float32))
    if plan.stays.any():  # the extension copies from there
        corners.append(
            np.array([[x + width / 2, y + height + HIGHEST * physique.torso]], np.float32)
        )
    return window_around(
        np.concatenate(corners),
        margin=round(_MARGIN * physique.torso),
        size=plan.gone.shape[::-1],
    )


def _put_on(scene: _Scene, layer: Layer, cover: Soft) -> None:
    """Composite one garment, with the shadows it casts and receives, in place."""
    torso, garment, at = scene.physique.torso, layer.garment, scene.window.slices
    image, canvas = scene.physique.figure.image, scene.canvas
    hard = layer.front[at].astype(np.float32)
    front = np.asarray(cv2.GaussianBlur(hard, (0, 0), 0.8), np.float32)
    shadow = cast_shadow(cover, torso=torso)
    canvas *= (1 - (1 - shadow) * scene.body * (1 - front))[..., None]
    if not garment.kind.is_bottom:
        _line_collar(scene, layer)
    colours = warp(garment.image, garment.mask, garment.outline, layer.outline, scene.window)
    corner = np.array([scene.window.x1, scene.window.y1])
    ends = [end - corner for end in layer.outline.open_ends()]
    shade = roundness(cover, ends, torso=torso, light=scene.light)
    for old in layer.old:
        shade *= folds(image[at], old[at], torso=torso)
    shade *= crease_shade(layer.outline, scene.window)
    shade *= cast_shadow(front, torso=torso, strength=_FRONT_SHADOW)
    canvas += (cover * (1 - front))[..., None] * (colours * shade[..., None] - canvas)
    _put_back(canvas, image[at], layer.front[at], cover > 0)
    scene.body = np.asarray(np.maximum(scene.body, cover), np.float32)


def _line_collar(scene: _Scene, layer: Layer) -> None:
    """Paint the darker inside of the collar's back beside the neck, in place."""
    front = layer.outline.top
    right, left = front[0], front[-1]
    arch = (right + left) / 2 - [0, 0.06 * np.linalg.norm(left - right)]
    loop = np.concatenate([front, np.stack([left, arch, right])]).astype(np.float32)
    cover = coverage(loop, scene.window) * (1 - scene.body)
    lying, chest = layer.garment.outline.top, layer.garment.chest
    x, y = (round(float(value)) for value in lying[len(lying) // 2])
    reach = max(4, round(0.03 * chest))
    cloth = layer.garment.image[y + 2 : y + 2 + reach, x - reach : x + reach].reshape(-1, 3)
    scene.canvas += cover[..., None] * (_LINING * np.median(cloth, axis=0) - scene.canvas)


def _put_back(canvas: Plane, image: RGB, front: Mask, changed: Mask) -> None:
    """Restore the foreground over changed pixels, in place.

    Its border pixels contain old clothes; they take the colour from further inside.
    """
    core = cv2.erode(front.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    near = cv2.dilate(changed.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    share = cv2.GaussianBlur(front.astype(np.float32), (0, 0), 0.8) * near
    share[core] = 1
    border = near & (share > 0)
    if border.any():
        colours = bleed(image, core)[border].astype(np.float32)
        canvas[border] += share[border][:, None] * (colours - canvas[border])
