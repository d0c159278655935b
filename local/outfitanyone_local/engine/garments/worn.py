"""Tell a garment that lies flat from one that somebody wears."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.figure import RGB
from outfitanyone_local.engine.networks import INPUT_SIDE, find_people, find_pose
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.parsing.pose import Frame

_PATCH = 0.03
"""Least share of the picture that has to look human before the pose network is asked."""
_PRESENCE = 0.985
"""Presence from which there is a person: people get 0.99 and more, a dress up to 0.98."""


def shows_person(image: RGB) -> bool:
    """Whether somebody is in the picture of a garment."""
    square = cv2.resize(image, (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_AREA)
    human = (find_people(np.asarray(square, np.uint8)) > 0.5).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(human)
    if human.mean() < _PATCH:
        return False
    scale = np.array(image.shape[1::-1]) / INPUT_SIDE
    corner, extent = np.array([x, y]) * scale, np.array([width, height]) * scale
    frame = Frame.around(corner + extent / 2, side=1.25 * float(extent.max()))
    return find_pose(frame.view(image)).presence > _PRESENCE
