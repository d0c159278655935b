"""Download files from URLs that an engine names.

Such a URL is hostile until checked: only http and https, no redirects, no private
networks, no compression, a limit on bytes and on time.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import requests
from django.utils.translation import gettext as _
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection

from django_outfitanyone.conf import conf
from django_outfitanyone.engines.guarded_session import GuardedAdapter, GuardedSession, unsigned
from django_outfitanyone.exceptions import AddressRefused, DownloadFailed, DownloadRefused
from django_outfitanyone.pictures.decoding import human_size

CHUNK_BYTES = 64 * 1024
TOTAL_SECONDS = 60
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""The IPv4 internet as IPv6-only networks address it (RFC 6052)."""
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
PROTOCOL_ASSIGNMENTS = ipaddress.IPv4Network("192.0.0.0/24")


_connections: ContextVar[list[socket.socket]] = ContextVar("connections of the current download")


def download(url: str) -> bytes:
    """Return the bytes at ``url``.

    Raises ``AddressRefused`` when the settings forbid the address, ``DownloadRefused`` when
    the answer breaks a rule, and ``DownloadFailed`` when the network or the server failed.
    """
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        with (
            _session() as session,
            _cut_off_after(TOTAL_SECONDS),
            session.get(
                url,
                stream=True,
                allow_redirects=False,
                auth=unsigned,
                timeout=(conf.CONNECT_TIMEOUT, conf.READ_TIMEOUT),
            ) as response,
        ):
            _check_answer(response)
            return _read(response, deadline)
    except (InvalidSchema, InvalidURL, MissingSchema) as error:
        raise AddressRefused(_("The address of the file is not http or https.")) from error
    except requests.RequestException as error:
        refused = _cause(error, DownloadRefused)
        if refused:
            raise refused from error
        if time.monotonic() >= deadline:
            raise _too_slow() from error
        message = _("The file could not be downloaded: %(error)s.") % {
            "error": type(error).__name__
        }
        raise DownloadFailed(message) from error


def is_public_address(address: str) -> bool:
    """Whether an IP address belongs to the public internet; IPv4 inside IPv6 is understood."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or (ipaddress.IPv4Address(int(ip) % 2**32) if ip in NAT64 else None)
        if inside is None:
            return ip in GLOBAL_UNICAST and ip not in SIX_TO_FOUR and ip.is_global
        ip = inside
    return ip.is_global and not ip.is_multicast and ip not in PROTOCOL_ASSIGNMENTS


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


def _read(response: requests.Response, deadline: float) -> bytes:
    limit = conf.MAX_DOWNLOAD_BYTES
    data = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        data += chunk
        if len(data) > limit:
            raise DownloadRefused(
                _("The file is larger than %(limit)s.") % {"limit": human_size(limit)}
            )
    if time.monotonic() >= deadline:  # a body that was cut off may seem complete
        raise _too_slow()
    return bytes(data)


def _too_slow() -> DownloadFailed:
    return DownloadFailed(
        _("The file did not arrive within %(count)d seconds.") % {"count": TOTAL_SECONDS}
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


def _check_name(host: str) -> None:
    """Check a host that is reached through a proxy, which resolves the name itself."""
    with suppress(OSError, UnicodeError):  # only the proxy knows this name
        for entry in socket.getaddrinfo(host, None):
            _check_address(str(entry[4][0]))


def _connected(reached: socket.socket, *, is_proxy: bool) -> socket.socket:
    """Check the address that was really reached, because DNS can change after a name check."""
    try:
        if not is_proxy:
            _check_address(reached.getpeername()[0])
    except DownloadRefused:
        reached.close()
        raise
    _connections.get().append(reached.dup())  # a TLS handshake takes the first one over
    return reached


@contextmanager
def _cut_off_after(seconds: float) -> Iterator[None]:
    """End every connection made in here after this time, whatever trickles in meanwhile.

    Time limits of sockets start anew with each byte: headers sent one by one would hold
    the worker for days.
    """
    sockets: list[socket.socket] = []
    token = _connections.set(sockets)
    timer = threading.Timer(seconds, _shut_down, [sockets])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        _connections.reset(token)
        for connected in sockets:
            connected.close()


def _shut_down(sockets: list[socket.socket]) -> None:
    for connected in sockets:
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)


class _HTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(super()._new_conn(), is_proxy=self.proxy is not None)


class _HTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(super()._new_conn(), is_proxy=self.proxy is not None)


class _DownloadAdapter(GuardedAdapter):
    """Reaches public addresses only, also through a proxy."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        url = request.url or ""
        if select_proxy(url, kwargs.get("proxies")):
            _check_name(urlsplit(url).hostname or "")
        return super().send(request, *args, **kwargs)


def _session() -> GuardedSession:
    """Return a session that refuses compression: a small body could unpack to gigabytes."""
    adapter = _DownloadAdapter(http=_HTTPConnection, https=_HTTPSConnection)
    return GuardedSession(adapter, headers={"Accept-Encoding": "identity"})
