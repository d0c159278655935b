"""Drawn people with exact ground truth, to test the engine without photos.

Each shape is painted twice with the same outline: with its colour into the picture and with
its ``Part`` into the label map. Lengths are shares of the person's height; x counts from the
body's middle, y from the crown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np

from drawing.textures import Colour, Texture, plain
from outfitanyone_local.engine.figure import Part

_FINE = 2
"""Factor of supersampling, for smooth edges."""


@dataclass(frozen=True)
class Top:
    """A top. sleeve: 0 none, 1 to the elbow, 2 to the wrist. hem: its end, for separate tops."""

    cloth: Texture
    sleeve: float = 0.6
    hem: float = 0.52
    neckline: float = 0.012


@dataclass(frozen=True)
class Bottom:
    """A skirt or trousers. start: waistband, hidden under a longer top."""

    cloth: Texture
    hem: float = 0.93
    skirt: bool = False
    flare: float = 0.02
    start: float = 0.44


@dataclass(frozen=True)
class Person:
    """A person to draw. A ``one_piece`` is a Bottom joined to a Top of the same cloth.

    build: 1 is average, more is wider. spread: degrees between arms and upright.
    stance: half the distance between the ankles.
    """

    top: Top
    bottom: Bottom
    one_piece: bool = False
    skin: Colour = (224, 178, 150)
    hair: Colour | None = (60, 42, 34)
    long_hair: bool = False
    shoes: Colour = (45, 45, 50)
    build: float = 1.0
    spread: float = 16
    stance: float = 0.055
    background: Texture = field(default_factory=lambda: plain((225, 226, 228)))
    size: tuple[int, int] = (720, 960)
    height: float = 0.86
    middle: tuple[float, float] = (0.5, 0.5)


@dataclass
class Drawn:
    """A drawn person. image: RGB uint8. labels: uint8 ``Part`` numbers, the ground truth."""

    image: np.ndarray
    labels: np.ndarray

    def mask(self, *parts: Part) -> np.ndarray:
        return np.isin(self.labels, parts)


@lru_cache(maxsize=32)
def draw(person: Person) -> Drawn:
    """Draw the picture and its ground truth; the arrays are cached and read-only."""
    easel = Easel(person)
    for layer in (_back_hair, _skin, _shoes, _clothes, _neck, _head, _hands):
        layer(easel, person)
    drawn = Drawn(finished(easel, person), easel.labels[1::_FINE, 1::_FINE].copy())
    for array in (drawn.image, drawn.labels):
        array.flags.writeable = False
    return drawn


def finished(easel: Easel, person: Person) -> np.ndarray:
    """Return the easel's picture at its final size, with grain."""
    image = cv2.resize(easel.image, person.size, interpolation=cv2.INTER_AREA)
    return np.clip(image + _grain(image.shape), 0, 255).astype(np.uint8)


