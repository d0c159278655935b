"""The ``Engine`` protocol between the HTTP side and the picture side, and ``LocalEngine``."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .errors import INVALID_PERSON, NO_GARMENT, Problem, Refused

logger = logging.getLogger("outfitanyone_local.sandbox")

RGB = npt.NDArray[np.uint8]
"""A picture: shape (height, width, 3), values 0 to 255."""
RGBA = npt.NDArray[np.uint8]
"""A picture with transparency: shape (height, width, 4)."""


class Area(Protocol):
    """One piece of clothing in a picture; ``box`` is x1, y1, x2, y2 in pixels."""

    @property
    def clothes_type(self) -> str: ...

    @property
    def box(self) -> tuple[int, int, int, int]: ...

    @property
    def cutout(self) -> RGBA: ...

    @property
    def crop(self) -> RGB: ...


class Engine(Protocol):
    """Maker of the pictures. Its methods run in several threads at once.

    They raise ``Refused`` for pictures they cannot use.
    """

    def parse(self, image: RGB, clothes_types: Sequence[str]) -> Sequence[Area | None]:
        """Return one area for each requested type, in that order; ``None`` if absent."""
        ...

    def try_on(
        self, person: RGB, *, top: RGB | None, bottom: RGB | None, keep: Collection[str]
    ) -> RGB:
        """Return the person dressed in the garments.

        ``keep`` holds the halves, "upper" or "lower", whose pixels must not change.
        """
        ...

    def fit(self, image: RGB, *, width: int, height: int) -> RGB:
        """Return the picture in this size in pixels."""
        ...

    def refine(self, coarse: RGB) -> RGB:
        """Return the picture after a second pass, in the same size."""
        ...


class LocalEngine:
    """The engine ``outfitanyone_local.engine``, imported when the first picture needs it.

    At most ``workers`` pictures are processed at once, because each takes some hundred
    megabytes. The log says why a picture was refused; the documented error for a person
    does not.
    """

    def __init__(self, *, workers: int) -> None:
        self._slots = threading.BoundedSemaphore(workers)

    def parse(self, image: RGB, clothes_types: Sequence[str]) -> Sequence[Area | None]:
        from outfitanyone_local.engine import PersonRefused, parse

        with self._slots:
            try:
                return parse(image, clothes_types=clothes_types)
            except PersonRefused as refused:
                raise _refused(refused, INVALID_PERSON) from refused

    def try_on(
        self, person: RGB, *, top: RGB | None, bottom: RGB | None, keep: Collection[str]
    ) -> RGB:
        """Return the preview.

        An unusable garment picture becomes InvalidGarment: no documented code fits, and this
        one names the right picture. Its message says what is wrong, because the documented
        one, "missing clothing image", would mislead.
        """
        from outfitanyone_local.engine import GarmentRefused, PersonRefused, try_on

        with self._slots:
            try:
                return try_on(person, top=top, bottom=bottom, keep=keep)
            except PersonRefused as refused:
                raise _refused(refused, INVALID_PERSON) from refused
            except GarmentRefused as refused:
                problem = Problem(NO_GARMENT.status, NO_GARMENT.code, str(refused))
                raise _refused(refused, problem) from refused

    def fit(self, image: RGB, *, width: int, height: int) -> RGB:
        from outfitanyone_local.engine import fit_to

        return fit_to(image, width=width, height=height)

    def refine(self, coarse: RGB) -> RGB:
        from .refining import refine

        with self._slots:
            return refine(coarse)


def _refused(reason: Exception, problem: Problem) -> Refused:
    logger.info("%s: %s", problem.code, reason)
    return Refused(problem)
