"""One HTTP exchange: sent at most once, read up to a limit, clear about what may have arrived."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
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
"""Bytes read of an answer, which normally has one or two thousand; the rest is ignored."""

_CHUNK = 16 * 1024
_SECRET_LENGTH = 16
"""Shorter keys are not hidden: they are words such as ``test``, which answers may contain."""

Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The status, body and request id of an HTTP response, and the server's clock.

    ``is_cut`` says that the body reached ``ANSWER_LIMIT``, so it may go on.
    """

    status: int
    text: str
    request_id: str
    content_type: str
    server_time: datetime | None = None
    is_cut: bool = False

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
        self._session = plain_session()
        self._foreign_session = self._session if allow_private_addresses else public_session()

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
        sockets = PaidSockets(window)
        with plain_session(sockets) as session:
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
        limit = AnswerLimit(self._timeout[1])
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
                answer = self._read(response, limit)
        except Exception as error:  # noqa: BLE001 - whatever it is, its frames hold the key
            failure = self._failure(error)
        else:
            logger.debug("%s %s: HTTP %s", method, urlsplit(url).path, answer.status)
            return answer
        logger.debug("%s %s: %s", method, urlsplit(url).path, failure)
        raise failure

    def _read(self, response: requests.Response, limit: AnswerLimit) -> Answer:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) >= ANSWER_LIMIT:  # waiting for one byte more could take long
                break
        if limit.is_over:  # without a length, what came so far would seem complete
            raise requests.ReadTimeout("the whole answer did not come within the read timeout")
        return Answer(
            status=response.status_code,
            text=self._clean(body[:ANSWER_LIMIT].decode("utf-8-sig", "replace")),
            request_id=self._header(response, "X-Request-Id"),
            content_type=self._header(response, "Content-Type").partition(";")[0].strip(),
            server_time=date_of(response.headers.get("Date", "")),
            is_cut=len(body) >= ANSWER_LIMIT,
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
