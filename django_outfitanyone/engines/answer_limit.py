"""A time limit for a whole answer, of the API or of a file server.

The time limit of a socket starts anew with each byte: an answer sent byte by byte would hold
the worker for days.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any


class AnswerLimit:
    """Ends the wait for an answer some seconds after the last piece of the request was sent."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._seconds = seconds
        self._ends_at = 0.0
        self._socket: Any = None
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="answer limit", daemon=True)

    def restart(self, sock: Any) -> None:
        """Count from now, because a piece of the request has just left through this socket."""
        self._ends_at = time.monotonic() + self._seconds
        self._socket = getattr(sock, "socket", sock)  # urllib3 wraps it for TLS inside TLS
        if not self._thread.ident:
            self._thread.start()

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Limit the answers to requests that this thread sends in here."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)
            self._is_stopped.set()
            if self._thread.ident:
                self._thread.join()

    def _watch(self) -> None:
        while not self._is_stopped.wait(max(0.0, self._ends_at - time.monotonic())):
            if time.monotonic() >= self._ends_at:
                self.is_over = True
                # wakes the reader; the reader closes the socket, so that it may still be reset
                with suppress(OSError):  # it is closed already
                    socket.socket.shutdown(self._socket, socket.SHUT_RD)
                return


_current: ContextVar[AnswerLimit | None] = ContextVar("limit of the current answer", default=None)


def sent(sock: Any) -> None:
    """Note that a piece of a request has left through this socket."""
    limit = _current.get()
    if limit:
        limit.restart(sock)
