"""Shipped pictures and parse results that many tests share.

Each is computed once per process. All arrays are read-only.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np

from drawing import figures, garments
from outfitanyone_local import samples
from outfitanyone_local.engine import Figure, parse_figure
from outfitanyone_local.engine.garments.garment import Garment, parse_garment

TESTS = Path(__file__).parents[1]
TRUTH = TESTS / "engine" / "ground_truth"
MODELS = sorted(path.stem for path in (TRUTH / "models").glob("*.jpg"))
"""People with exact masks of what they wear."""
FOLDERS = (samples.PICTURES, TRUTH, TESTS / "pictures")


@cache
def shipped_picture(name: str) -> np.ndarray:
    """Read a picture such as "garments/jeans-blue", or one of the ``MODELS`` in "models/"."""
    path = next(path for folder in FOLDERS if (path := folder / f"{name}.jpg").exists())
    image = np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])
    image.flags.writeable = False
    return image


@cache
def shipped_model(name: str) -> Figure:
    """Parse one of the ``MODELS``."""
    return _read_only(parse_figure(shipped_picture(f"models/{name}")))


@lru_cache(maxsize=16)
def drawn_person(person: figures.Person) -> Figure:
    """Draw and parse a person."""
    return _read_only(parse_figure(figures.draw(person).image))


@lru_cache(maxsize=64)
def drawn_garment(flat: garments.Flat) -> Garment:
    """Draw and parse a garment."""
    return parse_garment(garments.draw(flat).image)


def _read_only(figure: Figure) -> Figure:
    for array in (figure.person, figure.labels, figure.pose.points, figure.pose.visibility):
        array.flags.writeable = False
    return figure
