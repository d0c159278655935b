"""Render a try-on of flat-lay garments on a person.

This is a geometric preview, not a generative model. Layers, from back to front: background
where old cloth is removed, bare skin, a bottom extended under a shorter top, the new bottom,
the new top, and the original foreground: face, hair, hands, shoes. Only pixels of these
layers change.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from outfitanyone_local.engine.arrays import RGB, Mask, check_picture
from outfitanyone_local.engine.checks.person import require_usable_person
from outfitanyone_local.engine.figure import Figure
from outfitanyone_local.engine.garments.garment import Garment, parse_garment
from outfitanyone_local.engine.opencv import cv2
from outfitanyone_local.engine.parsing.pipeline import parse_figure
from outfitanyone_local.engine.refusals import GarmentRefusal, GarmentRefused
from outfitanyone_local.engine.unexpected import refusing_person

from .compositing import composite
from .label_correction import measure_with_corrected_labels
from .layers import plan_layers

HALVES = ("upper", "lower")
"""Allowed values of ``keep``."""
_WORKING_SIZE = 1600
"""Pictures with a longer side are rendered at this size."""
_BAND = 256
"""Rows of a large picture blended at once, which limits the memory."""


def try_on(
    person: RGB,
    *,
    top: RGB | Garment | None = None,
    bottom: RGB | Garment | None = None,
    keep: Collection[str] = (),
    figure: Figure | None = None,
    top_hint: str | None = None,
) -> RGB:
    """Return the person wearing the garments; RGB uint8, the size of ``person``.

    person: RGB uint8 (height, width, 3), one complete person standing, facing the camera.
    top: picture of a garment worn from the shoulders; its silhouette decides whether it
        is a top or a dress or jumpsuit, which needs ``bottom`` to be None.
    bottom: picture of trousers, shorts or a skirt.
    keep: "upper" or "lower": that half of the person stays unchanged, pixel for pixel. A half
        without a new garment stays too, where the other garment does not cover it.
    figure: ``parse_figure(person)`` if it is already known; so may garments be, as
        ``parse_garment(picture, bottom=...)``.
    top_hint: "top" or "one_piece" where the caller knows what ``top`` is; else its silhouette
        decides, and long tops and short dresses measure alike.

    A person whom ``check_person`` refuses is refused here too, unless ``figure`` is given.

    Raises GarmentRefused, PersonRefused, or ValueError for other arrays and for a ``keep``
    that makes no sense.
    """
    _check_arguments(person, top, bottom, keep)
    if top_hint not in (None, "top", "one_piece"):
        raise ValueError('top_hint is "top" or "one_piece".')
    upper, lower = _parsed(top, bottom=False, hint=top_hint), _parsed(bottom, bottom=True)
    if upper is not None and upper.kind.is_one_piece and (lower is not None or keep):
        raise GarmentRefused(
            GarmentRefusal.WRONG_KIND, "A dress or jumpsuit leaves no half for another garment."
        )
    if upper is None and lower is None:
        return person.copy()
    if figure is None:
        require_usable_person(person)
        figure = parse_figure(person)
    with refusing_person("a try-on could not be rendered"):
        if max(person.shape[:2]) > _WORKING_SIZE:
            return _render_large(figure, upper, lower, keep)
        return _render(figure, upper, lower, keep)[0]


def _parsed(
    garment: RGB | Garment | None, *, bottom: bool, hint: str | None = None
) -> Garment | None:
    if garment is None or isinstance(garment, Garment):
        return garment
    return parse_garment(garment, bottom=bottom, hint=hint)


def _check_arguments(
    person: RGB,
    top: RGB | Garment | None,
    bottom: RGB | Garment | None,
    keep: Collection[str],
) -> None:
    for picture in (person, top, bottom):
        if picture is not None and not isinstance(picture, Garment):
            check_picture(picture)
    if set(keep) - set(HALVES):
        raise ValueError('keep may name "upper" and "lower" only.')
    if ("upper" in keep and top is not None) or ("lower" in keep and bottom is not None):
        raise ValueError("A half cannot be kept and replaced at once.")


def _render(
    figure: Figure, upper: Garment | None, lower: Garment | None, keep: Collection[str]
) -> tuple[RGB, Mask]:
    """Return the result, and the mask of pixels that must not change."""
    wearer = measure_with_corrected_labels(figure)
    plan = plan_layers(wearer, upper=upper, lower=lower, keep=keep)
    return composite(wearer, plan), plan.protected


def _render_large(
    figure: Figure, upper: Garment | None, lower: Garment | None, keep: Collection[str]
) -> RGB:
    """Render a large picture at working size, and enlarge only what changed."""
    height, width = figure.labels.shape
    small = _resize(figure, _WORKING_SIZE / max(height, width))
    rendered, protected = _render(small, upper, lower, keep)
    changed = (rendered != small.image).any(axis=2).astype(np.uint8) * 255
    new = cv2.resize(rendered, (width, height), interpolation=cv2.INTER_CUBIC)
    share = cv2.resize(changed, (width, height), interpolation=cv2.INTER_LINEAR)
    fixed = cv2.resize(
        protected.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR_EXACT
    )
    share[fixed > 0] = 0
    result = figure.image.copy()
    for top in range(0, height, _BAND):
        band = slice(top, top + _BAND)
        old, mix = result[band].astype(np.float32), share[band, :, None] / np.float32(255)
        result[band] = np.round(old + mix * (new[band] - old)).astype(np.uint8)
    return result


def _resize(figure: Figure, scale: float) -> Figure:
    height, width = figure.labels.shape
    size = round(width * scale), round(height * scale)

    def resize(plane: Any, way: int) -> Any:
        return cv2.resize(plane, size, interpolation=way)

    return Figure(
        image=resize(figure.image, cv2.INTER_AREA),
        pose=replace(figure.pose, points=figure.pose.points * np.float32(scale)),
        person=resize(figure.person, cv2.INTER_AREA),
        labels=resize(figure.labels, cv2.INTER_NEAREST),
    )
