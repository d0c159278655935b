"""``LocalEngine``: the engine of this distribution behind the ``Engine`` protocol."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .engine_protocol import RGB, Area, Engine, Finding
from .errors import INVALID_PERSON, NO_GARMENT, Refused
from .preview import fingerprint

if TYPE_CHECKING:
    from outfitanyone_local.engine import Figure, Garment

__all__ = ["Engine", "LocalEngine"]

REMEMBERED = 2
"""Model photos whose parse is kept, for the next try-on of the same person."""
REMEMBERED_GARMENTS = 8
"""Garments that are kept, for the next person; each takes about 4 MB."""
T = TypeVar("T")


class LocalEngine:
    """The engine ``outfitanyone_local.engine``, imported when the first picture needs it.

    At most ``workers`` pictures are processed at once, because each takes some hundred
    megabytes. ``Refused`` carries the engine's reason.
    """

    def __init__(self, *, workers: int) -> None:
        self._slots = threading.BoundedSemaphore(workers)
        self._figures: _Recent[Figure] = _Recent(REMEMBERED)
        self._garments: _Recent[Garment] = _Recent(REMEMBERED_GARMENTS)
        self._findings: _Recent[Sequence[Finding]] = _Recent(32 * REMEMBERED)

    def parse(self, image: RGB, clothes_types: Sequence[str]) -> Sequence[Area | None]:
        from outfitanyone_local.engine.parsing.areas import extract_areas

        with self._slots, _refusing():
            return extract_areas(self._figure(image), clothes_types=clothes_types)

    def try_on(
        self, person: RGB, *, top: RGB | None, bottom: RGB | None, keep: Collection[str]
    ) -> RGB:
        from outfitanyone_local.engine import try_on

        with self._slots, _refusing():
            figure = self._figure(person)
            return try_on(
                person,
                top=None if top is None else self._garment(top, bottom=False),
                bottom=None if bottom is None else self._garment(bottom, bottom=True),
                keep=keep,
                figure=figure,
            )

    def fit(self, image: RGB, *, width: int, height: int) -> RGB:
        from outfitanyone_local.engine import fit_to

        return fit_to(image, width=width, height=height)

    def refine(self, coarse: RGB) -> RGB:
        from .refining import refine

        with self._slots:
            return refine(coarse)

    def check_person(self, image: RGB) -> Sequence[Finding]:
        from outfitanyone_local.engine import check_person

        with self._slots:
            return self._findings.get(
                ("person", fingerprint(image)), lambda: _findings(check_person(image))
            )

    def check_garment(self, image: RGB, *, kind: str | None) -> Sequence[Finding]:
        from outfitanyone_local.engine import check_garment

        with self._slots:
            return self._findings.get(
                (kind, fingerprint(image)), lambda: _findings(check_garment(image, kind=kind))
            )

    def cut_out_worn_garment(self, image: RGB, *, kind: str | None) -> RGB:
        """Return the garment; without a kind, a top, or else what is worn as one piece."""
        from outfitanyone_local.engine import (
            GarmentRefusal,
            GarmentRefused,
            cut_out_worn_garment,
        )

        with self._slots, _refusing():
            try:
                return cut_out_worn_garment(image, kind=kind or "top")
            except GarmentRefused as refused:
                if kind or refused.reason is not GarmentRefusal.WRONG_KIND:
                    raise
                return cut_out_worn_garment(image, kind="one_piece")

    def _figure(self, image: RGB) -> Figure:
        from outfitanyone_local.engine import parse_figure

        return self._figures.get(fingerprint(image), lambda: parse_figure(image))

    def _garment(self, image: RGB, *, bottom: bool) -> Garment:
        from outfitanyone_local.engine import parse_garment

        key = (bottom, fingerprint(image))
        return self._garments.get(key, lambda: parse_garment(image, bottom=bottom))


class _Recent(Generic[T]):
    """The last results of a slow function, by key."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[object, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object, make: Callable[[], T]) -> T:
        """Return the result for a key, from ``make`` if it is not among the last ones."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn the engine's refusals into the documented errors."""
    from outfitanyone_local.engine import GarmentRefused, PersonRefused
    from outfitanyone_local.engine.checks.findings import REFUSAL_CODES

    try:
        yield
    except (PersonRefused, GarmentRefused) as refused:
        problem = INVALID_PERSON if isinstance(refused, PersonRefused) else NO_GARMENT
        raise Refused(problem.because(str(refused), REFUSAL_CODES[refused.reason])) from refused


def _findings(found: Sequence[Any]) -> Sequence[Finding]:
    return tuple(Finding(each.code, refuses=each.severity.name == "REFUSES") for each in found)
