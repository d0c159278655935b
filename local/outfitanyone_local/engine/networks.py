"""The two small networks, run by OpenCV itself on one CPU thread pool.

Both take an RGB picture of 256 x 256 pixels and come from MediaPipe; see
``weights/PROVENANCE.md``. OpenCV's networks keep state between setting an input and
reading the outputs, so a lock guards each use.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from .figure import RGB, Soft
from .opencv import cv2

WEIGHTS = Path(__file__).parent.parent / "weights"
INPUT_SIDE = 256
LANDMARKS = 39
"""33 body points, then six auxiliary points of which the first two frame the body."""

_lock = Lock()


@dataclass(frozen=True)
class PoseAnswer:
    """What the pose network says about its 256 x 256 input.

    landmarks: float32 (39, 2), pixels of the input; may lie outside of it.
    visibility: float32 (39,), 0 to 1.
    presence: 0 to 1, how surely the input shows a person.
    mask: how much of each input pixel is the person.
    """

    landmarks: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.float32]
    presence: float
    mask: Soft


def find_people(image: RGB) -> Soft:
    """How much each pixel of a 256 x 256 picture belongs to anybody at all."""
    (mask,) = _run("selfie_segmentation.tflite", image).values()
    people: Soft = mask[0, 0]
    return people


def find_pose(image: RGB) -> PoseAnswer:
    """The pose of the one person who fills a 256 x 256 picture."""
    answer = _run("pose_landmark_lite.tflite", image)
    points = answer["Identity"].reshape(LANDMARKS, 5)
    return PoseAnswer(
        landmarks=points[:, :2],
        visibility=_sigmoid(points[:, 3]),
        presence=float(answer["Identity_1"][0, 0]),
        mask=_sigmoid(answer["Identity_2"][0, 0]),
    )


def _run(weights: str, image: RGB) -> dict[str, npt.NDArray[np.float32]]:
    if image.shape != (INPUT_SIDE, INPUT_SIDE, 3):
        raise ValueError(f"The networks read 256 x 256 RGB pictures, not {image.shape}.")
    blob = cv2.dnn.blobFromImage(image, scalefactor=1 / 255)
    with _lock:
        network = _load(weights)
        names = network.getUnconnectedOutLayersNames()
        network.setInput(blob)
        return {
            name: plane.copy() for name, plane in zip(names, network.forward(names), strict=True)
        }


@cache
def _load(weights: str) -> Any:
    """OpenCV 5 reads these files whole only with its classic engine; 4 has no other."""
    path = str(WEIGHTS / weights)
    engine = getattr(cv2.dnn, "ENGINE_CLASSIC", None)
    return cv2.dnn.readNetFromTFLite(path, *([] if engine is None else [engine]))


def _sigmoid(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    odds = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return odds.astype(np.float32)
