"""What the examples are painted with: masks, shadows, noise and grounds.

Pictures are float32 RGB from 0 to 255, masks float32 from 0 to 1, both as arrays of rows.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from outfitanyone_local import samples
from outfitanyone_local.engine.garments.segmentation import segment_garment

Picture = npt.NDArray[np.float32]
Mask = npt.NDArray[np.float32]
Point = tuple[float, float]


LOCAL = Path(__file__).resolve().parents[2] / "local"
FOLDERS = (
    samples.PICTURES,
    LOCAL / "tests" / "pictures",
    LOCAL / "tests" / "engine" / "ground_truth",
)
"""Where the pictures are from which the examples are made."""


def read(name: str) -> Picture:
    """Read a picture of the repository, such as "garments/jeans-blue.jpg"."""
    path = next(folder / name for folder in FOLDERS if (folder / name).exists())
    return np.asarray(Image.open(path).convert("RGB"), np.float32)


def cut_out(picture: Picture) -> Mask:
    """Return the soft mask of the one garment that lies in a picture."""
    mask, _slits = segment_garment(picture.astype(np.uint8))
    return soften(mask.astype(np.float32), 1.2)


def soften(mask: Mask, radius: float) -> Mask:
    return cv2.GaussianBlur(mask, (0, 0), radius)


def polygon(points: list[Point], size: tuple[int, int], *, soft: float = 1.0) -> Mask:
    """Return the mask of a polygon; ``size`` is (height, width)."""
    canvas = Image.new("L", size[::-1])
    ImageDraw.Draw(canvas).polygon(points, fill=255)
    return soften(np.asarray(canvas, np.float32) / 255, soft)


def over(below: Picture, above: Picture, mask: Mask) -> Picture:
    """Return one picture painted over another."""
    return below + (above - below) * mask[..., None]


def darken(picture: Picture, mask: Mask, strength: float) -> Picture:
    return picture * (1 - strength * mask[..., None])


def moved(layer: npt.NDArray[np.float32], dx: float, dy: float) -> npt.NDArray[np.float32]:
    """Return a layer moved to the right and down; what is uncovered is empty."""
    height, width = layer.shape[:2]
    return cv2.warpAffine(layer, np.float32([[1, 0, dx], [0, 1, dy]]), (width, height))


def scaled(layer: npt.NDArray[np.float32], factor: float) -> npt.NDArray[np.float32]:
    """Return a layer scaled about its centre, in a frame of the same size."""
    height, width = layer.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 0, factor)
    return cv2.warpAffine(layer, matrix, (width, height), flags=cv2.INTER_AREA)


def turned(layer: npt.NDArray[np.float32], degrees: float) -> npt.NDArray[np.float32]:
    """Return a layer turned about its centre; what is uncovered is empty."""
    height, width = layer.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(layer, matrix, (width, height))


def plain_ground(picture: Picture, mask: Mask) -> Picture:
    """Return the ground of a picture as it would be without its garment."""
    hidden = cv2.dilate(mask, np.ones((61, 61))) > 0.01
    known = (~hidden).astype(np.float32)[..., None]
    height, width = mask.shape
    summed, total = (
        cv2.GaussianBlur(
            cv2.resize(plane, (width // 8, height // 8), interpolation=cv2.INTER_AREA), (0, 0), 19
        )
        for plane in (picture * known, np.repeat(known, 3, axis=2))
    )
    return cv2.resize(summed / (total + 1e-4), (width, height), interpolation=cv2.INTER_LINEAR)


def noise(size: tuple[int, int], *, grain: float, seed: int) -> Mask:
    """Return smooth noise between -1 and 1 whose spots are about ``grain`` pixels wide."""
    height, width = size
    rough = np.random.default_rng(seed).standard_normal(
        (max(2, round(height / grain)), max(2, round(width / grain)))
    )
    smooth = cv2.resize(rough.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth / 2, -1, 1)
