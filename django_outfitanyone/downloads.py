"""Fetching files from addresses that the remote system names.

Such an address is hostile until proven otherwise: only http and https, no redirects,
no way into private networks, a cap on bytes and on time.
"""

from __future__ import annotations

import ipaddress
import time
from socket import socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import DownloadFailed, DownloadRefused
from django_outfitanyone.images import human_size

CHUNK_BYTES = 64 * 1024
TOTAL_SECONDS = 60


def download(url: str) -> bytes:
    """The bytes behind ``url``.

    ``DownloadRefused`` when a rule forbids it, which no second attempt changes;
    ``DownloadFailed`` when the network or the server did not deliver.
    """
    try:
        with (
            _session() as session,
            session.get(
                url,
                stream=True,
                allow_redirects=False,
                timeout=(conf.CONNECT_TIMEOUT, conf.READ_TIMEOUT),
            ) as response,
        ):
            _check_status(response)
            return _read(response)
    except (InvalidSchema, InvalidURL, MissingSchema) as error:
        raise DownloadRefused("The address of the file is not http or https.") from error
    except requests.RequestException as error:
        refused = _cause(error, DownloadRefused)
        if refused:
            raise refused from error
        raise DownloadFailed(f"The file could not be fetched: {type(error).__name__}.") from error


def is_public_address(address: str) -> bool:
    """Whether an IP address is one of the open internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast


def _check_status(response: requests.Response) -> None:
    if response.is_redirect:
        raise DownloadRefused("The file's address redirects elsewhere; redirects are not followed.")
    if response.status_code != requests.codes.ok:
        raise DownloadFailed(
            f"The file's server answered {response.status_code}.", code=str(response.status_code)
        )


def _read(response: requests.Response) -> bytes:
    limit = conf.MAX_DOWNLOAD_BYTES
    started = time.monotonic()
    data = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        data += chunk
        if len(data) > limit:
            raise DownloadRefused(f"The file is larger than {human_size(limit)}.")
        if time.monotonic() - started > TOTAL_SECONDS:
            raise DownloadFailed(f"The file did not arrive within {TOTAL_SECONDS} seconds.")
    return bytes(data)


def _cause(error: BaseException | None, wanted: type[DownloadRefused]) -> DownloadRefused | None:
    """The error of ours that urllib3 and requests may have wrapped in theirs."""
    while error is not None:
        if isinstance(error, wanted):
            return error
        error = error.__cause__ or error.__context__
    return None


def _checked(connected: socket) -> socket:
    """Look at who was really reached: a check of the name alone could be outwitted by DNS."""
    address = connected.getpeername()[0]
    if not is_public_address(address):
        connected.close()
        raise DownloadRefused(
            f"The file's address leads into a private network ({address}). For a local sandbox "
            'set OUTFITANYONE = {"ALLOW_PRIVATE_ADDRESSES": True}.'
        )
    return connected


class _PublicHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket:
        return _checked(super()._new_conn())


class _PublicHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket:
        return _checked(super()._new_conn())


class _PublicHTTPPool(HTTPConnectionPool):
    ConnectionCls = _PublicHTTPConnection


class _PublicHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPSConnection


class _PublicOnly(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _PublicHTTPPool,
            "https": _PublicHTTPSPool,
        }


def _session() -> requests.Session:
    session = requests.Session()
    if not conf.ALLOW_PRIVATE_ADDRESSES:
        session.mount("http://", _PublicOnly())
        session.mount("https://", _PublicOnly())
    return session
