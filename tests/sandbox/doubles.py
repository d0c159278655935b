"""A quick engine that paints rectangles, and pictures to feed it with."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from django_outfitanyone.sandbox.errors import INVALID_PERSON, NO_GARMENT, Refused

ROWS = {"upper": (0.2, 0.5), "lower": (0.5, 0.9), "dress": (0.2, 0.9)}


@dataclass(frozen=True)
class Rectangle:
    clothes_type: str
    box: tuple[int, int, int, int]
    cutout: np.ndarray
    crop: np.ndarray


class RectangleEngine:
    """Takes an even picture for one without a person, and a black one for no garment.

    Close ``gate`` to keep pictures in work.
    """

    def __init__(self):
        self.gate = threading.Event()
        self.gate.set()
        self.calls = []
        self.worn = {"upper", "lower"}
        self.failure = None
        self.tops = []

    def parse(self, image, clothes_types):
        self._begin("parse")
        if is_even(image):
            raise Refused(INVALID_PERSON)
        return [self._area(image, kind) if kind in self.worn else None for kind in clothes_types]

    def try_on(self, person, *, top, bottom, keep):
        self._begin(("try_on", top is not None, bottom is not None, sorted(keep)))
        self.tops.append(top)
        if is_even(person):
            raise Refused(INVALID_PERSON)
        result = person.copy()
        for kind, garment in (("upper", top), ("lower", bottom)):
            if garment is not None:
                if garment.max() == 0:
                    raise Refused(NO_GARMENT)
                x1, y1, x2, y2 = box_of(person, kind)
                result[y1:y2, x1:x2] = garment.mean(axis=(0, 1)).astype(np.uint8)
        return result

    def fit(self, image, *, width, height):
        return np.asarray(Image.fromarray(image).resize((width, height)))

    def refine(self, coarse):
        self._begin("refine")
        return coarse

    def _begin(self, call):
        self.gate.wait(10)
        self.calls.append(call)
        if self.failure:
            raise self.failure

    def _area(self, image, kind):
        x1, y1, x2, y2 = box_of(image, kind)
        crop = image[y1:y2, x1:x2]
        alpha = np.full((*crop.shape[:2], 1), 255, np.uint8)
        return Rectangle(kind, (x1, y1, x2, y2), np.concatenate([crop, alpha], axis=2), crop)


def is_even(image):
    return image.std(axis=(0, 1)).max() < 1


def box_of(image, kind):
    """Where the rectangle engine sees this kind of clothes."""
    height, width = image.shape[:2]
    top, bottom = ROWS[kind]
    return width // 4, int(top * height), width * 3 // 4, int(bottom * height)


@cache
def picture_bytes(width=300, height=400, *, seed=1, file_format="PNG", colour=None, **options):
    """Noise, which no format makes small, or one even colour."""
    if colour is None:
        pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    else:
        pixels = np.full((height, width, 3), colour, np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, file_format, **options)
    return file.getvalue()


def read_pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
