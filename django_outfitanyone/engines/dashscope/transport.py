"""One HTTP exchange: sent at most once, read up to a limit, clear about what may have arrived."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3 import Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from django_outfitanyone.engines.guarded_session import GuardedAdapter, GuardedSession
from django_outfitanyone.exceptions import OutcomeUnknown, RequestNotSent

logger = logging.getLogger(__name__)

ANSWER_LIMIT = 1024 * 1024
"""Bytes read of an answer; the rest is ignored."""

_CHUNK = 16 * 1024
_SECRET_LENGTH = 16
"""Shorter keys are not hidden: they are words such as ``test``, which answers may contain."""

Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The status, body and request id of an HTTP response."""

    status: int
    text: str
    request_id: str

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class ApiKey:
    """Signs requests. As an ``auth`` of requests it takes precedence over ``~/.netrc``."""

    def __init__(self, key: str) -> None:
        self._key = key.strip()
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

    Proxies and CA bundles named in the environment are used.
    """

    def __init__(
        self, base_url: str, *, key: ApiKey, connect_timeout: float, read_timeout: float
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._key = key
        self._timeout = (connect_timeout, read_timeout)
        self._session = _session()

    def send(self, method: str, path: str, **request: Any) -> Answer:
        """Send a request on a connection that may have been kept open.

        ``path`` is relative to the base URL, or an absolute URL. Raises ``RequestNotSent``
        or ``OutcomeUnknown``.
        """
        return self._exchange(self._session, method, path, **request)

    def send_apart(self, method: str, path: str, **request: Any) -> Answer:
        """Send a request on a new connection.

        A server may close a kept connection just when it is used again; then it would be
        unclear whether the request arrived.
        """
        with _session() as session:
            return self._exchange(session, method, path, **request)

    def close(self) -> None:
        self._session.close()

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
        except (OSError, HTTPError) as error:  # requests' own errors are OSErrors
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
            text=self._key.hide(body[:ANSWER_LIMIT].decode("utf-8-sig", "replace")),
            request_id=response.headers.get("X-Request-Id", "")[:100],
        )

    def _failure(self, error: Exception) -> RequestNotSent | OutcomeUnknown:
        layers = list(_layers(error))
        reason = self._key.hide(f"{type(layers[-1]).__name__}: {layers[-1]}")
        if _is_local(error) or any(isinstance(layer, _BEFORE_SENDING) for layer in layers):
            return RequestNotSent(f"Nothing reached the API ({reason}).")
        return OutcomeUnknown(f"The request may have arrived, but no answer came ({reason}).")


_BEFORE_SENDING = (
    NewConnectionError,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)


def _is_local(error: Exception) -> bool:
    """Whether the error arose here, such as a missing CA bundle, which requests does not wrap."""
    return not isinstance(error, (requests.RequestException, HTTPError))


def _layers(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and those that requests and urllib3 wrapped in it, outermost first."""
    layer: object = error
    while isinstance(layer, BaseException):
        yield layer
        inside = (getattr(layer, "reason", None), *layer.args)
        layer = next((item for item in inside if isinstance(item, BaseException)), None)


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


class _HTTPConnection(HTTPConnection):
    def connect(self) -> None:
        with _connecting(self):
            super().connect()


class _HTTPSConnection(HTTPSConnection):
    def connect(self) -> None:
        with _connecting(self):
            super().connect()


def _session() -> GuardedSession:
    """Return a session that never sends anything a second time."""
    adapter = GuardedAdapter(
        http=_HTTPConnection, https=_HTTPSConnection, retries=Retry(total=0, redirect=False)
    )
    return GuardedSession(adapter, headers={"User-Agent": "django-outfitanyone"})
