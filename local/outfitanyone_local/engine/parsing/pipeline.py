"""The parsing pipeline: from a picture to a ``Figure``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.arrays import RGB, Mask, Planes, check_picture
from outfitanyone_local.engine.figure import Figure, Part
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.unexpected import refusing_person

from .appearance import CropFeatures
from .body import compute_limb_maps
from .colour_models import colour_bins
from .guided_filter import GuidedFilter, Window, larger_window
from .labelling import classify_pixels
from .person_detection import DetectedPerson
from .position_priors import PixelClass
from .validation import detect_valid_person

PartNumbers = npt.NDArray[np.uint8]

_MOST_ROWS = 1800
"""Greatest number of rows at which edges are refined: enough for any screen, and a limit on
memory for pictures of 4096 pixels."""
_NOWHERE = 0.1
"""Probability that a class reaches somewhere if it is the most likely one anywhere."""
_POSSIBLE, _MARGIN = 0.05, 20
"""Probability of a class below which it wins nowhere, because five others share the rest, and the
pixels of the crop, more than the guided filter's two windows reach, kept around that.
"""
_MIDRIFF, _NECKLINE = 0.5, 0.22
"""In torsos: the depth below the shoulders where skin of the trunk counts as belly, and the
distance from the middle within which it counts as neckline."""


def parse_figure(image: RGB) -> Figure:
    """Parse the one complete person in a picture, standing and facing the camera.

    image: RGB uint8, (height, width, 3). Raises ``PersonRefused``, and ``ValueError`` for
    arrays that are no RGB picture.
    """
    check_picture(image)
    with refusing_person("a person could not be parsed"):
        return parse_detected(image, detect_valid_person(image))


def parse_detected(image: RGB, person: DetectedPerson) -> Figure:
    """Parse a person who need not be valid: of one who is cut off, only what is in the picture."""
    crop = person.crop
    guided_filter = GuidedFilter(crop.image)
    features = CropFeatures(
        image=crop.image,
        bins=colour_bins(crop.image),
        person=guided_filter.apply(person.coverage),
        body=person.body,
        limbs=compute_limb_maps(person.body, size=crop.size),
        evidence=person.evidence,
    )
    class_planes, extents = classify_pixels(features)
    parts = _parts(features, one_piece=extents.upper_end is None)
    labels = np.zeros(image.shape[:2], np.uint8)
    cover = np.zeros(image.shape[:2], np.float32)
    labels[crop.window], cover[crop.window] = _upsample_labels(
        class_planes, parts, guided_filter, image[crop.window]
    )
    return Figure(image, person.detection.pose, cover, labels)


def _parts(features: CropFeatures, *, one_piece: bool) -> Mapping[PixelClass, PartNumbers]:
    """Return the ``Part`` that each pixel class means at each position."""
    whole = {
        PixelClass.HAIR: Part.HAIR,
        PixelClass.UPPER: Part.DRESS if one_piece else Part.UPPER,
        PixelClass.LOWER: Part.DRESS if one_piece else Part.LOWER,
        PixelClass.SHOE: Part.SHOE,
        PixelClass.OTHER: Part.OTHER,
    }
    parts = {kind: np.full(features.bins.shape, part, np.uint8) for kind, part in whole.items()}
    parts[PixelClass.SKIN] = _skin_parts(features)
    return parts


def _skin_parts(features: CropFeatures) -> PartNumbers:
    """Assign skin of the trunk to the limb it continues: neckline, shoulders or belly."""
    limbs, body, torso = features.limbs, features.body, features.body.torso
    across = np.arange(features.bins.shape[1], dtype=np.float32)[None]
    high = features.rows < body.shoulders[1] + _MIDRIFF * torso
    middle = np.abs(across - body.shoulders[0]) < _NECKLINE * torso
    head = limbs.head + limbs.neck + limbs.trunk * (high & middle)
    legs = limbs.legs[0] + limbs.legs[1] + limbs.feet + limbs.trunk * ~high
    arms = limbs.arms[0] + limbs.arms[1] + limbs.trunk * (high & ~middle)
    numbers = np.array([Part.HEAD, Part.LEG, Part.ARM], np.uint8)
    parts: PartNumbers = numbers[np.argmax(np.stack([head, legs, arms]), axis=0)]
    return parts


def _upsample_labels(
    class_planes: Planes,
    parts: Mapping[PixelClass, PartNumbers],
    guided_filter: GuidedFilter,
    picture: RGB,
) -> tuple[PartNumbers, Planes]:
    """Return labels and soft person mask at the picture's size, refined to its edges."""
    height, width = picture.shape[:2]
    if height > _MOST_ROWS:
        size = round(width * _MOST_ROWS / height), _MOST_ROWS
        smaller = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        labels, cover = _upsample_labels(class_planes, parts, guided_filter, smaller)
        labels = cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST)
        return labels, cv2.resize(cover, (width, height))
    upsample = guided_filter.upsampling(picture)
    cover = 1 - upsample(class_planes[-1])
    labels = np.zeros((height, width), np.uint8)
    best = np.where(cover > 0.5, np.float32(0), np.float32(1))
    for kind, numbers in parts.items():
        if class_planes[kind].max() < _NOWHERE:
            continue
        window = _window_of(class_planes[kind])
        there = larger_window(window, smaller=numbers.shape, larger=labels.shape)
        plane, least = upsample(class_planes[kind], window), best[there]
        wins = plane > least
        np.copyto(least, plane, where=wins)
        part = cv2.resize(numbers[window], wins.shape[::-1], interpolation=cv2.INTER_NEAREST)
        np.copyto(labels[there], part, where=wins)
    return labels, cover


def _window_of(plane: Planes) -> Window:
    """Return the rows and columns in which a class may win."""
    possible = plane > _POSSIBLE
    return _span(np.any(possible, axis=1)), _span(np.any(possible, axis=0))


def _span(possible: Mask) -> slice:
    """Return from the first to the last possible place, with the margin."""
    places = np.flatnonzero(possible)
    return slice(
        max(0, int(places[0]) - _MARGIN), min(len(possible), int(places[-1]) + 1 + _MARGIN)
    )
