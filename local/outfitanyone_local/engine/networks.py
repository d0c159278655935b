"""The small neural networks, run on the CPU by OpenCV.

``weights/PROVENANCE.md`` says where they come from. An OpenCV network keeps state between
setting an input and reading the outputs, so a lock guards each run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from .arrays import RGB, Planes, SoftMask
from .opencv import cv2

WEIGHTS = Path(__file__).parent.parent / "weights"
INPUT_SIDE = 256
CLASSES_HEIGHT, CLASSES_WIDTH = 384, 192
"""Input of the network for the classes of pixels: about the shape of a standing person."""
SALIENT_SIDE = 320
_MEAN_COLOUR = np.array([0.485, 0.456, 0.406], np.float32)
_COLOUR_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)
"""Mean and standard deviation of ImageNet's colours, with which that network was trained."""
LANDMARKS = 39
"""33 body landmarks, then six auxiliary ones of which the first two define the body's circle."""

_lock = Lock()


class SeenClass(IntEnum):
    """What the network for the classes of pixels tells apart, numbered as its outputs."""

    BACKGROUND = 0
    HAIR = 1
    BODY_SKIN = 2
    FACE_SKIN = 3
    CLOTHES = 4
    OTHER = 5
    """Bags, shoes, jewellery and held things."""


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


def classify_seen(image: RGB) -> Planes:
    """Return the probability of each ``SeenClass`` in a picture of one upright person.

    image: RGB uint8 (384, 192, 3). Result: (6, 384, 192).
    """
    _check_size(image, CLASSES_HEIGHT, CLASSES_WIDTH)
    pixels = image[None].astype(np.float32) / np.float32(255)
    (logits,) = _forward("selfie_multiclass_384x192.onnx", pixels).values()
    odds = np.exp(logits[0] - logits[0].max(axis=2, keepdims=True))
    shares = odds / odds.sum(axis=2, keepdims=True)
    return np.ascontiguousarray(np.moveaxis(shares, 2, 0), np.float32)


def segment_salient_object(image: RGB) -> SoftMask:
    """Return the soft mask of the most prominent object in a 320 x 320 picture."""
    _check_size(image, SALIENT_SIDE, SALIENT_SIDE)
    pixels = (image.astype(np.float32) / np.float32(255) - _MEAN_COLOUR) / _COLOUR_SPREAD
    blob = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)
    salience: SoftMask = _forward("u2netp.onnx", blob, first_only=True).popitem()[1][0, 0]
    return salience


def _run(weights: str, image: RGB) -> dict[str, npt.NDArray[np.float32]]:
    _check_size(image, INPUT_SIDE, INPUT_SIDE)
    return _forward(weights, cv2.dnn.blobFromImage(image, scalefactor=1 / 255))


def _check_size(image: RGB, height: int, width: int) -> None:
    if image.shape != (height, width, 3):
        raise ValueError(f"The network reads {width} x {height} RGB pictures, not {image.shape}.")


def _forward(
    weights: str, blob: npt.NDArray[np.float32], *, first_only: bool = False
) -> dict[str, npt.NDArray[np.float32]]:
    with _lock:
        network = _load(weights)
        names = network.getUnconnectedOutLayersNames()[: 1 if first_only else None]
        network.setInput(blob)
        return {
            name: plane.copy() for name, plane in zip(names, network.forward(names), strict=True)
        }


@cache
def _load(weights: str) -> Any:
    """Load a network; OpenCV 5 needs its classic engine for these files, OpenCV 4 has no other."""
    path = str(WEIGHTS / weights)
    engine = getattr(cv2.dnn, "ENGINE_CLASSIC", None)
    read = cv2.dnn.readNetFromONNX if path.endswith(".onnx") else cv2.dnn.readNetFromTFLite
    return read(path, *([] if engine is None else [engine]))


def _sigmoid(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    odds = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return odds.astype(np.float32)
