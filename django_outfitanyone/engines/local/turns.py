"""Turns at the local engine: how many pictures a process works on at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

INSTALL = 'pip install "django-outfitanyone[local]"'
"""The line that installs the local engine."""
MOST_AT_ONCE = 2
"""Pictures that a process works on at the same time; each takes a core and some 200 MB."""

_turns = BoundedSemaphore(MOST_AT_ONCE)


class NoTurn(Exception):
    """Other pictures are still being worked on."""


@contextmanager
def turn(*, patience: float) -> Iterator[Any]:
    """Yield the module of the engine when it is this caller's turn.

    ``patience`` is in seconds. Raises ``ImportError`` if the package or OpenCV is missing, and
    ``NoTurn`` when the time is over.
    """
    from outfitanyone_local import engine

    if not _turns.acquire(timeout=patience):
        raise NoTurn
    try:
        yield engine
    finally:
        _turns.release()
