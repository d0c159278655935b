"""Labels of the shipped people, mended, against their exact masks."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from outfitanyone_local.engine import parse_figure
from outfitanyone_local.engine.dressing.label_correction import measure_with_corrected_labels
from outfitanyone_local.engine.figure import Part

HERE = Path(__file__).parent
MODELS = HERE.parents[2] / "example_project" / "pictures" / "models"


@cache
def before_and_after(name):
    image = cv2.imread(str(MODELS / f"{name}.jpg"))[..., ::-1]
    figure = parse_figure(np.ascontiguousarray(image))
    return figure, measure_with_corrected_labels(figure).figure


def truth(name, item):
    mask = cv2.imread(str(HERE / "ground_truth" / f"{name}_{item}.png"), cv2.IMREAD_GRAYSCALE)
    return mask > 127


def test_hems__over_shoes_are_clothes():
    before, after = before_and_after("model-02-man-navy-tshirt-chinos")
    trousers = truth("model-02-man-navy-tshirt-chinos", "lower")

    taken_for_shoes = [(figure.mask(Part.SHOE) & trousers).sum() for figure in (before, after)]

    assert taken_for_shoes[1] < 0.5 * taken_for_shoes[0]


def test_collars__are_clothes_inside_too():
    before, after = before_and_after("model-05-woman-teal-dress")
    dress = truth("model-05-woman-teal-dress", "dress")

    taken_for_skin = [(figure.mask(Part.HEAD) & dress).sum() for figure in (before, after)]

    assert taken_for_skin[1] < 0.7 * taken_for_skin[0]


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.jpg")), ids=lambda path: path.stem)
def test_mending__takes_nothing_from_the_person(path):
    """Faces, hands and shoes lose at most some pixels at their borders to the clothes."""
    before, after = before_and_after(path.stem)

    assert (before.mask(Part.BACKGROUND) >= after.mask(Part.BACKGROUND)).all()
    for part in (Part.HAIR, Part.HEAD, Part.ARM, Part.SHOE):
        lost = before.mask(part) & ~after.mask(part)
        assert lost.sum() <= 0.04 * before.mask(part).sum(), part.name
