"""Recognise a crop of this model photo that a client has stored, padded and written again.

A client that makes a narrow crop as large as the vendor demands adds plain ground around it
and encodes it again, so the mark in the metadata is lost. The crop itself is still there at
its size: this module finds its place in the picture and compares the pixels.
"""

from __future__ import annotations

import numpy as np

from .engine_protocol import RGB

COARSE_SIDE = 256
"""Longer side in pixels at which the first comparison finds the crop."""
WORKING_SIDE = 1600
"""Longest side at which a picture is compared: the time and the memory grow faster than its size,
up to half a minute and a gigabyte at the largest size that the vendor accepts."""
BLUR_SHARE = 0.03
"""Blur before the comparison, as a share of the crop's shorter side: it levels out what JPEG
does to single pixels and edges."""
LEAST_BLUR = 5
MOST_MEAN_DIFFERENCE = 5.0
MOST_DIFFERENT = 0.01
"""Most share of the crop that may differ by ``CLEAR_DIFFERENCE`` levels or more."""
CLEAR_DIFFERENCE = 24
PLAIN_TOLERANCE = 16
LEAST_PLAIN = 0.98
"""Least share of the ground around the crop that has one colour."""
GROUND_SAMPLE = 50_000
"""Most pixels of the ground that are compared."""


def shows_crop(picture: RGB, crop: RGB) -> bool:
    """Return whether ``picture`` is ``crop``, at its own size, with plain ground around it."""
    if any(p < c for p, c in zip(picture.shape[:2], crop.shape[:2], strict=True)):
        return False
    scale = min(1.0, WORKING_SIDE / max(picture.shape[:2]))
    picture, crop = _scaled(picture, crop, scale)
    x, y = _place_of(crop, picture)
    height, width = crop.shape[:2]
    is_inside = np.zeros(picture.shape[:2], bool)
    is_inside[y : y + height, x : x + width] = True
    inside = picture[y : y + height, x : x + width]
    return _is_same(inside, crop) and _is_plain(picture[~is_inside])


def _place_of(crop: RGB, picture: RGB) -> tuple[int, int]:
    """Return x and y where the crop fits best: first in a small copy, then around that place."""
    scale = min(1.0, COARSE_SIDE / max(picture.shape[:2]))
    x, y = _best_match(*_scaled(picture, crop, scale))
    reach = int(np.ceil(1 / scale)) + 1
    left, top = max(round(x / scale) - reach, 0), max(round(y / scale) - reach, 0)
    left = min(left, picture.shape[1] - crop.shape[1])
    top = min(top, picture.shape[0] - crop.shape[0])
    right = left + crop.shape[1] + 2 * reach + 1
    bottom = top + crop.shape[0] + 2 * reach + 1
    x, y = _best_match(picture[top:bottom, left:right], crop)
    return left + x, top + y


def _scaled(picture: RGB, crop: RGB, scale: float) -> tuple[RGB, RGB]:
    """Return both at this scale; no side vanishes, and the crop still fits into the picture."""
    import cv2

    if scale == 1:
        return picture, crop
    picture, crop = (
        np.asarray(
            cv2.resize(
                image,
                None,
                fx=max(scale, 1 / image.shape[1]),
                fy=max(scale, 1 / image.shape[0]),
                interpolation=cv2.INTER_AREA,
            ),
            np.uint8,
        )
        for image in (picture, crop)
    )
    # rounding may make the crop one pixel larger
    return picture, crop[: picture.shape[0], : picture.shape[1]]


def _best_match(picture: RGB, part: RGB) -> tuple[int, int]:
    import cv2

    differences = cv2.matchTemplate(picture, part, cv2.TM_SQDIFF)
    x, y = cv2.minMaxLoc(differences)[2]
    return int(x), int(y)


def _is_same(one: RGB, other: RGB) -> bool:
    import cv2

    side = max(LEAST_BLUR, round(BLUR_SHARE * min(other.shape[:2])))
    blurred = [cv2.blur(image, (side, side)).astype(np.int16) for image in (one, other)]
    difference = np.abs(blurred[0] - blurred[1]).max(axis=2)
    is_close = difference.mean() <= MOST_MEAN_DIFFERENCE
    return bool(is_close and (difference >= CLEAR_DIFFERENCE).mean() <= MOST_DIFFERENT)


def _is_plain(ground: RGB) -> bool:
    """Return whether these pixels have one colour, by a sample; no pixels are plain too."""
    if not len(ground):
        return True
    ground = ground[:: 1 + len(ground) // GROUND_SAMPLE]
    distance = np.abs(ground.astype(np.int16) - np.median(ground, axis=0)).max(axis=1)
    return bool((distance <= PLAIN_TOLERANCE).mean() >= LEAST_PLAIN)
