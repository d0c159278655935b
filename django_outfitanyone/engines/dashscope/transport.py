"""One HTTP exchange: sent at most once, read up to a limit, honest about what may have arrived."""

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
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from django_outfitanyone.exceptions import OutcomeUnknown, RequestNotSent

logger = logging.getLogger(__name__)

ANSWER_LIMIT = 1024 * 1024
"""Bytes read of an answer; what lies beyond is never looked at."""

_CHUNK = 16 * 1024
_SECRET_LENGTH = 16
"""Keys shorter than this are no secrets, but words like ``test`` that answers may contain."""

Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP status and what came with it."""

    status: int
    text: str
    request_id: str

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class ApiKey:
    """Signs requests. As an ``auth`` of requests it also beats ``~/.netrc``."""

    def __init__(self, key: str) -> None:
        self._key = key.strip()
        if not re.fullmatch(r"[!-~]+", self._key):
            raise ValueError("The API key is empty, or holds characters that no key has.")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def hide(self, text: str) -> str:
        """The text without the key, should somebody have echoed it."""
        return text.replace(self._key, "<key>") if len(self._key) >= _SECRET_LENGTH else text


def unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Goes out as it is: requests would otherwise look for credentials in ``~/.netrc``."""
    return request


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
        self._session = _Session()

    def send(self, method: str, path: str, **request: Any) -> Answer:
        """One exchange, on a connection that may have been kept open.

        ``path`` is below the base URL, or a whole address. Raises ``RequestNotSent`` or
        ``OutcomeUnknown``.
        """
        return self._exchange(self._session, method, path, **request)

    def send_apart(self, method: str, path: str, **request: Any) -> Answer:
        """The same on a connection of its own.

        A server may close a kept one at the moment it is used again; nobody could tell
        then whether the request had arrived.
        """
        with _Session() as session:
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
        """Its errors come without the exception that led to them: the frames of that one
        hold the headers, and error reporters print the locals of frames.
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
    """What requests does not wrap is not the network's doing, but a missing CA bundle."""
    return not isinstance(error, (requests.RequestException, HTTPError))


def _layers(error: BaseException) -> Iterator[BaseException]:
    """The error and those that requests and urllib3 wrapped in it, from the outside in."""
    layer: object = error
    while isinstance(layer, BaseException):
        yield layer
        inside = (getattr(layer, "reason", None), *layer.args)
        layer = next((item for item in inside if isinstance(item, BaseException)), None)


@contextmanager
def _connecting(connection: HTTPConnection) -> Iterator[None]:
    """Give everything that fails before the first byte of a request one name.

    Name resolution, TCP, proxy tunnel and TLS handshake all happen in ``connect``. By
    itself urllib3 mixes the two up: a handshake that hangs is a read timeout, and a
    proxy that hangs up after the whole request could not be connected to.

    The connect timeout also bounds the sum of them: a request that waited long for its
    connection must not go out after its sender has given it up.
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


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _OnceAdapter(HTTPAdapter):
    """Never sends anything a second time."""

    def __init__(self) -> None:
        super().__init__(max_retries=Retry(total=0, redirect=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use_our_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        if isinstance(manager, ProxyManager):  # not so for SOCKS, which has pools of its own
            _use_our_pools(manager)
        return manager


def _use_our_pools(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class _Session(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        self.headers["User-Agent"] = "django-outfitanyone"
        self.mount("https://", _OnceAdapter())
        self.mount("http://", _OnceAdapter())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: even unfollowed redirects would be read whole, past the limit."""
