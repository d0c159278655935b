"""Detect a person in a garment picture."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import RGB
from outfitanyone_local.engine.networks import INPUT_SIDE, estimate_pose, segment_people
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.parsing.pose import SquareRegion

_LEAST_AREA = 0.03
"""Least share of the picture in the people mask before the pose network runs."""
_LEAST_PRESENCE = 0.985
"""Least presence of a person: people get 0.99 and more, a dress up to 0.98."""


def shows_person(image: RGB) -> bool:
    """Whether the garment picture shows a person."""
    square = cv2.resize(image, (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_AREA)
    people = (segment_people(np.asarray(square, np.uint8)) > 0.5).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(people)
    if people.mean() < _LEAST_AREA:
        return False
    scale = np.array(image.shape[1::-1]) / INPUT_SIDE
    corner, extent = np.array([x, y]) * scale, np.array([width, height]) * scale
    region = SquareRegion.around(corner + extent / 2, side=1.25 * float(extent.max()))
    return estimate_pose(region.network_input(image)).presence > _LEAST_PRESENCE
