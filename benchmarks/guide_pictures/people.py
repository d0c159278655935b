"""Photos of people that do not work, made from those that do."""

from __future__ import annotations

import math

import cv2
import numpy as np

from benchmarks.guide_pictures.painting import (
    Mask,
    Picture,
    Point,
    darken,
    moved,
    noise,
    over,
    polygon,
    read,
    soften,
)
from outfitanyone_local.engine import parse_figure

LEATHER = (92, 54, 34)
STUDIO = "refused/no-person-empty-studio.jpg"


def make_people() -> dict[str, Picture]:
    """Return the examples of model photos by their names."""
    woman = read("models/model-11-woman-coral-tshirt-ecru-jeans.jpg")
    man = read("models/model-02-man-navy-tshirt-chinos.jpg")
    return {
        "person-good-1": woman,
        "person-good-2": read("models/model-12-man-oat-tshirt-olive-trousers.jpg"),
        "person-good-3": read("models/model-15-woman-mint-tanktop-denim-skirt.jpg"),
        "person-several": read("refused/two-persons.jpg"),
        "person-seated": read("refused/sitting-pose.jpg"),
        "person-half": half_body(man),
        "person-bag": with_bag(woman),
        "person-dark": dark(read("models/model-16-man-burgundy-tshirt-stone-shorts.jpg")),
        "person-blurred": blurred(read("models/model-13-woman-plum-dress.jpg")),
        "person-small": small(man, read(STUDIO)),
    }


def half_body(photo: Picture) -> Picture:
    """Return what a photo shows down to the hips."""
    return photo[40:760, 270:810]


def dark(photo: Picture) -> Picture:
    """Return the photo as if it were taken at night, with the noise of such a photo."""
    dimmed = 255 * (photo / 255) ** 1.4 * 0.3
    return dimmed + 5 * noise(photo.shape[:2], grain=4, seed=1)[..., None] + (0, 1, 4)


def blurred(photo: Picture) -> Picture:
    """Return the photo as if camera and person had moved."""
    kernel = np.zeros((61, 61), np.float32)
    cv2.line(kernel, (4, 24), (56, 36), 1, 3)
    moving = cv2.filter2D(photo, -1, kernel / kernel.sum())
    return cv2.GaussianBlur(moving, (0, 0), 7)


def small(photo: Picture, studio: Picture) -> Picture:
    """Return the person standing far away in an empty studio."""
    height, width = photo.shape[:2]
    room = cv2.resize(studio, (width, height))
    factor = 0.34
    tiny = cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    top, left = round(0.42 * height), round(0.36 * width)
    canvas = room.copy()
    canvas[top : top + tiny.shape[0], left : left + tiny.shape[1]] = tiny
    labels = parse_figure(photo.astype(np.uint8)).labels
    person = cv2.resize(
        (labels > 0).astype(np.float32), tiny.shape[1::-1], interpolation=cv2.INTER_AREA
    )
    mask = np.zeros((height, width), np.float32)
    mask[top : top + tiny.shape[0], left : left + tiny.shape[1]] = person
    standing = darken(room, moved(soften(mask, 12), 14, 20) * (rows_below(mask)), 0.3)
    return over(standing, canvas, soften(mask, 1))


def rows_below(mask: Mask) -> Mask:
    """Return where the lowest part of a mask lies: the feet and the floor below them."""
    rows = np.flatnonzero(mask.max(axis=1) > 0.5)
    below = np.zeros_like(mask)
    below[rows[-1] - 40 :] = 1
    return soften(below, 12)


def with_bag(photo: Picture) -> Picture:
    """Return the person with a large shoulder bag in front of clothes and hand."""
    size = photo.shape[:2]
    for strap in (
        [(636, 292), (660, 300), (560, 620), (532, 620)],
        [(652, 300), (676, 312), (742, 620), (714, 620)],
    ):
        photo = _leather(photo, strap, seed=2)
    bag = _rounded([(468, 604), (802, 604), (836, 948), (434, 948)], radius=34)
    photo = _leather(photo, bag, seed=3)
    flap = _rounded([(464, 600), (806, 600), (812, 742), (458, 742)], radius=26)
    photo = _leather(photo, flap, seed=4)
    photo = _stitches(photo, [(480, 724), (790, 724)])
    clasp = polygon(_rounded([(612, 716), (658, 716), (658, 770), (612, 770)], radius=8), size)
    return over(photo, np.full_like(photo, (196, 164, 96)), clasp)


def _leather(photo: Picture, outline: list[Point], *, seed: int) -> Picture:
    """Paint a leather part with its shadow, its grain and a lit upper edge."""
    size = photo.shape[:2]
    mask = polygon(outline, size)
    photo = darken(photo, moved(soften(mask, 16), 10, 14), 0.45)
    light = 1 + 0.10 * noise(size, grain=5, seed=seed) + 0.22 * noise(size, grain=140, seed=seed)
    inner = soften(mask, 12)
    light *= 0.55 + 0.55 * np.clip(inner * 1.6 - 0.55, 0, 1)
    light += 0.5 * np.clip(mask - moved(mask, 3, 4), 0, 1)
    return over(photo, np.array(LEATHER, np.float32) * light[..., None] * 1.25, mask)


def _stitches(photo: Picture, line: list[Point]) -> Picture:
    (left, y), (right, _) = line
    for x in np.arange(left, right, 14):
        stitch = polygon([(x, y), (x + 8, y), (x + 8, y + 3), (x, y + 3)], photo.shape[:2])
        photo = over(photo, np.full_like(photo, (168, 124, 90)), 0.8 * stitch)
    return photo


def _rounded(corners: list[Point], *, radius: float) -> list[Point]:
    """Return the outline of a quadrilateral with round corners."""
    outline: list[Point] = []
    for number, corner in enumerate(corners):
        before, after = corners[number - 1], corners[(number + 1) % len(corners)]
        start = _towards(corner, before, radius)
        end = _towards(corner, after, radius)
        outline += [_bezier(start, corner, end, step / 8) for step in range(9)]
    return outline


def _towards(point: Point, other: Point, length: float) -> Point:
    share = length / math.dist(point, other)
    return (point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share)


def _bezier(start: Point, middle: Point, end: Point, share: float) -> Point:
    weights = ((1 - share) ** 2, 2 * share * (1 - share), share**2)
    points = (start, middle, end)
    x, y = (
        sum(weight * point[axis] for weight, point in zip(weights, points, strict=True))
        for axis in (0, 1)
    )
    return (x, y)
