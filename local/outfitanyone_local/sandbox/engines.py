"""The seam between the protocol and whatever makes the pictures."""

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
"""Picture, shape (height, width, 3), 0 to 255."""
RGBA = npt.NDArray[np.uint8]
"""Picture, shape (height, width, 4)."""


class Area(Protocol):
    """One piece of clothing found in a picture; the box is x1, y1, x2, y2 in its pixels."""

    @property
    def clothes_type(self) -> str: ...

    @property
    def box(self) -> tuple[int, int, int, int]: ...

    @property
    def cutout(self) -> RGBA: ...

    @property
    def crop(self) -> RGB: ...


class Engine(Protocol):
    """Makes the pictures. Methods may be called from several threads at once.

    They raise ``Refused`` for pictures they cannot use.
    """

    def parse(self, image: RGB, clothes_types: Sequence[str]) -> Sequence[Area | None]:
        """One area, or ``None`` where nothing was found, for each kind asked, in that order."""
        ...

    def try_on(
        self, person: RGB, *, top: RGB | None, bottom: RGB | None, keep: Collection[str]
    ) -> RGB:
        """``keep`` names the halves, ``upper`` or ``lower``, whose pixels stay untouched."""
        ...

    def fit(self, image: RGB, *, width: int, height: int) -> RGB: ...

    def refine(self, coarse: RGB) -> RGB: ...


class LocalEngine:
    """The engine that comes with the sandbox, loaded when the first picture needs it.

    At most ``workers`` pictures are in work at once, whoever asks: each takes some
    hundred megabytes while it lasts. Why a picture was refused goes to the log, since the
    documented answers do not say.
    """

    def __init__(self, *, workers: int) -> None:
        self._turn = threading.BoundedSemaphore(workers)

    def parse(self, image: RGB, clothes_types: Sequence[str]) -> Sequence[Area | None]:
        from outfitanyone_local.engine import PersonRefused, parse

        with self._turn:
            try:
                return parse(image, clothes_types=clothes_types)
            except PersonRefused as refused:
                raise _refused(refused, INVALID_PERSON) from refused

    def try_on(
        self, person: RGB, *, top: RGB | None, bottom: RGB | None, keep: Collection[str]
    ) -> RGB:
        """No documented code says "no garment to be seen in this picture"; InvalidGarment,
        "missing clothing image", is the one that sends people to the right picture.
        """
        from outfitanyone_local.engine import GarmentRefused, PersonRefused, try_on

        with self._turn:
            try:
                return try_on(person, top=top, bottom=bottom, keep=keep)
            except PersonRefused as refused:
                raise _refused(refused, INVALID_PERSON) from refused
            except GarmentRefused as refused:
                raise _refused(refused, NO_GARMENT) from refused

    def fit(self, image: RGB, *, width: int, height: int) -> RGB:
        from outfitanyone_local.engine import fit_to

        return fit_to(image, width=width, height=height)

    def refine(self, coarse: RGB) -> RGB:
        from .refining import refine

        with self._turn:
            return refine(coarse)


def _refused(reason: Exception, problem: Problem) -> Refused:
    logger.info("%s: %s", problem.code, reason)
    return Refused(problem)
