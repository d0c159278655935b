"""The connections of the transport: what left this machine, whom they reach, how they end."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from urllib3 import Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from django_outfitanyone.engines import answer_limit
from django_outfitanyone.engines.addresses import PrivateAddress, is_public_address
from django_outfitanyone.engines.base import SendWindow
from django_outfitanyone.engines.guarded_session import (
    CheckedAdapter,
    GuardedAdapter,
    GuardedSession,
)


class PaidSockets:
    """The sockets of one paid request: each is reset when it is closed before the answer came.

    A polite close still delivers what waits in a buffer, so that a request could take effect
    long after its sender has given up.
    """

    def __init__(self, window: SendWindow | None) -> None:
        self._window = window
        self._sockets: list[socket.socket] = []

    def connected(self, connection: HTTPConnection) -> None:
        """Prepare a new connection, right before the first byte leaves."""
        if connection.sock is not None:
            _reset_on_close(connection.sock, is_on=True)
            self._sockets.append(connection.sock)
        self.check(connection)

    def check(self, connection: HTTPConnection) -> None:
        """Raise ``NewConnectionError`` once the window is over: half a request has no effect."""
        if self._window and self._window.is_over:
            connection.close()
            raise NewConnectionError(
                connection, "too much time has passed since the request was recorded"
            )

    def close_politely(self) -> None:
        for sock in self._sockets:
            with suppress(OSError):  # closed already
                _reset_on_close(sock, is_on=False)


def _reset_on_close(sock: socket.socket, *, is_on: bool) -> None:
    linger = struct.pack("hh" if os.name == "nt" else "ii", int(is_on), 0)
    sock = getattr(sock, "socket", sock)  # urllib3 wraps the socket for TLS inside TLS
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


@contextmanager
def _connecting(connection: HTTPConnection) -> Iterator[None]:
    """Raise ``NewConnectionError`` for every error before the first byte of the request.

    Name resolution, TCP, proxy tunnel and TLS handshake all happen in ``connect``. urllib3
    itself does not tell these apart from later errors: a handshake that hangs is a read
    timeout there, and a proxy that disconnects after the whole request is a failed
    connection.

    The connect timeout also bounds the total: a request that waited long for its
    connection must not leave after its sender has given up.
    """
    started = time.monotonic()
    try:
        yield
    except NewConnectionError:
        raise
    except Exception as error:
        raise NewConnectionError(connection, f"{type(error).__name__}: {error}") from error
    if time.monotonic() - started > (connection.timeout or 0):
        connection.close()
        raise NewConnectionError(connection, "connecting took longer than the connect timeout")


def _check_public(address: str) -> None:
    if not is_public_address(address):
        raise PrivateAddress(
            f"the API named an address in a private network ({address}); for a local sandbox "
            'set OUTFITANYONE = {"ALLOW_PRIVATE_ADDRESSES": True}'
        )


def _public(reached: socket.socket, *, is_proxy: bool) -> socket.socket:
    """Check the address that was really reached, because DNS can change after a name check."""
    try:
        if not is_proxy:
            _check_public(reached.getpeername()[0])
    except PrivateAddress:
        reached.close()
        raise
    return reached


class _HTTPConnection(HTTPConnection):
    paid_sockets: PaidSockets | None = None

    def connect(self) -> None:
        with _connecting(self):
            super().connect()
        if self.paid_sockets:
            self.paid_sockets.connected(self)

    def send(self, data: Any) -> None:
        if self.paid_sockets and self.sock is not None:
            self.paid_sockets.check(self)
        super().send(data)
        answer_limit.sent(self.sock)


class _HTTPSConnection(_HTTPConnection, HTTPSConnection):
    """The same over TLS."""


class _PublicHTTPConnection(_HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _public(super()._new_conn(), is_proxy=self.proxy is not None)


class _PublicHTTPSConnection(_PublicHTTPConnection, _HTTPSConnection):
    """The same over TLS."""


_HEADERS = {"User-Agent": "django-outfitanyone"}
_NO_RETRIES = Retry(total=0, redirect=False)


def plain_session(paid_sockets: PaidSockets | None = None) -> GuardedSession:
    """Return a session that never sends anything a second time."""
    settings = {"paid_sockets": paid_sockets}  # urllib3 makes the connections itself
    adapter = GuardedAdapter(
        http=type("HTTPConnection", (_HTTPConnection,), settings),
        https=type("HTTPSConnection", (_HTTPSConnection,), settings),
        retries=_NO_RETRIES,
    )
    return GuardedSession(adapter, headers=_HEADERS)


def public_session() -> GuardedSession:
    """Return such a session that reaches only the public internet, also through a proxy."""
    adapter = CheckedAdapter(
        check=_check_public,
        http=_PublicHTTPConnection,
        https=_PublicHTTPSConnection,
        retries=_NO_RETRIES,
    )
    return GuardedSession(adapter, headers=_HEADERS)
