"""Hand-made masks of clothes as ground truth for ``benchmarks.photographs``.

Label numbers are those of the public set Clothing Co-Parsing (``label_list.mat``, 59 labels).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

UPPER = (4, 5, 8, 10, 11, 13, 22, 24, 26, 38, 48, 49, 51, 54, 55)
"""Blazer, blouse, bra, cape, cardigan, coat, hoodie, jacket, jumper, shirt, sweater, sweatshirt,
T-shirt, top, vest."""
LOWER = (25, 27, 31, 40, 42)
"""Jeans, leggings, pants, shorts, skirt."""
ONE_PIECE = (6, 14, 35)
"""Bodysuit, dress, romper."""
AMBIGUOUS = (46, 50)
"""Suit and swimwear: the mask does not say which half."""
SKIN, TIGHTS, BAGS = (41,), (45, 53), (2, 33)
LEAST_SHARE = 0.004
"""Share of the picture below which a label is a scrap."""


@dataclass(frozen=True)
class Truth:
    """boxes: of "upper" and "lower", or of "dress"; empty for layered or ambiguous outfits.

    bare, tights, bag: masks of the picture's size.
    """

    boxes: dict[str, tuple[int, int, int, int]]
    bare: Any
    tights: Any
    bag: Any


def read_truth(path: Path) -> Truth:
    labels = np.asarray(Image.open(path))
    masks = {
        name: np.isin(labels, numbers)
        for name, numbers in (("upper", UPPER), ("lower", LOWER), ("dress", ONE_PIECE))
    }
    worn = {name for name, mask in masks.items() if mask.mean() > LEAST_SHARE}
    clear = not np.isin(labels, AMBIGUOUS).any() and worn in ({"upper", "lower"}, {"dress"})
    boxes = {name: bounds(masks[name]) for name in worn} if clear else {}
    bare, tights, bag = (np.isin(labels, numbers) for numbers in (SKIN, TIGHTS, BAGS))
    return Truth(boxes, bare, tights, bag)


def bounds(mask: Any) -> tuple[int, int, int, int]:
    """Return x1, y1, x2, y2 of the mask without strays: 0.2 % of its pixels each way."""
    x1, x2 = _span(mask.sum(axis=0))
    y1, y2 = _span(mask.sum(axis=1))
    return x1, y1, x2, y2


def _span(counts: Any) -> tuple[int, int]:
    share = np.cumsum(counts) / counts.sum()
    return int((share > 0.002).argmax()), int((share >= 0.998).argmax()) + 1
