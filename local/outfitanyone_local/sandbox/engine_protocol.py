"""The ``Engine`` protocol between the HTTP side and the picture side."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

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


@dataclass(frozen=True)
class Finding:
    """Something in a picture that breaks a documented rule.

    refuses: the rule makes the picture invalid; otherwise it may spoil the result.
    """

    code: str
    refuses: bool = False


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

    def check_person(self, image: RGB) -> Sequence[Finding]:
        """Return what is wrong with a model photo; never raises for a bad picture."""
        ...

    def check_garment(self, image: RGB, *, kind: str | None) -> Sequence[Finding]:
        """Return what is wrong with a garment picture; never raises for a bad picture.

        ``kind`` is "top" or "bottom", or ``None`` for a top or a one-piece.
        """
        ...

    def cut_out_worn_garment(self, image: RGB, *, kind: str | None) -> RGB:
        """Return the garment that a person or mannequin wears, as a flat lay shows it."""
        ...
