"""Checks of pictures that are no pictures: findings of known codes, and never an error."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from drawing.parsed import shipped_picture
from outfitanyone_local import samples
from outfitanyone_local.engine import check_garment, check_person
from outfitanyone_local.engine.checks.findings import GARMENT_CODES, PERSON_CODES

SHIPPED = [
    str(path.relative_to(samples.PICTURES).with_suffix(""))
    for path in sorted(samples.PICTURES.rglob("*.jpg"))
]


def tiny(random):
    return random.integers(0, 256, (*random.integers(1, 12, 2), 3), np.uint8)


def of_one_colour(random):
    return np.full((*random.integers(1, 600, 2), 3), random.integers(0, 256, 3), np.uint8)


def noise(random):
    return random.integers(0, 256, (*random.integers(20, 500, 2), 3), np.uint8)


def shipped(random):
    return shipped_picture(SHIPPED[random.integers(len(SHIPPED))])


def narrow(random):
    sides = (int(random.integers(1, 30)), int(random.integers(500, 3000)))
    return cv2.resize(shipped(random), sides[:: random.choice([1, -1])])


def grey(random):
    return cv2.cvtColor(cv2.cvtColor(shipped(random), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def part(random):
    image = shipped(random)
    (top, bottom), (left, right) = (
        np.sort(random.integers(0, side, 2)) for side in image.shape[:2]
    )
    return np.ascontiguousarray(image[top : bottom + 1, left : right + 1])


def rotated(random):
    image = shipped(random)
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2), random.uniform(0, 360), random.uniform(0.3, 1.5)
    )
    border = int(random.choice([cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT, cv2.BORDER_REFLECT]))
    return cv2.warpAffine(image, turn, (width, height), borderMode=border)


def two_in_one(random):
    image = shipped(random)
    return image // 2 + cv2.resize(shipped(random), image.shape[1::-1]) // 2


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "odd", [tiny, of_one_colour, noise, narrow, grey, part, rotated, two_in_one]
)
def test_odd_pictures__give_findings_of_known_codes(odd, seed):
    image = odd(np.random.default_rng(seed))
    kind = [None, "top", "bottom", "one_piece"][seed]

    assert {one.code for one in check_person(image)} <= set(PERSON_CODES)
    assert {one.code for one in check_garment(image, kind=kind)} <= set(GARMENT_CODES)
