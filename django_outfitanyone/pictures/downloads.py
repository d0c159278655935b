"""Download files from URLs that an engine names.

Such a URL is hostile until checked: only http and https, no redirects, no private
networks, no compression, a limit on bytes and on time.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from django.utils.translation import gettext as _
from requests.exceptions import InvalidProxyURL, InvalidSchema, InvalidURL, MissingSchema
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import LocationParseError

from django_outfitanyone.conf import conf
from django_outfitanyone.engines import answer_limit
from django_outfitanyone.engines.addresses import is_public_address
from django_outfitanyone.engines.answer_limit import AnswerLimit
from django_outfitanyone.engines.guarded_session import CheckedAdapter, GuardedSession, unsigned
from django_outfitanyone.exceptions import (
    AddressRefused,
    DownloadFailed,
    DownloadRefused,
    RequestNotSent,
)
from django_outfitanyone.pictures.decoding import human_size

CHUNK_BYTES = 64 * 1024
TOTAL_SECONDS = 60


def download(url: str, *, seconds: int | None = None) -> bytes:
    """Return the bytes at ``url``, which must arrive within these seconds.

    Raises ``AddressRefused`` when the settings forbid the address, ``DownloadRefused`` when
    the answer breaks a rule, ``DownloadFailed`` when the network or the server failed, and
    ``RequestNotSent`` when a proxy of this machine cannot be used.
    """
    _check_scheme(url)
    seconds = seconds or TOTAL_SECONDS
    limit = AnswerLimit(seconds)
    try:
        with (
            _current_session() as session,
            limit.applied(),
            session.get(
                url,
                stream=True,
                allow_redirects=False,
                auth=unsigned,
                timeout=(conf.CONNECT_TIMEOUT, conf.READ_TIMEOUT),
            ) as response,
        ):
            _check_answer(response)
            return _read(response, limit, seconds)
    except (InvalidProxyURL, InvalidSchema) as error:  # the file's own address is http or https
        raise RequestNotSent(
            _("The proxy of this machine cannot be used: %(error)s") % {"error": error}
        ) from error
    except (InvalidURL, MissingSchema, LocationParseError) as error:
        raise _not_http() from error
    except requests.RequestException as error:
        refused = _cause(error, DownloadRefused)
        if refused:
            raise refused from error
        if limit.is_over:
            raise _too_slow(seconds) from error
        message = _("The file could not be downloaded: %(error)s.") % {
            "error": type(error).__name__
        }
        raise DownloadFailed(message) from error


@contextmanager
def kept_connections() -> Iterator[None]:
    """Let the downloads of this thread share connections until the ``with`` block ends.

    A new one takes two round trips and the handshake of TLS.
    """
    with _new_session() as session:
        token = _kept_session.set(session)
        try:
            yield
        finally:
            _kept_session.reset(token)


def _check_scheme(url: str) -> None:
    try:
        is_http = urlsplit(url).scheme in {"http", "https"}
    except ValueError as error:
        raise _not_http() from error
    if not is_http:
        raise _not_http()


def _not_http() -> AddressRefused:
    return AddressRefused(_("The address of the file is not http or https."))


def _check_answer(response: requests.Response) -> None:
    if response.is_redirect:
        raise DownloadRefused(
            _("The file's address redirects elsewhere; redirects are not followed.")
        )
    if response.status_code != requests.codes.ok:
        raise DownloadFailed(
            _("The file's server answered %(status)s.") % {"status": response.status_code},
            code=str(response.status_code),
        )
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise DownloadRefused(_("The file is compressed although no compression was requested."))


def _read(response: requests.Response, limit: AnswerLimit, seconds: int) -> bytes:
    most = conf.MAX_DOWNLOAD_BYTES
    data = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        data += chunk
        if len(data) > most:
            raise DownloadRefused(
                _("The file is larger than %(limit)s.") % {"limit": human_size(most)}
            )
    if limit.is_over:  # a body that was cut off may seem complete
        raise _too_slow(seconds)
    return bytes(data)


def _too_slow(seconds: int) -> DownloadFailed:
    return DownloadFailed(
        _("The file did not arrive within %(count)d seconds.") % {"count": seconds}
    )


def _cause(error: BaseException | None, wanted: type[DownloadRefused]) -> DownloadRefused | None:
    """Return the error of this app that urllib3 and requests may have wrapped in theirs."""
    while error is not None:
        if isinstance(error, wanted):
            return error
        error = error.__cause__ or error.__context__
    return None


def _check_address(address: str) -> None:
    if not conf.ALLOW_PRIVATE_ADDRESSES and not is_public_address(address):
        raise AddressRefused(
            _(
                "The file's address leads into a private network (%(address)s). For a local "
                'sandbox set OUTFITANYONE = {"ALLOW_PRIVATE_ADDRESSES": True}.'
            )
            % {"address": address}
        )


def _connected(reached: socket.socket, *, is_proxy: bool) -> socket.socket:
    """Check the address that was really reached, because DNS can change after a name check."""
    try:
        if not is_proxy:
            _check_address(reached.getpeername()[0])
    except DownloadRefused:
        reached.close()
        raise
    return reached


class _HTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(super()._new_conn(), is_proxy=self.proxy is not None)

    def send(self, data: Any) -> None:
        super().send(data)
        answer_limit.sent(self.sock)


class _HTTPSConnection(_HTTPConnection, HTTPSConnection):
    """The same over TLS."""


_kept_session: ContextVar[GuardedSession | None] = ContextVar("kept session", default=None)


@contextmanager
def _current_session() -> Iterator[GuardedSession]:
    """Yield the session of ``kept_connections``, or a new one that is closed afterwards."""
    if kept := _kept_session.get():
        yield kept
    else:
        with _new_session() as session:
            yield session


def _new_session() -> GuardedSession:
    """Return a session that refuses compression and cookies, which come from strangers.

    A small compressed body could unpack to gigabytes.
    """
    adapter = CheckedAdapter(check=_check_address, http=_HTTPConnection, https=_HTTPSConnection)
    session = GuardedSession(adapter, headers={"Accept-Encoding": "identity"})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session
