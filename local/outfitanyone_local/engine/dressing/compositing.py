"""Composite a plan: remove old clothes, render new ones, restore the foreground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask, Plane, SoftMask
from outfitanyone_local.engine.figure import Part
from outfitanyone_local.engine.inpainting import fill_from_nearest
from outfitanyone_local.engine.masks import remove_specks
from outfitanyone_local.engine.opencv import cv2

from .bottom_extension import MAX_EXTENSION
from .clothes_removal import remove_clothes
from .creases import crease_shading, garment_coverage
from .layers import Layer, Plan
from .shading import cast_shadow, curvature_shading, estimate_light, fold_shading
from .warping import Window, coverage, warp, window_around
from .wearer import Wearer

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

    wearer: Wearer
    window: Window
    canvas: Plane
    body: SoftMask
    light: float


def composite(wearer: Wearer, plan: Plan) -> RGB:
    """Return the whole picture with the plan carried out."""
    figure = wearer.figure
    window = _window(wearer, plan)
    at = window.slices
    covers = [garment_coverage(layer.outline, window) for layer in plan.layers]
    hidden = [c * ~layer.foreground[at] for c, layer in zip(covers, plan.layers, strict=True)]
    cleared = remove_clothes(
        wearer,
        window,
        removed=plan.removed[at],
        covered=np.max(hidden, axis=0),
        remaining=plan.remaining[at],
        sleeves=plan.sleeves,
        shaded=not plan.protected[plan.remaining].any(),
    )
    hair = remove_specks(figure.mask(Part.HAIR)[at])
    _restore_foreground(cleared.canvas, figure.image[at], hair, plan.removed[at])
    scene = _Scene(wearer, window, cleared.canvas, cleared.body, estimate_light(wearer))
    for layer, cover in zip(plan.layers, covers, strict=True):
        _composite_layer(scene, layer, cover)
    result = figure.image.copy()
    result[at] = np.clip(np.round(scene.canvas), 0, 255).astype(np.uint8)
    result[plan.protected] = figure.image[plan.protected]
    return result


def _window(wearer: Wearer, plan: Plan) -> Window:
    corners = [layer.outline.polygon() for layer in plan.layers]
    x, y, width, height = cv2.boundingRect(plan.removed.astype(np.uint8))
    if width:
        corners.append(np.array([[x, y], [x + width, y + height]], np.float32))
    if plan.remaining.any():  # the extension copies from there
        corners.append(
            np.array([[x + width / 2, y + height + MAX_EXTENSION * wearer.torso]], np.float32)
        )
    return window_around(
        np.concatenate(corners),
        margin=round(_MARGIN * wearer.torso),
        size=plan.removed.shape[::-1],
    )


def _composite_layer(scene: _Scene, layer: Layer, cover: SoftMask) -> None:
    """Composite one garment, with the shadows it casts and receives, in place."""
    torso, garment, at = scene.wearer.torso, layer.garment, scene.window.slices
    image, canvas = scene.wearer.figure.image, scene.canvas
    hard = layer.foreground[at].astype(np.float32)
    foreground = np.asarray(cv2.GaussianBlur(hard, (0, 0), 0.8), np.float32)
    shadow = cast_shadow(cover, torso=torso)
    canvas *= (1 - (1 - shadow) * scene.body * (1 - foreground))[..., None]
    if not garment.kind.is_bottom:
        _paint_collar_lining(scene, layer)
    colours = warp(garment.image, garment.mask, garment.outline, layer.outline, scene.window)
    corner = np.array([scene.window.x1, scene.window.y1])
    ends = [end - corner for end in layer.outline.open_ends()]
    shade = curvature_shading(cover, ends, torso=torso, light=scene.light)
    for old in layer.old:
        shade *= fold_shading(image[at], old[at], torso=torso)
    shade *= crease_shading(layer.outline, scene.window)
    shade *= cast_shadow(foreground, torso=torso, strength=_FRONT_SHADOW)
    canvas += (cover * (1 - foreground))[..., None] * (colours * shade[..., None] - canvas)
    _restore_foreground(canvas, image[at], layer.foreground[at], cover > 0)
    scene.body = np.asarray(np.maximum(scene.body, cover), np.float32)


def _paint_collar_lining(scene: _Scene, layer: Layer) -> None:
    """Paint the darker inside of the collar's back beside the neck, in place."""
    edge = layer.outline.top
    right, left = edge[0], edge[-1]
    arch = (right + left) / 2 - [0, 0.06 * np.linalg.norm(left - right)]
    loop = np.concatenate([edge, np.stack([left, arch, right])]).astype(np.float32)
    cover = coverage(loop, scene.window) * (1 - scene.body)
    lying, chest = layer.garment.outline.top, layer.garment.chest
    x, y = (round(float(value)) for value in lying[len(lying) // 2])
    reach = max(4, round(0.03 * chest))
    cloth = layer.garment.image[y + 2 : y + 2 + reach, x - reach : x + reach].reshape(-1, 3)
    scene.canvas += cover[..., None] * (_LINING * np.median(cloth, axis=0) - scene.canvas)


def _restore_foreground(canvas: Plane, image: RGB, foreground: Mask, changed: Mask) -> None:
    """Restore the foreground over changed pixels, in place.

    Its border pixels contain old clothes; they take the colour from further inside.
    """
    core = cv2.erode(foreground.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    near = cv2.dilate(changed.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    share = cv2.GaussianBlur(foreground.astype(np.float32), (0, 0), 0.8) * near
    share[core] = 1
    border = near & (share > 0)
    if border.any():
        colours = fill_from_nearest(image, core)[border].astype(np.float32)
        canvas[border] += share[border][:, None] * (colours - canvas[border])
