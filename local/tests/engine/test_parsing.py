"""Parsing against exact truth: rendered people with masks, and people drawn here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from drawing.figures import draw
from drawing.people import PEOPLE
from outfitanyone_local.engine import parse
from outfitanyone_local.engine.figure import Part

HERE = Path(__file__).parent
PICTURES = HERE.parents[2] / "example_project" / "pictures"
TRUTH = json.loads((HERE / "ground_truth" / "ground_truth.json").read_text("utf-8"))["models"]
KINDS = ("upper", "lower", "dress")


@dataclass
class Reading:
    """One picture: what is worn by kind as masks, and what was found."""

    name: str
    worn: dict[str, np.ndarray]
    found: dict

    @property
    def is_right_kind(self):
        """The whole outfit is always found; pieces only where there are two."""
        return ("upper" in self.worn) == (self.found["upper"] is not None) and (
            "lower" in self.worn
        ) == (self.found["lower"] is not None)

    @property
    def overlaps(self):
        return [
            (kind, overlap(box_of(mask), self.found[kind].box) if self.found[kind] else 0.0)
            for kind, mask in self.worn.items()
        ]

    @property
    def shapes(self):
        return [
            (kind, shape_overlap(mask, self.found[kind]) if self.found[kind] else 0.0)
            for kind, mask in self.worn.items()
        ]

    def __str__(self):
        boxes = ", ".join(f"{kind} {share:.3f}" for kind, share in self.overlaps)
        return f"{'' if self.is_right_kind else 'WRONG KIND '}{self.name}: {boxes}"


def box_of(mask):
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def overlap(first, second):
    """Intersection over union of two boxes."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    shared = max(0, width) * max(0, height)
    return shared / (sum((b[2] - b[0]) * (b[3] - b[1]) for b in (first, second)) - shared)


def shape_overlap(mask, area):
    """The same of a mask and a cut-out."""
    found = np.zeros_like(mask)
    x1, y1, x2, y2 = area.box
    found[y1:y2, x1:x2] = area.cutout[..., 3] > 127
    return (mask & found).sum() / (mask | found).sum()


def read(name, image, worn):
    return Reading(name, worn, dict(zip(KINDS, parse(image, clothes_types=KINDS), strict=True)))


def report(readings):
    return "\n".join(["", *map(str, sorted(readings, key=lambda one: min(one.overlaps)[1]))])


def shares(readings, what="overlaps"):
    return np.array([share for one in readings for _, share in getattr(one, what)])


@pytest.fixture(scope="session")
def rendered():
    readings = []
    for model in TRUTH:
        path = PICTURES / model["image"]
        masks = {
            kind: cv2.imread(str(HERE / "ground_truth" / item["mask"]), cv2.IMREAD_GRAYSCALE) > 127
            for kind, item in model["items"].items()
        }
        readings.append(read(path.stem, cv2.imread(str(path))[..., ::-1], masks))
    return readings


@pytest.fixture(scope="session")
def drawn():
    return [read(name, *picture(person)) for name, person in PEOPLE.items()]


def picture(person):
    drawn = draw(person)
    parts = {Part.DRESS: "dress"}
    if not person.one_piece:
        parts = {Part.UPPER: "upper", Part.LOWER: "lower"}
    return drawn.image, {kind: drawn.mask(part) for part, kind in parts.items()}


def test_rendered_people__are_all_read_as_the_right_kind(rendered):
    assert len(rendered) == len(list((PICTURES / "models").glob("*.jpg")))
    assert all(one.is_right_kind for one in rendered), report(rendered)


def test_rendered_people__boxes_fit(rendered):
    assert shares(rendered).mean() >= 0.97, report(rendered)
    assert shares(rendered).min() >= 0.92, report(rendered)


def test_rendered_people__cut_outs_follow_the_cloth(rendered):
    assert shares(rendered, "shapes").min() >= 0.95, report(rendered)


def test_drawn_people__are_nearly_all_read_as_the_right_kind(drawn):
    assert len(drawn) >= 30
    assert np.mean([one.is_right_kind for one in drawn]) >= 0.95, report(drawn)


def test_drawn_people__boxes_fit(drawn):
    right = [one for one in drawn if one.is_right_kind]
    assert shares(right).mean() >= 0.97, report(drawn)


def test_parse__gives_the_same_for_the_same_picture():
    image, _ = picture(PEOPLE["room"])

    once, again = (parse(image, clothes_types=KINDS) for _ in range(2))

    assert [area.box for area in once] == [area.box for area in again]
    assert all((a.cutout == b.cutout).all() for a, b in zip(once, again, strict=True))
