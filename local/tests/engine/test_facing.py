"""Front views that the pose network takes for back views, and real back views."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from drawing.parsed import shipped_model, shipped_picture
from outfitanyone_local.engine import PersonRefusal, PersonRefused, parse, parse_figure, try_on

HAIR = (40, 30, 25)


def test_front_view__is_recognized_with_hair_over_half_of_the_face():
    model = shipped_model("model-05-woman-teal-dress")
    result = try_on(model.image, top=shipped_picture("garments/dress-floral"), figure=model)

    (dress,) = parse(result, clothes_types=["dress"])

    assert dress is not None
    x1, y1, x2, y2 = dress.box
    assert x1 < 400 < 680 < x2
    assert y1 < 330 < 1150 < y2


def test_back_view__is_refused():
    image = shipped_picture("models/model-01-woman-red-tshirt-jeans").copy()
    cv2.ellipse(image, (540, 180), (90, 140), 0, 0, 360, HAIR, -1)
    noise = np.random.default_rng(1).normal(0, 6, image.shape)

    with pytest.raises(PersonRefused) as refused:
        parse_figure(np.clip(image + noise, 0, 255).astype(np.uint8))

    assert refused.value.reason is PersonRefusal.SIDE_VIEW
