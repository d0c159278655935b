"""Parsing against exact ground truth: rendered people with masks, and drawn people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from drawing.figures import Bottom, Person, Top, draw
from drawing.parsed import MODELS, drawn_person, shipped_model
from drawing.people import PEOPLE
from drawing.textures import plain
from outfitanyone_local.engine import parse
from outfitanyone_local.engine.figure import Part
from outfitanyone_local.engine.parsing.areas import extract_areas

HERE = Path(__file__).parent
TRUTH = json.loads((HERE / "ground_truth" / "ground_truth.json").read_text("utf-8"))["models"]
KINDS = ("upper", "lower", "dress")


@dataclass
class ParsedPicture:
    """One picture: the clothes worn, as a mask for each type, and the areas found."""

    name: str
    worn: dict[str, np.ndarray]
    found: dict

    @property
    def is_right_kind(self):
        """Upper and lower are found exactly where there are two pieces."""
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
    """Return the intersection over union of two boxes."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    shared = max(0, width) * max(0, height)
    return shared / (sum((b[2] - b[0]) * (b[3] - b[1]) for b in (first, second)) - shared)


def shape_overlap(mask, area):
    """Return the intersection over union of a mask and a cut-out."""
    found = np.zeros_like(mask)
    x1, y1, x2, y2 = area.box
    found[y1:y2, x1:x2] = area.cutout[..., 3] > 127
    return (mask & found).sum() / (mask | found).sum()


def parsed(name, figure, worn):
    areas = extract_areas(figure, clothes_types=KINDS)
    return ParsedPicture(name, worn, dict(zip(KINDS, areas, strict=True)))


def report(pictures):
    return "\n".join(["", *map(str, sorted(pictures, key=lambda one: min(one.overlaps)[1]))])


def shares(pictures, what="overlaps"):
    return np.array([share for one in pictures for _, share in getattr(one, what)])


@pytest.fixture(scope="module")
def rendered():
    pictures = []
    for model in TRUTH:
        name = Path(model["image"]).stem
        masks = {
            kind: cv2.imread(str(HERE / "ground_truth" / item["mask"]), cv2.IMREAD_GRAYSCALE) > 127
            for kind, item in model["items"].items()
        }
        pictures.append(parsed(name, shipped_model(name), masks))
    return pictures


@cache
def parsed_drawing(name):
    person = PEOPLE[name]
    parts = {Part.DRESS: "dress"}
    if not person.one_piece:
        parts = {Part.UPPER: "upper", Part.LOWER: "lower"}
    masks = {kind: draw(person).mask(part) for part, kind in parts.items()}
    return parsed(name, drawn_person(person), masks)


SAMPLE = (
    "bald",
    "long skirt",
    "room",
    "black dress, long sleeves",
)
"""A varied choice of ``PEOPLE``."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(SAMPLE, id="sample"),
        pytest.param(tuple(PEOPLE), id="all", marks=pytest.mark.slow),
    ],
)
def drawn(request):
    return [parsed_drawing(name) for name in request.param]


def test_rendered_people__are_all_parsed_as_the_right_kind(rendered):
    assert len(rendered) == len(MODELS)
    assert all(one.is_right_kind for one in rendered), report(rendered)


def test_rendered_people__boxes_fit(rendered):
    assert shares(rendered).mean() >= 0.97, report(rendered)
    assert shares(rendered).min() >= 0.92, report(rendered)


def test_rendered_people__cut_outs_follow_the_cloth(rendered):
    assert shares(rendered, "shapes").min() >= 0.95, report(rendered)


def test_drawn_people__are_nearly_all_parsed_as_the_right_kind(drawn):
    assert np.mean([one.is_right_kind for one in drawn]) >= 0.95, report(drawn)


def test_drawn_people__boxes_fit(drawn):
    right = [one for one in drawn if one.is_right_kind]
    assert shares(right).mean() >= 0.97, report(drawn)


def test_there_are_enough_drawn_people():
    assert len(PEOPLE) >= 30


def test_open_coat__is_upper_down_to_its_hem_below_the_knees():
    blue, end = (50, 80, 140), 762
    top, bottom = Top(plain(blue), sleeve=2, hem=0.6), Bottom(plain((90, 40, 45)))
    image = draw(Person(top, bottom)).image.copy()
    image[492:end, 256:321] = image[492:end, 393:458] = blue

    upper, lower = parse(image, clothes_types=["upper", "lower"])

    assert abs(upper.box[3] - end) < 10
    assert abs(lower.box[0] - 321) < 10
    assert abs(lower.box[2] - 393) < 10


def test_parse__is_deterministic():
    person = PEOPLE["room"]

    once = extract_areas(drawn_person(person), clothes_types=KINDS)
    again = parse(draw(person).image, clothes_types=KINDS)

    assert [area.box for area in once] == [area.box for area in again]
    assert all((a.cutout == b.cutout).all() for a, b in zip(once, again, strict=True))
