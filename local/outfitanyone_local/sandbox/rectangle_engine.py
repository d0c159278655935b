"""An engine for tests: it paints rectangles in milliseconds instead of dressing people.

It detects clothes in fixed places, so tests know the boxes and colours to expect.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from .engine_protocol import RGB, RGBA, Finding
from .errors import INVALID_PERSON, NO_GARMENT, Refused
from .picture_rules import reason_for

MAX_PAUSE_SECONDS = 10.0
NO_PERSON = INVALID_PERSON.because(reason_for("no_person"), "no_person")
BLACK = NO_GARMENT.because(reason_for("no_garment"), "no_garment")
ROWS = {"upper": (0.2, 0.5), "lower": (0.5, 0.9), "dress": (0.2, 0.9)}
"""Top and bottom edge of each clothes type, as shares of the picture's height."""


@dataclass(frozen=True)
class Rectangle:
    """One piece of clothing; see ``engines.Area``."""

    clothes_type: str
    box: tuple[int, int, int, int]
    cutout: RGBA
    crop: RGB


class RectangleEngine:
    """A fast ``Engine`` with fixed results.

    A model photo in one colour has no person, and a black garment picture has no
    garment; both raise ``Refused``.
    """

    def __init__(self) -> None:
        self.worn = {"upper", "lower"}
        """The clothes types that every person wears; change it to test other results."""
        self.failure: Exception | None = None
        """Set it to make every call raise this exception."""
        self.calls: list[object] = []
        """The calls so far: "parse", "refine", ("try_on", has top, has bottom, keep) or
        ("cut_out", kind)."""
        self.person_findings: list[Finding] = []
        """What the check of every model photo finds; set it to test refusals and warnings."""
        self.garment_findings: list[Finding] = []
        """What the check of every garment picture finds."""
        self.tops: list[RGB | None] = []
        """The top garment of each try-on so far."""
        self._may_run = threading.Event()
        self._may_run.set()

    def pause(self) -> None:
        """Let all calls wait, at most ``MAX_PAUSE_SECONDS`` each, until ``resume``."""
        self._may_run.clear()

    def resume(self) -> None:
        """Let waiting and later calls run."""
        self._may_run.set()

    def parse(self, image: RGB, clothes_types: Sequence[str]) -> list[Rectangle | None]:
        """Return one rectangle for each requested type, or ``None`` if ``worn`` lacks it."""
        self._begin("parse")
        if is_one_colour(image):
            raise Refused(NO_PERSON)
        return [_area(image, kind) if kind in self.worn else None for kind in clothes_types]

    def try_on(
        self, person: RGB, *, top: RGB | None, bottom: RGB | None, keep: Collection[str]
    ) -> RGB:
        """Return the person with a rectangle in each garment's mean colour."""
        self._begin(("try_on", top is not None, bottom is not None, sorted(keep)))
        self.tops.append(top)
        if is_one_colour(person):
            raise Refused(NO_PERSON)
        result = person.copy()
        for kind, garment in (("upper", top), ("lower", bottom)):
            if garment is not None:
                if garment.max() == 0:
                    raise Refused(BLACK)
                x1, y1, x2, y2 = box_of(person, kind)
                result[y1:y2, x1:x2] = garment.mean(axis=(0, 1)).astype(np.uint8)
        return result

    def fit(self, image: RGB, *, width: int, height: int) -> RGB:
        """Return the picture in this size in pixels."""
        return np.asarray(Image.fromarray(image).resize((width, height)))

    def refine(self, coarse: RGB) -> RGB:
        """Return the picture unchanged."""
        self._begin("refine")
        return coarse

    def check_person(self, _image: RGB) -> list[Finding]:
        """Return ``person_findings``."""
        return list(self.person_findings)

    def check_garment(self, _image: RGB, *, kind: str | None) -> list[Finding]:  # noqa: ARG002
        """Return ``garment_findings``."""
        return list(self.garment_findings)

    def cut_out_worn_garment(self, image: RGB, *, kind: str | None) -> RGB:
        """Return the middle of the picture."""
        self._begin(("cut_out", kind))
        x1, y1, x2, y2 = box_of(image, "dress")
        return image[y1:y2, x1:x2]

    def _begin(self, call: object) -> None:
        self._may_run.wait(MAX_PAUSE_SECONDS)
        self.calls.append(call)
        if self.failure:
            raise self.failure


def is_one_colour(image: RGB) -> bool:
    """Return whether all pixels have about the same colour."""
    return bool(image.std(axis=(0, 1)).max() < 1)


def box_of(image: RGB, kind: str) -> tuple[int, int, int, int]:
    """Return the box (x1, y1, x2, y2), in pixels, where this engine finds a clothes type."""
    height, width = image.shape[:2]
    top, bottom = ROWS[kind]
    return width // 4, int(top * height), width * 3 // 4, int(bottom * height)


def _area(image: RGB, kind: str) -> Rectangle:
    x1, y1, x2, y2 = box_of(image, kind)
    crop = image[y1:y2, x1:x2]
    alpha = np.full((*crop.shape[:2], 1), 255, np.uint8)
    return Rectangle(kind, (x1, y1, x2, y2), np.concatenate([crop, alpha], axis=2), crop)
