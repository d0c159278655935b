"""Ends the runs of this process early: no further step begins, and those under way end."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)
SLICE = 0.25
"""Seconds after which a sleep notices that the process was asked to stop."""


class _Request:
    """Whether the process was asked to stop: no lock, which a signal handler could wait for."""

    is_made = False


def is_stopping() -> bool:
    """Whether the process was asked to stop."""
    return _Request.is_made


def sleep(seconds: float) -> None:
    """Sleep until that time has passed, or the process is asked to stop."""
    end = time.monotonic() + seconds
    while not is_stopping() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, SLICE))


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let ``SIGTERM`` and ``SIGINT`` ask this process to stop; a second one ends it at once."""
    _Request.is_made = False
    # Python lets only the main thread handle signals
    is_main = threading.current_thread() is threading.main_thread()
    former = {number: signal.signal(number, _ask) for number in SIGNALS if is_main}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        _Request.is_made = False


def _ask(number: int, _frame: Any) -> None:
    _Request.is_made = True
    signal.signal(number, signal.SIG_DFL)
