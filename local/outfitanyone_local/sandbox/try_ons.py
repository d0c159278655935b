"""One try-on: check what the pictures show, find the halves to keep, and dress the person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from .engine_protocol import RGB, Engine
from .errors import INVALID_PERSON, NO_GARMENT, Refused
from .own_crops import shows_crop
from .picture_rules import judge, refuse_failures
from .pictures import Picture
from .preview import fingerprint

CROP_MARGIN = 0.1
CROP_PAPER = 245
"""Grey level of the background of the engine's crops."""
UPPER, LOWER, DRESS = "upper", "lower", "dress"
WORN = "worn"


@dataclass(frozen=True)
class TriedOn:
    """The dressed person, and the codes of what may have spoilt the picture."""

    image: RGB
    findings: tuple[str, ...]


class TryOns:
    """Try-ons by one engine. Without ``is_lenient`` the documented rules on pictures apply."""

    def __init__(self, engine: Engine, *, is_lenient: bool) -> None:
        self._engine = engine
        self._is_lenient = is_lenient

    def make(self, person: RGB, top: Picture | None, bottom: Picture | None) -> TriedOn:
        """Return the preview. A garment that is a crop of this model photo keeps that half."""
        with refuse_failures(INVALID_PERSON):
            found = self._engine.check_person(person)
        findings = judge(found, INVALID_PERSON, is_lenient=self._is_lenient)
        keep = set[str]()
        own_top = self._own_type(top, person, among=(UPPER, DRESS) if bottom is None else (UPPER,))
        if own_top:
            top, keep = None, {own_top}
        if self._own_type(bottom, person, among=(LOWER,)):
            bottom, keep = None, keep | {LOWER}
        if top is None and bottom is None:
            return TriedOn(person, findings)
        has_both = bottom is not None or LOWER in keep
        garments = {}
        for slot, picture, kind in (
            ("top", top, "top" if has_both else None),
            ("bottom", bottom, "bottom"),
        ):
            garments[slot], found_here = self._garment(picture, kind=kind)
            findings += tuple(code for code in found_here if code not in findings)
        with refuse_failures(NO_GARMENT):
            image = self._engine.try_on(person, **garments, keep=keep)
        return TriedOn(image, findings)

    def _garment(
        self, picture: Picture | None, *, kind: str | None
    ) -> tuple[RGB | None, tuple[str, ...]]:
        """Return the garment as a flat lay, cut out of the photo of a wearer if need be."""
        if picture is None:
            return None, ()
        image = _with_margin(picture)
        with refuse_failures(NO_GARMENT):
            found = self._engine.check_garment(image, kind=kind)
        findings = judge(found, NO_GARMENT, is_lenient=self._is_lenient)
        if WORN in findings:
            with refuse_failures(NO_GARMENT), _about_the_garment():
                image = self._engine.cut_out_worn_garment(image, kind=kind)
        return image, findings

    def _own_type(
        self, picture: Picture | None, person: RGB, *, among: Sequence[str]
    ) -> str | None:
        """Return which crop of this model photo the garment is: the type that parsing names."""
        if picture is None:
            return None
        mark = picture.crop_mark
        if mark:
            is_own = mark.source == fingerprint(person) and mark.clothes_type in among
            return mark.clothes_type if is_own else None
        with refuse_failures(INVALID_PERSON):
            areas = self._engine.parse(person, among)
        for area in areas:
            if area and shows_crop(picture.pixels, area.crop):
                return area.clothes_type
        return None


def _with_margin(picture: Picture) -> RGB:
    """Return the garment's pixels; crops get the margin that a flat lay has."""
    if picture.crop_mark is None:
        return picture.pixels
    margin = round(max(picture.size) * CROP_MARGIN)
    sides = ((margin, margin), (margin, margin), (0, 0))
    return np.pad(picture.pixels, sides, constant_values=CROP_PAPER)


@contextmanager
def _about_the_garment() -> Iterator[None]:
    """Name the garment in the error where the person who wears it cannot be used."""
    try:
        yield
    except Refused as refused:
        own = refused.problem
        raise Refused(NO_GARMENT.because(own.reason, WORN, *own.findings)) from refused
