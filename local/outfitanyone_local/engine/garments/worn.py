"""Garments that a person or a mannequin wears: recognise them, and cut them out as a flat lay."""

from __future__ import annotations

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask, check_picture
from outfitanyone_local.engine.figure import Figure
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.parsing.areas import Area, extract_areas
from outfitanyone_local.engine.parsing.evidence import shows_skin
from outfitanyone_local.engine.parsing.person_detection import detect_person
from outfitanyone_local.engine.parsing.pipeline import parse_detected
from outfitanyone_local.engine.parsing.validation import find_faults
from outfitanyone_local.engine.refusals import (
    GarmentRefusal,
    GarmentRefused,
    PersonRefusal,
    PersonRefused,
)
from outfitanyone_local.engine.unexpected import refusing_garment

from .person_check import shows_person
from .salient import segment_on_any_ground
from .segmentation import segment_garment

AREAS = {"top": "upper", "bottom": "lower", "one_piece": "dress"}
"""The clothing area of each kind of garment."""
_GROUND, _MARGIN = 245, 0.1
"""Grey of the ground, and its width around the garment as a share of the longer side."""
_TOUCHING = 0.25
"""Share of a side of the garment's box that may end at the picture's edge: a hem that a photo
cuts off ends there in its whole width, a hand in the pocket or a wide skirt hardly."""
_SMALLEST = 64
"""Least side of the garment's box in pixels."""
_MISLEADING = {PersonRefusal.SEVERAL_PEOPLE, PersonRefusal.SIDE_VIEW, PersonRefusal.SEATED}
"""Faults with which a garment is not seen whole and from the front; a missing head or missing
feet do not matter."""


def is_worn(image: RGB, *, segmented: bool) -> bool:
    """Whether a garment picture shows a person.

    segmented: whether clean pieces on plain ground were found in it. Flat dresses and shirts
    look like people to one network or the other, so all have to agree then.
    """
    if segmented:
        return shows_person(image) and detect_person(image) is not None and shows_skin(image)
    return shows_person(image) or detect_person(image) is not None


def cut_out_worn_garment(image: RGB, *, kind: str) -> RGB:
    """Return the garment that a person or mannequin wears, on plain light ground like a flat lay.

    image: RGB uint8, one person from the front; head and feet may be outside the picture.
    kind: "top", "bottom" or "one_piece".

    Raises PersonRefused if no person is found or seen well enough, and GarmentRefused if the person
    does not wear such a garment or the picture cuts it off.
    """
    check_picture(image)
    if kind not in AREAS:
        raise ValueError(f"There is no kind of garment {kind!r}.")
    with refusing_garment("a worn garment could not be cut out"):
        return _cut_out_of(image, kind)


def _cut_out_of(image: RGB, kind: str) -> RGB:
    person = detect_person(image)
    if person is None:
        raise PersonRefused(PersonRefusal.NO_PERSON)
    for fault in find_faults(image, person):
        if fault.clear and fault.reason in _MISLEADING:
            raise PersonRefused(fault.reason)
    area = _area(parse_detected(image, person), kind)
    height, width = image.shape[:2]
    x1, y1, x2, y2 = area.box
    if min(x2 - x1, y2 - y1) < _SMALLEST:
        raise GarmentRefused(GarmentRefusal.TOO_SMALL)
    worn = area.cutout[..., 3] > 0
    edges = [(y1 == 0, worn[0]), (y2 == height, worn[-1]), (x1 == 0, worn[:, 0])]
    edges.append((x2 == width, worn[:, -1]))
    if any(at_edge and edge.mean() > _TOUCHING for at_edge, edge in edges):
        raise GarmentRefused(GarmentRefusal.CUT_OFF)
    return _on_plain_ground(area)


def _area(figure: Figure, kind: str) -> Area:
    if figure.is_one_piece != (kind == "one_piece"):
        raise GarmentRefused(GarmentRefusal.WRONG_KIND)
    (area,) = extract_areas(figure, clothes_types=[AREAS[kind]])
    if area is None:
        raise GarmentRefused(GarmentRefusal.NO_GARMENT)
    return area


def _on_plain_ground(area: Area) -> RGB:
    colours = area.cutout[..., :3].astype(np.float32)
    alpha = area.cutout[..., 3:].astype(np.float32) / 255
    laid = np.round(_GROUND + alpha * (colours - _GROUND)).astype(np.uint8)
    margin = round(_MARGIN * max(laid.shape[:2]))
    ground = (_GROUND,) * 3
    framed = cv2.copyMakeBorder(
        laid, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=ground
    )
    return np.asarray(framed, np.uint8)


def segment_worn_or_flat(image: RGB, *, bottom: bool | None) -> tuple[RGB, tuple[Mask, Mask]]:
    """Return the picture with its masks; a worn garment is cut out first, if its slot is known."""
    masks, refusal = None, GarmentRefusal.NO_GARMENT
    try:
        masks = segment_garment(image)
    except GarmentRefused as refused:
        refusal = refused.reason
    separate = refusal is GarmentRefusal.SEVERAL_PIECES
    if not is_worn(image, segmented=masks is not None or separate):
        return image, masks or _masks_on_any_ground(image, refusal)
    if bottom is None:
        raise GarmentRefused(GarmentRefusal.SHOWS_PERSON)
    try:
        image = _cut_out(image, bottom=bottom)
    except PersonRefused as refused:
        raise GarmentRefused(
            GarmentRefusal.SHOWS_PERSON, f"{GarmentRefusal.SHOWS_PERSON.value} {refused}"
        ) from refused
    return image, segment_garment(image)


def _masks_on_any_ground(image: RGB, refusal: GarmentRefusal) -> tuple[Mask, Mask]:
    mask = segment_on_any_ground(image, refusal)
    if mask is None:
        raise GarmentRefused(refusal)
    return mask, np.zeros_like(mask)


def _cut_out(image: RGB, *, bottom: bool) -> RGB:
    """Return the worn garment of the slot; a dress belongs to the top slot."""
    if bottom:
        return cut_out_worn_garment(image, kind="bottom")
    try:
        return cut_out_worn_garment(image, kind="top")
    except GarmentRefused as refused:
        if refused.reason is not GarmentRefusal.WRONG_KIND:
            raise
        return cut_out_worn_garment(image, kind="one_piece")
