"""Garment pictures that do not work, made from those that do."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.guide_pictures.painting import (
    Mask,
    Picture,
    cut_out,
    darken,
    moved,
    noise,
    over,
    plain_ground,
    polygon,
    read,
    scaled,
    soften,
    turned,
)


def make_garments() -> dict[str, Picture]:
    """Return the examples of garment pictures by their names."""

    def garment(name: str) -> Picture:
        return read(f"garments/{name}.jpg")

    return {
        "garment-good-1": garment("tshirt-red"),
        "garment-good-2": garment("jeans-blue"),
        "garment-good-3": garment("dress-floral"),
        "garment-several": several(garment("shirt-lightblue"), garment("shorts-olive")),
        "garment-angle": at_an_angle(garment("longsleeve-navy-stripes")),
        "garment-folded": folded(garment("tshirt-red")),
        "garment-creased": creased(garment("shirt-lightblue")),
        "garment-busy": on_busy_ground(garment("chinos-beige")),
        "garment-shadow": in_hard_shadow(garment("sweater-mustard")),
        "garment-small": small(garment("jumpsuit-terracotta")),
        "garment-cut-off": garment("tshirt-white-mountain-print")[120:840, 0:540],
    }


def several(first: Picture, second: Picture) -> Picture:
    """Return two garments in one picture."""
    picture = plain_ground(first, cut_out(first))
    for piece, degrees, dx, dy in ((first, 8, -130, -210), (second, -7, 130, 260)):
        mask = moved(turned(scaled(cut_out(piece), 0.68), degrees), dx, dy)
        layer = moved(turned(scaled(piece, 0.68), degrees), dx, dy)
        picture = lay(picture, layer, mask)
    return picture


def lay(ground: Picture, garment: Picture, mask: Mask) -> Picture:
    """Return a garment lying on a ground, with the soft shadow of thin cloth."""
    shaded = darken(ground, moved(soften(mask, 9), 5, 8), 0.35)
    return over(shaded, garment, mask)


def at_an_angle(picture: Picture) -> Picture:
    """Return the garment as seen from beside it, near the floor."""
    height, width = picture.shape[:2]
    mask = cut_out(picture)
    ground = plain_ground(picture, mask)
    seen = np.float32([(230, 390), (740, 330), (1080, 900), (-160, 1010)])
    corners = np.float32([(0, 150), (width, 150), (width, 1080), (0, 1080)])
    matrix = cv2.getPerspectiveTransform(corners, seen)
    layer, shape = (
        cv2.warpPerspective(plane, matrix, (width, height)) for plane in (picture, mask)
    )
    light = np.linspace(0.72, 1.08, height, dtype=np.float32)[:, None, None]
    return lay(ground * light, layer * light, shape)


def folded(picture: Picture) -> Picture:
    """Return a top folded as in a drawer: sides to the back, then the hem up to the chest."""
    mask = cut_out(picture)
    ground = plain_ground(picture, mask)
    height, width = mask.shape
    left, right, line = 300, 600, 700
    body = mask * polygon([(left, 0), (right, 0), (right, line), (left, line)], mask.shape)
    result = lay(ground, picture, body)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    mirror = (columns, 2 * line - rows)
    flap_picture = cv2.remap(picture, *mirror, cv2.INTER_LINEAR)
    flap = cv2.remap(mask, *mirror, cv2.INTER_LINEAR)
    flap *= polygon(
        [(left - 8, 0), (right + 10, 0), (right + 14, line), (left - 12, line)], mask.shape
    )
    result = darken(result, moved(soften(flap, 10), 3, -9), 0.5)
    near_fold = np.clip((rows - (line - 50)) / 50, 0, 1)
    light = 0.86 + 0.14 * noise(mask.shape, grain=90, seed=7) - 0.3 * near_fold**3
    result = over(result, flap_picture * light[..., None], flap)
    return result[120:760, 210:690]


def creased(picture: Picture) -> Picture:
    """Return the garment as if it came out of a suitcase: sharp edges between flat facets."""
    mask = cut_out(picture)
    height = crumpled(mask.shape, seed=11)
    slope_x, slope_y = (
        cv2.Sobel(height, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1))
    )
    light = 1 + np.clip(0.55 * slope_x + 0.4 * slope_y, -0.35, 0.2)
    rows, columns = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]].astype(np.float32)
    shift = (columns + 16 * soften(slope_x, 8), rows + 16 * soften(slope_y, 8))
    layer = cv2.remap(picture, *shift, cv2.INTER_LINEAR) * light[..., None]
    ground = plain_ground(picture, mask)
    return lay(ground, layer, cv2.remap(mask, *shift, cv2.INTER_LINEAR))


def crumpled(size: tuple[int, int], *, seed: int) -> Mask:
    """Return the heights of crumpled cloth: cones around many points, which meet in sharp edges."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    columns = columns + 40 * noise(size, grain=160, seed=seed)
    rows = rows + 40 * noise(size, grain=160, seed=seed + 1)
    heights = np.zeros(size, np.float32)
    for count, tilt in ((40, 0.45), (110, 0.3)):
        nearest = np.full(size, np.inf, np.float32)
        for y, x in random.uniform((-50, -50), (size[0] + 50, size[1] + 50), (count, 2)):
            nearest = np.minimum(nearest, np.hypot(rows - y, columns - x))
        heights -= tilt * nearest
    return soften(heights, 2)


