"""One HTTP exchange: sent at most once, read up to a limit, clear about what may have arrived."""

from __future__ import annotations

import logging
import os
import re
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3 import Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from django_outfitanyone.engines.addresses import PrivateAddress, is_public_address
from django_outfitanyone.engines.base import SendWindow
from django_outfitanyone.engines.guarded_session import (
    CheckedAdapter,
    GuardedAdapter,
    GuardedSession,
    unsigned,
)
from django_outfitanyone.engines.secret_text import SecretText
from django_outfitanyone.exceptions import OutcomeUnknown, RequestNotSent
from django_outfitanyone.storable_text import storable

logger = logging.getLogger(__name__)

ANSWER_LIMIT = 1024 * 1024
"""Bytes read of an answer; the rest is ignored."""

_CHUNK = 16 * 1024
_SECRET_LENGTH = 16
"""Shorter keys are not hidden: they are words such as ``test``, which answers may contain."""

Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The status, body and request id of an HTTP response, and the server's clock."""

    status: int
    text: str
    request_id: str
    content_type: str
    server_time: datetime | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class ApiKey:
    """Signs requests. As an ``auth`` of requests it takes precedence over ``~/.netrc``."""

    def __init__(self, key: str) -> None:
        self._key = SecretText(key.strip())

    def check(self) -> None:
        """Raise ``ValueError`` for a key that cannot be sent.

        Separate from the constructor: its frames hold the key as plain text.
        """
        if not re.fullmatch(r"[!-~]+", self._key):
            raise ValueError("The API key is empty or contains invalid characters.")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def hide(self, text: str) -> str:
        """Return the text without the key, in case the server echoed it."""
        return text.replace(self._key, "<key>") if len(self._key) >= _SECRET_LENGTH else text


class Transport:
    """Sends requests below one base URL, each exactly once, and never follows a redirect.

    Proxies and CA bundles named in the environment are used. ``allow_private_addresses``
    is about hosts that an answer names; the base URL is the shop's own choice.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: ApiKey,
        connect_timeout: float,
        read_timeout: float,
        allow_private_addresses: bool = False,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._key = key
        self._timeout = (connect_timeout, read_timeout)
        self._session = _session()
        self._foreign_session = self._session if allow_private_addresses else _public_session()

    def send(self, method: str, path: str, **request: Any) -> Answer:
        """Send a request on a connection that may have been kept open.

        ``path`` is relative to the base URL. Raises ``RequestNotSent`` or ``OutcomeUnknown``.
        """
        return self._exchange(self._session, method, path, **request)

    def send_unsigned(self, method: str, url: str, **request: Any) -> Answer:
        """Send a request without the key to a URL that an answer named."""
        return self._exchange(self._foreign_session, method, url, auth=unsigned, **request)

    def send_apart(
        self, method: str, path: str, *, window: SendWindow | None = None, **request: Any
    ) -> Answer:
        """Send a request on a new connection, unless its window is over by then.

        A server may close a kept connection just when it is used again; then it would be
        unclear whether the request arrived.
        """
        sockets = _PaidSockets(window)
        with _session(sockets) as session:
            answer = self._exchange(session, method, path, **request)
            sockets.close_politely()
            return answer

    def close(self) -> None:
        self._session.close()
        self._foreign_session.close()

    def _exchange(
        self,
        session: requests.Session,
        method: str,
        path: str,
        *,
        auth: Auth | None = None,
        **request: Any,
    ) -> Answer:
        """Send and read; raise errors without their cause.

        The frames of the cause hold the headers with the key, and error reporters print
        the local variables of frames.
        """
        url = path if "://" in path else f"{self.base_url}/{path}"
        try:
            with session.request(
                method,
                url,
                auth=auth or self._key,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                **request,
            ) as response:
                answer = self._read(response)
        except Exception as error:  # noqa: BLE001 - whatever it is, its frames hold the key
            failure = self._failure(error)
        else:
            logger.debug("%s %s: HTTP %s", method, urlsplit(url).path, answer.status)
            return answer
        logger.debug("%s %s: %s", method, urlsplit(url).path, failure)
        raise failure

    def _read(self, response: requests.Response) -> Answer:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) >= ANSWER_LIMIT:
                break
        return Answer(
            status=response.status_code,
            text=self._clean(body[:ANSWER_LIMIT].decode("utf-8-sig", "replace")),
            request_id=self._header(response, "X-Request-Id"),
            content_type=self._header(response, "Content-Type").partition(";")[0].strip(),
            server_time=date_of(response.headers.get("Date", "")),
        )

    def _header(self, response: requests.Response, name: str) -> str:
        return self._clean(response.headers.get(name, ""))[:100]

    def _clean(self, text: str) -> str:
        """Return text from outside as it may be logged and stored."""
        return storable(self._key.hide(text))

    def _failure(self, error: Exception) -> RequestNotSent | OutcomeUnknown:
        layers = list(_layers(error))
        reason = self._clean(f"{type(layers[-1]).__name__}: {layers[-1]}")
        if _is_local(error) or any(isinstance(layer, _BEFORE_SENDING) for layer in layers):
            return RequestNotSent(f"Nothing reached the API ({reason}).")
        return OutcomeUnknown(f"The request may have arrived, but no answer came ({reason}).")


_BEFORE_SENDING = (
    NewConnectionError,
    PrivateAddress,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)


def _is_local(error: Exception) -> bool:
    """Whether the error arose here, such as a missing CA bundle, which requests does not wrap."""
    return isinstance(error, OSError) and not isinstance(
        error, (requests.RequestException, HTTPError)
    )


def _layers(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and those that requests and urllib3 wrapped in it, outermost first."""
    layer: object = error
    while isinstance(layer, BaseException):
        yield layer
        inside = (getattr(layer, "reason", None), *layer.args)
        layer = next((item for item in inside if isinstance(item, BaseException)), None)


