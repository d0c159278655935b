"""What the local engine finds in the shop's pictures, for the picture check."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

from PIL import Image

from django_outfitanyone.exceptions import LocalEngineUnavailable

from .turns import NoTurn, turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outfitanyone_local.samples import Sample

logger = logging.getLogger("django_outfitanyone")

PATIENCE = 20.0
"""Seconds to wait for a turn: a page must not hang because others are being checked."""

Box = tuple[int, int, int, int]

_waited_in_vain = Event()
"""Set until the next caller gets a turn: a page with twenty pictures must not wait twenty times."""


class LocalFinding(NamedTuple):
    """A finding in this app's words; ``severity`` is a value of ``choices.Severity``."""

    code: str
    severity: str


class LocalGuess(NamedTuple):
    """The kind of a garment, a value of ``choices.GarmentKind``, and whether that is certain."""

    kind: str
    is_sure: bool


def is_installed() -> bool:
    """Return whether the package is installed; it is not loaded."""
    return find_spec("outfitanyone_local") is not None


def check_person(image: Image.Image) -> list[LocalFinding]:
    """Return what is wrong with a photo of a person; raise ``LocalEngineUnavailable``."""
    with _engine() as engine:
        return _findings(engine.check_person(_array(image)))


def check_garment(image: Image.Image, *, kind: str | None) -> list[LocalFinding]:
    """Return what is wrong with a garment picture; raise ``LocalEngineUnavailable``.

    Without a kind, less is checked.
    """
    with _engine() as engine:
        return _findings(engine.check_garment(_array(image), kind=kind))


def guess_kind(image: Image.Image) -> LocalGuess | None:
    """Return the kind of the one garment in a picture; ``None`` if there is none.

    Raises ``LocalEngineUnavailable``.
    """
    with _engine() as engine:
        guess = engine.guess_kind(_array(image))
        return None if guess is None else LocalGuess(guess.kind, is_sure=guess.is_sure)


def garment_box(image: Image.Image) -> Box | None:
    """Return the box of the one flat garment with a margin; ``None`` if there is none."""
    with _engine() as engine:
        box = engine.garment_box(_array(image))
        return None if box is None else (int(box[0]), int(box[1]), int(box[2]), int(box[3]))


def cut_out_worn_garment(image: Image.Image, *, kind: str) -> Image.Image | None:
    """Return the garment that a person wears, on plain ground; ``None`` if there is none."""
    with _engine() as engine:
        try:
            pixels = engine.cut_out_worn_garment(_array(image), kind=kind)
        except (engine.PersonRefused, engine.GarmentRefused):
            return None
        return Image.fromarray(pixels)


def sample_models() -> Sequence[Sample]:
    """Return the model photos of the starter set."""
    from outfitanyone_local.samples import MODELS

    return MODELS


def sample_garments() -> Sequence[Sample]:
    """Return the garments of the starter set."""
    from outfitanyone_local.samples import GARMENTS

    return GARMENTS


@contextmanager
def _engine() -> Iterator[Any]:
    """Yield the engine when it is this caller's turn; its own errors become one of ours."""
    try:
        with turn(patience=0 if _waited_in_vain.is_set() else PATIENCE) as engine:
            _waited_in_vain.clear()
            with _harmless():
                yield engine
    except NoTurn as error:
        _waited_in_vain.set()
        raise LocalEngineUnavailable from error
    except ImportError as error:  # also if OpenCV is missing
        raise LocalEngineUnavailable from error


@contextmanager
def _harmless() -> Iterator[None]:
    """Log any error: odd pictures must not stop an upload, and the picture is not logged."""
    try:
        yield
    except Exception as error:
        logger.exception("The local engine failed", extra={"event": "local_engine_failed"})
        raise LocalEngineUnavailable from error


def _array(image: Image.Image) -> Any:
    import numpy as np  # comes with the local engine

    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _findings(found: Any) -> list[LocalFinding]:
    """Return each code once, with its worst severity."""
    severities: dict[str, str] = {}
    for one in found:
        severity = one.severity.name.lower()
        if severity == "refuses" or one.code not in severities:
            severities[one.code] = severity
    return [LocalFinding(*pair) for pair in severities.items()]
