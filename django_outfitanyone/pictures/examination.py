"""Check, crop and cut out pictures with the local engine, at a size that it works well with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PIL import Image

from django_outfitanyone.choices import UNCHECKED_KINDS, Severity
from django_outfitanyone.engines import local
from django_outfitanyone.exceptions import LocalEngineUnavailable
from django_outfitanyone.picture_findings import Finding, size_findings
from django_outfitanyone.pictures.colours import Scaled, open_scaled
from django_outfitanyone.pictures.decoding import fitted
from django_outfitanyone.pictures.images import MAX_SIDE, MIN_SIDE, Picture, from_pixels

WORKING_SIDE = 1600
"""Longest side at which pictures are examined: enough for hands, and about a second of work."""
_WORKING_BOX = (WORKING_SIDE, WORKING_SIDE)
_GUESSING_BOX = (700, 700)
"""A silhouette needs fewer pixels than a check."""
_KEPT = 0.9
"""A crop that keeps more of the picture than this is not worth it."""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What the local engine found, ``None`` if it did not check, and what the size alone says."""

    seen: list[Finding] | None
    size: list[Finding]
    has_rules: bool = True
    """Whether the local engine has rules for such pictures."""

    @property
    def findings(self) -> list[Finding]:
        """Everything that was found."""
        return [*(self.seen or ()), *self.size]

    @property
    def is_complete(self) -> bool:
        """Whether more than the size could be checked."""
        return self.seen is not None


def examine(data: bytes, *, kind: str = "") -> Examination:
    """Check a garment picture of this kind, or without a kind a photo of a person.

    Raises ``PictureRefused`` if the bytes are not a picture, and nothing else.
    """
    return examine_scaled(open_scaled(data, within=_WORKING_BOX), kind=kind)


def examine_scaled(scaled: Scaled, *, kind: str = "") -> Examination:
    """Check a picture that has been decoded already, at the working size or a larger one."""
    if kind:
        return examine_garment(scaled, kind=kind)
    return _examined(scaled, local.check_person, is_person=True)


def examine_garment(scaled: Scaled, *, kind: str) -> Examination:
    """Check a garment picture; less of it if ``kind`` is ``""`` because it is not known yet."""
    if kind in UNCHECKED_KINDS:
        size = size_findings(*scaled.size, is_person=False)
        return Examination(seen=None, size=size, has_rules=False)
    check = partial(local.check_garment, kind=kind or None)
    return _examined(scaled, check, is_person=False)


def guess_kind(scaled: Scaled) -> local.LocalGuess | None:
    """Return the kind of the garment; ``None`` if it is not recognised or without the engine."""
    small = fitted(scaled.pixels.size, _GUESSING_BOX)
    try:
        return local.guess_kind(scaled.pixels.resize(small, Image.Resampling.LANCZOS))
    except LocalEngineUnavailable:
        return None


def crop_to_garment(data: bytes) -> Picture | None:
    """Return the picture cropped to its garment; ``None`` if that would change little.

    Raises ``LocalEngineUnavailable``.
    """
    pixels = open_scaled(data, within=(MAX_SIDE, MAX_SIDE)).pixels
    working = _at_working_size(pixels)
    found = local.garment_box(working)
    if found is None:
        return None
    box = _box_within(pixels.size, found, scale=pixels.width / working.width)
    kept = (box[2] - box[0]) * (box[3] - box[1]) / (pixels.width * pixels.height)
    return None if kept > _KEPT else from_pixels(pixels.crop(box))


def cut_out_worn_garment(data: bytes, *, kind: str) -> Picture | None:
    """Return the worn garment on plain ground; ``None`` if it cannot be cut out.

    Raises ``LocalEngineUnavailable``.
    """
    if kind in UNCHECKED_KINDS:
        return None
    pixels = open_scaled(data, within=_WORKING_BOX).pixels
    garment = local.cut_out_worn_garment(pixels, kind=kind)
    return None if garment is None else from_pixels(garment)


def _examined(
    scaled: Scaled, check: Callable[[Image.Image], list[local.LocalFinding]], *, is_person: bool
) -> Examination:
    by_size = size_findings(*scaled.size, is_person=is_person)
    try:
        seen = check(_at_working_size(scaled.pixels))
    except LocalEngineUnavailable:
        return Examination(seen=None, size=by_size)
    return Examination(seen=[Finding(code, Severity(word)) for code, word in seen], size=by_size)


def _at_working_size(pixels: Image.Image) -> Image.Image:
    size = fitted(pixels.size, _WORKING_BOX)
    return pixels if size == pixels.size else pixels.resize(size, Image.Resampling.LANCZOS)


def _box_within(size: tuple[int, int], box: local.Box, *, scale: float) -> local.Box:
    """Return the box in pixels of a picture of this size, no side below what the engine needs."""
    left, right = _span(box[0] * scale, box[2] * scale, size[0])
    top, bottom = _span(box[1] * scale, box[3] * scale, size[1])
    return left, top, right, bottom


def _span(start: float, end: float, length: int) -> tuple[int, int]:
    wanted = min(length, max(MIN_SIDE, round(end - start)))
    first = round((start + end - wanted) / 2)
    first = max(0, min(first, length - wanted))
    return first, first + wanted
