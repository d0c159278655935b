"""The parsing pipeline: from a picture to a ``Figure``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from outfitanyone_local.engine.figure import RGB, Figure, Part, Planes, check_picture
from outfitanyone_local.engine.opencv import cv2

from .admission import the_one_person
from .appearance import Look
from .body import measure_limbs
from .colours import colour_bins
from .guided import Guide
from .labelling import label_stuff
from .position_priors import Stuff

PartNumbers = npt.NDArray[np.uint8]

_FINEST = 1800
"""Greatest number of rows at which edges are refined: enough for any screen, and a limit on
memory for pictures of 4096 pixels."""
_MIDRIFF, _NECKLINE = 0.5, 0.22
"""In torsos: the depth below the shoulders where skin of the trunk counts as belly, and the
distance from the middle within which it counts as neckline."""


def read_figure(image: RGB) -> Figure:
    """Parse the one complete person in a picture, standing and facing the camera.

    image: RGB uint8, (height, width, 3). Raises ``PersonRefused``, and ``ValueError`` for
    arrays that are no RGB picture.
    """
    check_picture(image)
    person = the_one_person(image)
    near = person.close_up
    guide = Guide(near.image)
    look = Look(
        image=near.image,
        bins=colour_bins(near.image),
        person=guide.follow(person.coverage),
        body=person.body,
        limbs=measure_limbs(person.body, size=near.size),
    )
    stuff, stretches = label_stuff(look)
    parts = _parts(look, one_piece=stretches.upper_end is None)
    labels = np.zeros(image.shape[:2], np.uint8)
    cover = np.zeros(image.shape[:2], np.float32)
    labels[near.window], cover[near.window] = _develop(stuff, parts, guide, image[near.window])
    return Figure(image, person.sighting.pose, cover, labels)


def _parts(look: Look, *, one_piece: bool) -> Mapping[Stuff, PartNumbers]:
    """Return the ``Part`` that each pixel class means at each position."""
    whole = {
        Stuff.HAIR: Part.HAIR,
        Stuff.UPPER: Part.DRESS if one_piece else Part.UPPER,
        Stuff.LOWER: Part.DRESS if one_piece else Part.LOWER,
        Stuff.SHOE: Part.SHOE,
    }
    parts = {stuff: np.full(look.bins.shape, part, np.uint8) for stuff, part in whole.items()}
    parts[Stuff.SKIN] = _skin_parts(look)
    return parts


def _skin_parts(look: Look) -> PartNumbers:
    """Assign skin of the trunk to the limb it continues: neckline, shoulders or belly."""
    limbs, body, torso = look.limbs, look.body, look.body.torso
    across = np.arange(look.bins.shape[1], dtype=np.float32)[None]
    high = look.rows < body.shoulders[1] + _MIDRIFF * torso
    middle = np.abs(across - body.shoulders[0]) < _NECKLINE * torso
    head = limbs.head + limbs.neck + limbs.trunk * (high & middle)
    legs = limbs.legs[0] + limbs.legs[1] + limbs.feet + limbs.trunk * ~high
    arms = limbs.arms[0] + limbs.arms[1] + limbs.trunk * (high & ~middle)
    numbers = np.array([Part.HEAD, Part.LEG, Part.ARM], np.uint8)
    parts: PartNumbers = numbers[np.argmax(np.stack([head, legs, arms]), axis=0)]
    return parts


def _develop(
    stuff: Planes, parts: Mapping[Stuff, PartNumbers], guide: Guide, picture: RGB
) -> tuple[PartNumbers, Planes]:
    """Return labels and soft person mask at the picture's size, refined to its edges."""
    height, width = picture.shape[:2]
    if height > _FINEST:
        size = round(width * _FINEST / height), _FINEST
        smaller = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        labels, cover = _develop(stuff, parts, guide, smaller)
        labels = cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST)
        return labels, cv2.resize(cover, (width, height))
    cover = 1 - guide.enlarge(stuff[-1], picture)
    labels = np.zeros((height, width), np.uint8)
    best = np.where(cover > 0.5, np.float32(0), np.float32(1))
    for kind, numbers in parts.items():
        plane = guide.enlarge(stuff[kind], picture)
        wins = plane > best
        best[wins] = plane[wins]
        part = cv2.resize(numbers, (width, height), interpolation=cv2.INTER_NEAREST)
        labels[wins] = part[wins]
    return labels, cover