def on_busy_ground(picture: Picture) -> Picture:
    """Return the garment on a patterned rug."""
    return lay(rug(picture.shape[:2]), picture, cut_out(picture))


def rug(size: tuple[int, int]) -> Picture:
    """Return a rug with rows of diamonds between stripes."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    picture = np.empty((*size, 3), np.float32)
    picture[:] = (158, 44, 40)
    band = (rows % 240) // 40
    zigzag = np.abs((columns % 90) - 45)
    for where, colour in (
        (band == 0, (232, 214, 178)),
        ((band == 1) & (zigzag < rows % 40), (38, 60, 104)),
        (((band == 3) | (band == 4)) & (zigzag + np.abs(rows % 240 - 160) < 40), (224, 160, 48)),
        (((band == 3) | (band == 4)) & (zigzag + np.abs(rows % 240 - 160) < 20), (34, 92, 88)),
        (band == 5, (38, 60, 104)),
    ):
        picture[where] = colour
    return cv2.GaussianBlur(picture, (0, 0), 2)


def in_hard_shadow(picture: Picture) -> Picture:
    """Return the garment under a lamp, in the shadow of the person who takes the picture."""
    size = picture.shape[:2]
    lit = picture * np.array((1.1, 1.05, 0.94), np.float32)
    mask = cut_out(picture)
    shaded = darken(lit, np.clip(moved(mask, 34, 26) - mask, 0, 1), 0.62)
    canvas = np.zeros(size, np.float32)
    cv2.ellipse(canvas, (560, 640), (105, 132), 8, 0, 360, 1, -1)
    body = [(500, 700), (620, 700), (640, 790), (800, 850), (850, 1000), (860, 1210), (260, 1210)]
    shoulders = polygon([*body, (280, 1000), (340, 850), (480, 790)], size)
    arm = polygon([(280, 1020), (250, 640), (330, 560), (370, 640), (350, 700), (420, 900)], size)
    phone = polygon([(230, 430), (330, 410), (370, 590), (270, 620)], size)
    shadow = soften(np.clip(canvas + shoulders + arm + phone, 0, 1), 5)
    return darken(shaded, shadow, 0.6)


def small(picture: Picture) -> Picture:
    """Return the garment far away in the frame."""
    mask = cut_out(picture)
    layer, shape = (moved(scaled(plane, 0.3), 60, 110) for plane in (picture, mask))
    return lay(plain_ground(picture, mask), layer, shape)