@lru_cache(maxsize=2)
def _grain(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(7).normal(0, 1.5, shape)


class Easel:
    """A picture and a label map that are painted together."""

    def __init__(self, person: Person) -> None:
        width, height = (_FINE * side for side in person.size)
        self.image = person.background(height, width).copy()
        self.labels = np.full((height, width), Part.BACKGROUND, np.uint8)
        self.scale = person.height * height
        self.origin = np.array(
            [person.middle[0] * width, person.middle[1] * height - self.scale / 2]
        )

    def pixels(self, points: Sequence[Sequence[float]]) -> np.ndarray:
        return np.round(np.array(points) * self.scale + self.origin).astype(np.int32)

    def shape(self, *outlines: Sequence[Sequence[float]]) -> np.ndarray:
        """Return the mask inside any of the closed outlines."""
        mask = np.zeros(self.labels.shape, np.uint8)
        for outline in outlines:
            cv2.fillPoly(mask, [self.pixels(outline)], 1)
        return mask

    def paint(
        self, mask: np.ndarray, part: Part, texture: Texture, *, round_: float = 0.02
    ) -> None:
        """Cover an area; ``round_`` is the width of its darker edge."""
        left, top, width, height = cv2.boundingRect(mask)
        window = slice(top, top + height), slice(left, left + width)
        inside = mask[window] > 0
        depth = cv2.distanceTransform(np.pad(mask[window], 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        light = 0.80 + 0.20 * np.minimum(1, depth / (round_ * self.scale))
        cloth = texture(*self.labels.shape)[window] * light[..., None]
        self.image[window][inside] = cloth[inside]
        self.labels[window][inside] = part

    def line(self, points: Sequence[Sequence[float]], *, within: np.ndarray, dark: float) -> None:
        """Draw a seam or shadow; changes no label."""
        mask = np.zeros(self.labels.shape, np.uint8)
        width = max(1, int(0.004 * self.scale))
        cv2.polylines(mask, [self.pixels(points)], False, 1, width, cv2.LINE_AA)
        where = (mask > 0) & (within > 0)
        self.image[where] = (self.image[where] * dark).astype(np.uint8)


def limb(joints: np.ndarray, half_widths: Sequence[float]) -> np.ndarray:
    """Return the outline of a tapered strip along joints, with flat ends."""
    along = np.gradient(joints, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * np.array(half_widths)[:, None]
    return np.concatenate([joints + across, (joints - across)[::-1]])


def _part_of_limb(joints: np.ndarray, half_widths: Sequence[float], end: float) -> np.ndarray:
    """Return the strip of the first ``end`` bones; ``end`` may be fractional."""
    places = np.linspace(0, end, 20)
    steps = np.arange(len(joints))
    points = np.stack([np.interp(places, steps, joints[:, axis]) for axis in (0, 1)], axis=1)
    return limb(points, np.interp(places, steps, half_widths))


def oval(x: float, y: float, half_width: float, half_height: float) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 60)
    return np.stack([x + half_width * np.cos(turn), y + half_height * np.sin(turn)], axis=1)


def _mirrored(right: Sequence[Sequence[float]]) -> np.ndarray:
    """Complete an outline from its right half, listed from top to bottom."""
    half = np.array(right, float)
    return np.concatenate([half, (half * [-1, 1])[::-1]])


def _arm(person: Person, side: int) -> np.ndarray:
    """Return shoulder, elbow, wrist and finger tips."""
    angle = np.radians(person.spread)
    down = np.array([side * np.sin(angle), np.cos(angle)])
    fore = np.array([side * np.sin(0.7 * angle), np.cos(0.7 * angle)])
    shoulder = np.array([side * 0.103 * person.build, 0.205])
    elbow = shoulder + 0.165 * down
    wrist = elbow + 0.14 * fore
    return np.stack([shoulder, elbow, wrist, wrist + 0.085 * fore])


def _leg(person: Person, side: int) -> np.ndarray:
    hip, ankle = side * 0.052 * person.build, side * person.stance
    return np.array([[hip, 0.50], [(hip + ankle) / 2, 0.73], [ankle, 0.95]])


_ARM_WIDTHS = np.array([0.031, 0.025, 0.018, 0.010])
_LEG_WIDTHS = np.array([0.046, 0.037, 0.022])


def _trunk(person: Person, *, ease: float, end: float, end_width: float) -> np.ndarray:
    build = person.build
    rows = [(0.045, 0.170), (0.118 * build, 0.192), (0.112 * build, 0.24), (0.088 * build, 0.38)]
    rows += [(0.100 * build, 0.50)]
    kept = [(x + ease, y) for x, y in rows if y < end - 0.02]
    return _mirrored([*kept, (end_width, end)])


def _back_hair(easel: Easel, person: Person) -> None:
    if person.hair and person.long_hair:
        outline = _mirrored(
            [(0.02, 0.0), (0.062, 0.04), (0.072, 0.13), (0.07, 0.235), (0.03, 0.24)]
        )
        easel.paint(easel.shape(outline), Part.HAIR, plain(person.hair))


def _skin(easel: Easel, person: Person) -> None:
    skin = plain(person.skin)
    neck = [(-0.03, 0.10), (0.03, 0.10), (0.034, 0.20), (-0.034, 0.20)]
    trunk = _trunk(person, ease=-0.004, end=0.54, end_width=0.10 * person.build)
    easel.paint(easel.shape(trunk), Part.LEG, skin)
    easel.paint(easel.shape(neck), Part.HEAD, skin)
    for side in (-1, 1):
        easel.paint(
            easel.shape(limb(_leg(person, side), _LEG_WIDTHS * person.build)), Part.LEG, skin
        )
        arm = limb(_arm(person, side)[:3], _ARM_WIDTHS[:3] * person.build)
        shoulder = oval(*_arm(person, side)[0], 0.031 * person.build, 0.031 * person.build)
        easel.paint(easel.shape(arm, shoulder), Part.ARM, skin)


def _hands(easel: Easel, person: Person) -> None:
    for side in (-1, 1):
        wrist, tips = _arm(person, side)[2:]
        hand = limb(np.stack([wrist, (wrist + tips) / 2, tips]), [0.016, 0.022, 0.010])
        easel.paint(easel.shape(hand), Part.ARM, plain(person.skin))


def _shoes(easel: Easel, person: Person) -> None:
    for side in (-1, 1):
        x = side * person.stance
        shoe = [(x - 0.022, 0.945), (x + 0.022, 0.945), (x + 0.034 + 0.008 * side, 0.995)]
        shoe += [(x + 0.01, 1.0), (x - 0.01, 1.0), (x - 0.034 + 0.008 * side, 0.995)]
        easel.paint(easel.shape(shoe), Part.SHOE, plain(person.shoes))


def _clothes(easel: Easel, person: Person) -> None:
    bottom, top = _bottom(easel, person), _top(easel, person)
    if person.one_piece:
        easel.paint(cv2.bitwise_or(bottom, top), Part.DRESS, person.top.cloth)
        _hem(easel, bottom, person.bottom.hem)
        return
    easel.paint(bottom, Part.LOWER, person.bottom.cloth)
    _hem(easel, bottom, person.bottom.hem)
    _cast_shadow(easel, top, person.top.hem)
    easel.paint(top, Part.UPPER, person.top.cloth)
    _hem(easel, top, person.top.hem)


def _bottom(easel: Easel, person: Person) -> np.ndarray:
    bottom, build = person.bottom, person.build
    waist = [(0.080 * build, bottom.start), (0.098 * build, 0.51)]
    if bottom.skirt:
        edge = 0.106 * build + bottom.flare
        return easel.shape(_mirrored([*waist, (edge, bottom.hem)]))
    end = float(np.interp(bottom.hem, [0.50, 0.73, 0.95], [0, 1, 2]))
    widths = _LEG_WIDTHS * build + [0.002, 0.010, 0.016]
    legs = [_part_of_limb(_leg(person, side), widths, end) for side in (-1, 1)]
    seat = _mirrored([*waist, (0.101 * build, 0.56), (0.01, 0.545)])
    return easel.shape(seat, *legs)


def _top(easel: Easel, person: Person) -> np.ndarray:
    top, build = person.top, person.build
    end = person.bottom.start + 0.03 if person.one_piece else top.hem
    width = (0.097 if person.one_piece else 0.112) * build
    if not top.sleeve:
        return easel.shape(_vest(person, end=end, end_width=width))
    pieces = [_trunk(person, ease=0.004, end=end, end_width=width)]
    for side in (-1, 1):
        widths = _ARM_WIDTHS * build + [0.008, 0.009, 0.008, 0.008]
        pieces.append(_part_of_limb(_arm(person, side), widths, top.sleeve))
        pieces.append(oval(*_arm(person, side)[0], 0.036 * build, 0.030 * build))
    return easel.shape(*pieces)


def _vest(person: Person, *, end: float, end_width: float) -> np.ndarray:
    build = person.build
    straps = [
        (0.045, 0.172),
        (0.082 * build, 0.183),
        (0.080 * build, 0.215),
        (0.096 * build, 0.262),
    ]
    return _mirrored([*straps, (0.092 * build, 0.38), (end_width, end)])


def _hem(easel: Easel, cloth: np.ndarray, end: float) -> None:
    easel.line([(-0.4, end - 0.008), (0.4, end - 0.008)], within=cloth, dark=0.85)


def _cast_shadow(easel: Easel, mask: np.ndarray, end: float) -> None:
    """Darken what lies under a loose hem."""
    below = np.roll(mask, int(0.006 * easel.scale), axis=0)
    below[: int(easel.origin[1] + (end - 0.05) * easel.scale)] = 0
    where = (below > 0) & (easel.labels != Part.BACKGROUND)
    easel.image[where] = (easel.image[where] * 0.6).astype(np.uint8)


def _neck(easel: Easel, person: Person) -> None:
    opening = easel.shape(oval(0, 0.166, 0.046, 0.014 + person.top.neckline))
    neck = easel.shape([(-0.03, 0.10), (0.03, 0.10), (0.034, 0.175), (-0.034, 0.175)])
    easel.paint(cv2.bitwise_or(opening, neck), Part.HEAD, plain(person.skin))


def _head(easel: Easel, person: Person) -> None:
    if person.hair:
        cap = easel.shape(oval(0, 0.062, 0.058, 0.064), oval(0, 0.045, 0.06, 0.045))
        easel.paint(cap, Part.HAIR, plain(person.hair))
    face = oval(0, 0.078, 0.045, 0.058) if person.hair else oval(0, 0.068, 0.05, 0.068)
    ears = [oval(side * 0.047, 0.08, 0.008, 0.015) for side in (-1, 1)]
    easel.paint(easel.shape(face, *ears), Part.HEAD, plain(person.skin))
    _features(easel, person)


def _features(easel: Easel, person: Person) -> None:
    """Draw eyes, brows, nose and mouth; without them no person is detected."""
    dark = plain(tuple(int(value * 0.35) for value in person.skin))
    soft = plain(tuple(int(value * 0.82) for value in person.skin))
    for side in (-1, 1):
        easel.paint(
            easel.shape(oval(side * 0.019, 0.070, 0.0085, 0.0045)),
            Part.HEAD,
            plain((240, 240, 240)),
        )
        easel.paint(
            easel.shape(oval(side * 0.019, 0.070, 0.004, 0.0042)), Part.HEAD, plain((50, 35, 30))
        )
        easel.paint(easel.shape(oval(side * 0.019, 0.060, 0.011, 0.002)), Part.HEAD, dark)
    nose = [(0, 0.072), (0.007, 0.092), (-0.007, 0.092)]
    easel.paint(easel.shape(nose), Part.HEAD, soft)
    easel.paint(easel.shape(oval(0, 0.108, 0.015, 0.0045)), Part.HEAD, plain((165, 75, 75)))
