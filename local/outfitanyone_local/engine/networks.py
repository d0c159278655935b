"""The two small neural networks, run on the CPU by OpenCV.

Both read an RGB picture of 256 x 256 pixels and come from MediaPipe; see
``weights/PROVENANCE.md``. An OpenCV network keeps state between setting an input and
reading the outputs, so a lock guards each run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from .arrays import RGB, SoftMask
from .opencv import cv2

WEIGHTS = Path(__file__).parent.parent / "weights"
INPUT_SIDE = 256
LANDMARKS = 39
"""33 body landmarks, then six auxiliary ones of which the first two define the body's circle."""

_lock = Lock()


@dataclass(frozen=True)
class PoseOutput:
    """Output of the pose network for its 256 x 256 input.

    landmarks: float32 (39, 2), pixels of the input; may lie outside of it.
    visibility: float32 (39,), 0 to 1.
    presence: 0 to 1, confidence that the input shows a person.
    mask: soft mask of the person.
    """

    landmarks: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.float32]
    presence: float
    mask: SoftMask


def segment_people(image: RGB) -> SoftMask:
    """Return the soft mask of all people in a 256 x 256 picture."""
    (mask,) = _run("selfie_segmentation.tflite", image).values()
    people: SoftMask = mask[0, 0]
    return people


def estimate_pose(image: RGB) -> PoseOutput:
    """Return the pose of the one person who fills a 256 x 256 picture."""
    output = _run("pose_landmark_lite.tflite", image)
    points = output["Identity"].reshape(LANDMARKS, 5)
    return PoseOutput(
        landmarks=points[:, :2],
        visibility=_sigmoid(points[:, 3]),
        presence=float(output["Identity_1"][0, 0]),
        mask=_sigmoid(output["Identity_2"][0, 0]),
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
    """Load a network; OpenCV 5 needs its classic engine for these files, OpenCV 4 has no other."""
    path = str(WEIGHTS / weights)
    engine = getattr(cv2.dnn, "ENGINE_CLASSIC", None)
    return cv2.dnn.readNetFromTFLite(path, *([] if engine is None else [engine]))


def _sigmoid(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    odds = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return odds.astype(np.float32)
