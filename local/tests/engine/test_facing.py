"""Whom the pose network sees from behind, and who really stands that way."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from outfitanyone_local.engine import PersonRefusal, PersonRefused, parse, parse_figure, try_on

PICTURES = Path(__file__).parents[3] / "example_project" / "pictures"
HAIR = (40, 30, 25)


def picture(name):
    return np.ascontiguousarray(cv2.imread(str(PICTURES / f"{name}.jpg"))[..., ::-1])


def test_front__counts_as_one_though_hair_hides_half_of_the_face():
    mio = picture("models/model-05-woman-teal-dress")
    dressed = try_on(mio, top=picture("garments/dress-floral"))

    (dress,) = parse(dressed, clothes_types=["dress"])

    assert dress is not None
    x1, y1, x2, y2 = dress.box
    assert x1 < 400 < 680 < x2
    assert y1 < 330 < 1150 < y2


def test_back__is_refused():
    image = picture("models/model-01-woman-red-tshirt-jeans")
    cv2.ellipse(image, (540, 180), (90, 140), 0, 0, 360, HAIR, -1)
    noise = np.random.default_rng(1).normal(0, 6, image.shape)

    with pytest.raises(PersonRefused) as refused:
        parse_figure(np.clip(image + noise, 0, 255).astype(np.uint8))

    assert refused.value.reason is PersonRefusal.SIDE_VIEW