def date_of(header: str) -> datetime | None:
    """Return the time in a ``Date`` header in UTC; ``None`` if it is missing or invalid."""
    try:
        return parsedate_to_datetime(header).astimezone(timezone.utc)
    except (ValueError, TypeError, OverflowError):
        return None


class _PaidSockets:
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
    paid_sockets: _PaidSockets | None = None

    def connect(self) -> None:
        with _connecting(self):
            super().connect()
        if self.paid_sockets:
            self.paid_sockets.connected(self)

    def send(self, data: Any) -> None:
        if self.paid_sockets and self.sock is not None:
            self.paid_sockets.check(self)
        super().send(data)


class _HTTPSConnection(HTTPSConnection):
    paid_sockets: _PaidSockets | None = None

    def connect(self) -> None:
        with _connecting(self):
            super().connect()
        if self.paid_sockets:
            self.paid_sockets.connected(self)

    def send(self, data: Any) -> None:
        if self.paid_sockets and self.sock is not None:
            self.paid_sockets.check(self)
        super().send(data)


class _PublicHTTPConnection(_HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _public(super()._new_conn(), is_proxy=self.proxy is not None)


class _PublicHTTPSConnection(_HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _public(super()._new_conn(), is_proxy=self.proxy is not None)


_HEADERS = {"User-Agent": "django-outfitanyone"}
_NO_RETRIES = Retry(total=0, redirect=False)


def _session(paid_sockets: _PaidSockets | None = None) -> GuardedSession:
    """Return a session that never sends anything a second time."""
    settings = {"paid_sockets": paid_sockets}  # urllib3 makes the connections itself
    adapter = GuardedAdapter(
        http=type("HTTPConnection", (_HTTPConnection,), settings),
        https=type("HTTPSConnection", (_HTTPSConnection,), settings),
        retries=_NO_RETRIES,
    )
    return GuardedSession(adapter, headers=_HEADERS)


def _public_session() -> GuardedSession:
    """Return such a session that reaches only the public internet, also through a proxy."""
    adapter = CheckedAdapter(
        check=_check_public,
        http=_PublicHTTPConnection,
        https=_PublicHTTPSConnection,
        retries=_NO_RETRIES,
    )
    return GuardedSession(adapter, headers=_HEADERS)
