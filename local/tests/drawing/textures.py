"""Textures for cloth and backgrounds.

Each factory is cached, so that equal arguments give the same texture and drawn pictures
compare equal.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

Colour = tuple[int, int, int]
Texture = Callable[[int, int], np.ndarray]
"""Fills a picture of this height and width."""


@cache
def plain(colour: Colour) -> Texture:
    return lambda height, width: np.broadcast_to(np.uint8(colour), (height, width, 3))


@cache
def stripes(
    first: Colour, second: Colour, *, share: float = 0.03, upright: bool = False
) -> Texture:
    def fill(height: int, width: int) -> np.ndarray:
        period = max(4, int(share * height))
        down, across = np.indices((height, width))
        odd = (across if upright else down) // (period // 2) % 2 == 1
        return np.where(odd[..., None], np.uint8(second), np.uint8(first))

    return fill


@cache
def checks(first: Colour, second: Colour, *, share: float = 0.035) -> Texture:
    def fill(height: int, width: int) -> np.ndarray:
        cell = max(2, int(share * height / 2))
        down, across = np.indices((height, width)) // cell
        mix = (down % 2 + across % 2)[..., None] / 2
        return (np.array(first) * (1 - mix) + np.array(second) * mix).astype(np.uint8)

    return fill


@cache
def dots(ground: Colour, *colours: Colour, share: float = 0.012, seed: int = 5) -> Texture:
    def fill(height: int, width: int) -> np.ndarray:
        random = np.random.default_rng(seed)
        cloth = np.full((height, width, 3), ground, np.uint8)
        for _ in range(int(0.3 * width / (share * height) / share)):
            spot = int(random.integers(width)), int(random.integers(height))
            colour = colours[int(random.integers(len(colours)))]
            cv2.circle(cloth, spot, max(1, int(share * height / 2)), colour, -1, cv2.LINE_AA)
        return cloth

    return fill


@cache
def gradient(top: Colour, bottom: Colour) -> Texture:
    def fill(height: int, width: int) -> np.ndarray:
        mix = np.linspace(0, 1, height)[:, None, None]
        rows = np.array(top) * (1 - mix) + np.array(bottom) * mix
        return np.broadcast_to(rows, (height, width, 3)).astype(np.uint8)

    return fill


@cache
def clutter(*, seed: int = 3) -> Texture:
    """A cluttered room, out of focus."""

    def fill(height: int, width: int) -> np.ndarray:
        random = np.random.default_rng(seed)
        room = np.full((height, width, 3), (170, 160, 150), np.uint8)
        for _ in range(70):
            corner = random.integers([width, height])
            extent = random.integers([width // 20, height // 20], [width // 4, height // 4])
            colour = tuple(int(value) for value in random.integers(30, 230, 3))
            cv2.rectangle(room, corner.tolist(), (corner + extent).tolist(), colour, -1)
        return cv2.GaussianBlur(room, (0, 0), height / 250)

    return fill


@cache
def bricks(colour: Colour = (160, 90, 70)) -> Texture:
    def fill(height: int, width: int) -> np.ndarray:
        wall = np.full((height, width, 3), (195, 185, 175), np.uint8)
        course = max(8, height // 40)
        for row, top in enumerate(range(0, height, course)):
            for left in range(-(row % 2) * course, width, 2 * course):
                shade = 1 + 0.1 * np.sin(7 * row + left)
                brick = [min(255, int(value * shade)) for value in colour]
                corner = left + 2 * course - 3, top + course - 3
                cv2.rectangle(wall, (left, top), corner, brick, -1)
        return cv2.GaussianBlur(wall, (0, 0), 1.2)

    return fill
