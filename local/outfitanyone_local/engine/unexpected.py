"""Unexpected errors on one picture: log them, and refuse the picture with a documented error.

Pictures come from anywhere, and geometry on odd ones can fail in ways that no check foresees. A
caller can act on a refusal; the log keeps the traceback for the developer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from .opencv import cv2
from .refusals import GarmentRefusal, GarmentRefused, PersonRefusal, PersonRefused

logger = logging.getLogger("outfitanyone_local.engine")

UNEXPECTED: tuple[type[Exception], ...] = (ArithmeticError, LookupError, ValueError, cv2.error)
"""What arrays, indices and OpenCV raise. Missing memory is no property of a picture."""


@contextmanager
def refusing_person(work: str) -> Iterator[None]:
    """Raise ``PersonRefused`` in place of an unexpected error. work: what was done, for the log.

    Check the arguments before: their ``ValueError`` would be taken for an unexpected error.
    """
    try:
        yield
    except (PersonRefused, GarmentRefused):
        raise
    except UNEXPECTED as error:
        logger.exception("Unexpected error: %s.", work)
        raise PersonRefused(PersonRefusal.NO_PERSON, _cannot_be_used("person")) from error


@contextmanager
def refusing_garment(work: str) -> Iterator[None]:
    """Raise ``GarmentRefused`` in place of an unexpected error, as ``refusing_person`` does."""
    try:
        yield
    except (PersonRefused, GarmentRefused):
        raise
    except UNEXPECTED as error:
        logger.exception("Unexpected error: %s.", work)
        raise GarmentRefused(GarmentRefusal.NO_GARMENT, _cannot_be_used("garment")) from error


def _cannot_be_used(subject: str) -> str:
    return f"The picture of the {subject} cannot be processed. Use another picture."
