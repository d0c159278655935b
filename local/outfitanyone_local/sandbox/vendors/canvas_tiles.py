"""Take the garments off a white canvas on which a client has put them side by side."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

WHITE = 245
"""Grey level from which all channels of a pixel count as white paper."""
MARGIN = 0.04
BLUR = 4
"""Pixels at the edge of a photo that compression has mixed with the canvas."""


def tiles(data: bytes, *, count: int) -> list[bytes]:
    """Return ``count`` pictures as PNG from left to right; the whole picture where it has fewer.

    The canvas is cut in the middle of its widest white gaps. Raises ``OSError`` or
    ``ValueError`` for data that is no picture.
    """
    with Image.open(io.BytesIO(data)) as file:
        image = ImageOps.exif_transpose(file).convert("RGB")
    cuts = _cuts(np.asarray(image), count=count)
    edges = [0, *cuts, image.width]
    if len(edges) != count + 1:
        return [data] * count
    return [_png(image.crop((left, 0, right, image.height))) for left, right in pairwise(edges)]


def _cuts(pixels: npt.NDArray[np.uint8], *, count: int) -> list[int]:
    """Return the middles of the ``count`` - 1 widest gaps that do not touch the borders."""
    is_white = np.asarray(pixels.min(axis=(0, 2)) >= WHITE)
    changes = np.flatnonzero(np.diff(is_white.astype(np.int8))) + 1
    edges = [0, *changes.tolist(), len(is_white)]
    gaps = [
        (right - left, (left + right) // 2)
        for left, right in pairwise(edges)
        if is_white[left] and left > 0 and right < len(is_white)
    ]
    widest = sorted(gaps, reverse=True)[: count - 1]
    return sorted(middle for _, middle in widest)


def _png(tile: Image.Image) -> bytes:
    """Return the picture on a tile without the canvas; cut out on white, it gets a margin."""
    pixels = _trimmed(np.asarray(tile))
    inner = pixels[BLUR:-BLUR, BLUR:-BLUR]
    if inner.size and _ground(inner) < WHITE:
        picture = Image.fromarray(inner)
    else:
        picture = Image.fromarray(pixels)
        margin = round(max(picture.size) * MARGIN)
        picture = ImageOps.expand(picture, border=margin, fill="white")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _trimmed(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    is_shown = pixels.min(axis=2) < WHITE
    rows, columns = np.flatnonzero(is_shown.any(axis=1)), np.flatnonzero(is_shown.any(axis=0))
    if not rows.size:
        return pixels
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _ground(pixels: npt.NDArray[np.uint8]) -> float:
    """Return the usual level of the darkest channel at the edges: the photo's own ground."""
    edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return float(np.median(edges.min(axis=1)))
