"""One HTTP exchange: sent at most once, read up to a limit, clear about what may have arrived."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from django_outfitanyone.engines.addresses import PrivateAddress
from django_outfitanyone.engines.answer_limit import AnswerLimit
from django_outfitanyone.engines.base import SendWindow
from django_outfitanyone.engines.guarded_session import unsigned
from django_outfitanyone.engines.secret_text import SecretText
from django_outfitanyone.exceptions import OutcomeUnknown, RequestNotSent
from django_outfitanyone.storable_text import storable

from .connections import PaidSockets, plain_session, public_session

logger = logging.getLogger(__name__)

ANSWER_LIMIT = 2 * 1024 * 1024
"""Bytes read of an answer, which normally has one or two thousand; the rest is ignored.
An engine whose answers hold pictures sets another limit."""

_CHUNK = 16 * 1024
_SECRET_LENGTH = 16
"""Shorter keys are not hidden: they are words such as ``test``, which answers may contain."""

_HEADER_LIMIT = 100
"""Characters kept of a header."""
_FILE_SECONDS = 60.0
"""Within which the whole of a file must arrive."""

Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The status, body and request id of an HTTP response, and the server's clock.

    ``is_cut`` says that the body reached the ``limit``, so it may go on. The names of the
    ``headers`` are in lower case.
    """

    status: int
    text: str
    request_id: str
    content_type: str
    server_time: datetime | None = None
    is_cut: bool = False
    limit: int = ANSWER_LIMIT
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, kw_only=True)
class File:
    """The status and the first bytes of a file, one more than was allowed if it is larger."""

    status: int
    data: bytes = field(repr=False)


class ApiKey:
    """Signs requests. As an ``auth`` of requests it takes precedence over ``~/.netrc``.

    ``header`` and ``prefix`` say where the vendor expects the key.
    """

    def __init__(self, key: str, *, header: str = "Authorization", prefix: str = "Bearer ") -> None:
        self._key = SecretText(key.strip())
        self._header = header
        self._prefix = prefix

    def check(self) -> None:
        """Raise ``ValueError`` for a key that cannot be sent.

        Separate from the constructor: its frames hold the key as plain text.
        """
        if not re.fullmatch(r"[!-~]+", self._key):
            raise ValueError("The API key is empty or contains invalid characters.")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self._header] = f"{self._prefix}{self._key}"
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
        answer_limit: int = ANSWER_LIMIT,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._key = key
        self._timeout = (connect_timeout, read_timeout)
        self._answer_limit = answer_limit
        self._session = plain_session()
        self._foreign_session = self._session if allow_private_addresses else public_session()

    def send(self, method: str, path: str, **request: Any) -> Answer:
        """Send a request on a connection that may have been kept open.

        ``path`` is relative to the base URL. Raises ``RequestNotSent`` or ``OutcomeUnknown``.
        """
        return self._exchange(self._session, method, path, read=self._read, **request)

    def send_unsigned(self, method: str, url: str, **request: Any) -> Answer:
        """Send a request without the key to a URL that an answer named."""
        return self._exchange(
            self._foreign_session, method, url, read=self._read, auth=unsigned, **request
        )

    def send_apart(
        self, method: str, path: str, *, window: SendWindow | None = None, **request: Any
    ) -> Answer:
        """Send a request on a new connection, unless its window is over by then.

        A server may close a kept connection just when it is used again; then it would be
        unclear whether the request arrived.
        """
        sockets = PaidSockets(window)
        with plain_session(sockets) as session:
            answer = self._exchange(session, method, path, read=self._read, **request)
            sockets.close_politely()
            return answer

    def fetch(self, path: str, *, max_bytes: int) -> File:
        """Return a file that the API gives only to the key.

        Raises ``RequestNotSent`` or ``OutcomeUnknown``. A compressed file stays as it is,
        because a small one could unpack to gigabytes.
        """

        def read(response: requests.Response, limit: AnswerLimit) -> File:
            body = _first_bytes(response.raw.stream(_CHUNK, decode_content=False), max_bytes + 1)
            _check_time(limit)
            return File(status=response.status_code, data=body)

        return self._exchange(
            self._session,
            "GET",
            path,
            read=read,
            seconds=_FILE_SECONDS,
            headers={"Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        self._session.close()
        self._foreign_session.close()

    def _exchange(
        self,
        session: requests.Session,
        method: str,
        path: str,
        *,
        read: Callable[[requests.Response, AnswerLimit], T],
        seconds: float | None = None,
        auth: Auth | None = None,
        **request: Any,
    ) -> T:
        """Send and read; raise errors without their cause.

        The frames of the cause hold the headers with the key, and error reporters print
        the local variables of frames.
        """
        limit = AnswerLimit(seconds or self._timeout[1])
        url = path if "://" in path else f"{self.base_url}/{path}"
        try:
            with (
                limit.applied(),
                session.request(
                    method,
                    url,
                    auth=auth or self._key,
                    timeout=self._timeout,
                    allow_redirects=False,
                    stream=True,
                    **request,
                ) as response,
            ):
                status, answer = response.status_code, read(response, limit)
        except Exception as error:  # noqa: BLE001 - whatever it is, its frames hold the key
            failure = self._failure(error)
        else:
            logger.debug("%s %s: HTTP %s", method, urlsplit(url).path, status)
            return answer
        logger.debug("%s %s: %s", method, urlsplit(url).path, failure)
        raise failure

    def _read(self, response: requests.Response, limit: AnswerLimit) -> Answer:
        body = _first_bytes(response.iter_content(_CHUNK), self._answer_limit)
        _check_time(limit)
        return Answer(
            status=response.status_code,
            text=self._clean(body.decode("utf-8-sig", "replace")),
            request_id=self._header(response, "X-Request-Id"),
            content_type=self._header(response, "Content-Type").partition(";")[0].strip(),
            server_time=date_of(response.headers.get("Date", "")),
            is_cut=len(body) >= self._answer_limit,
            limit=self._answer_limit,
            headers={name.lower(): self._header(response, name) for name in response.headers},
        )

    def _header(self, response: requests.Response, name: str) -> str:
        return self._clean(response.headers.get(name, ""))[:_HEADER_LIMIT]

    def _clean(self, text: str) -> str:
        """Return text from outside as it may be logged and stored."""
        return storable(self._key.hide(text))

    def _failure(self, error: Exception) -> RequestNotSent | OutcomeUnknown:
        layers = list(_layers(error))
        reason = self._clean(f"{type(layers[-1]).__name__}: {layers[-1]}")
        if _is_local(error) or any(isinstance(layer, _BEFORE_SENDING) for layer in layers):
            return RequestNotSent(f"Nothing reached the API ({reason}).")
        return OutcomeUnknown(f"The request may have arrived, but no answer came ({reason}).")


def _first_bytes(chunks: Iterable[bytes], most: int) -> bytes:
    """Return at most so many bytes, without waiting for one byte more, which could take long."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) >= most:
            break
    return bytes(body[:most])


def _check_time(limit: AnswerLimit) -> None:
    if limit.is_over:  # without a length, what came so far would seem complete
        raise requests.ReadTimeout("the whole answer did not come within the read timeout")


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
