"""Fetching the pictures that a request names."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from .errors import DOWNLOAD_TIMEOUT, INVALID_LENGTH, INVALID_URL, UNRESOLVED_URL, Refused
from .pictures import MAX_BYTES
from .storage import Storage
from .uploads import SCHEME

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 10.0
TOTAL_SECONDS = 20.0
MAX_REDIRECTS = 5
CHUNK_BYTES = 64 * 1024


class Downloads:
    """Any http or https address is fetched, private ones included: shops under
    development serve their pictures from the same machine.
    """

    def __init__(self, storage: Storage, *, now: Callable[[], float]) -> None:
        self._storage = storage
        self._now = now

    def fetch(self, url: str, *, account: str, model: str, resolve_uploads: bool) -> bytes:
        if url.startswith(SCHEME):
            if not resolve_uploads:
                raise Refused(UNRESOLVED_URL)
            return self._storage.uploads.resolve(url, account=account, model=model, now=self._now())
        if not _is_web_address(url):
            raise Refused(INVALID_URL)
        own = self._storage.signer.key_of(url)
        return self._read_own(*own) if own else _download(url)

    def _read_own(self, key: str, expires: int) -> bytes:
        """Results are read from disk, so faults meant for clients do not hit the sandbox."""
        data = self._storage.results.read(key) if self._now() < expires else None
        if data is None:
            raise Refused(INVALID_URL)
        return data


def _is_web_address(url: str) -> bool:
    """Percent-encoded as the remote system demands, with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return url.isascii() and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _download(url: str) -> bytes:
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        with requests.Session() as session:
            session.max_redirects = MAX_REDIRECTS
            session.headers["Accept-Encoding"] = "identity"
            with session.get(
                url, stream=True, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)
            ) as answer:
                if answer.status_code != requests.codes.ok:
                    raise Refused(INVALID_URL)
                return _read(answer, deadline=deadline)
    except (requests.Timeout, ReadTimeoutError) as error:
        raise Refused(DOWNLOAD_TIMEOUT) from error
    except (requests.RequestException, HTTPError, ValueError) as error:
        raise Refused(INVALID_URL) from error


def _read(answer: requests.Response, *, deadline: float) -> bytes:
    """Takes what has come in rather than waiting for full chunks, so that a server which
    sends a byte now and then meets the deadline too. (urllib3 1.26 can only wait.)
    """
    data = bytearray()
    read = getattr(answer.raw, "read1", answer.raw.read)
    while chunk := read(CHUNK_BYTES):
        data += chunk
        if len(data) > MAX_BYTES:
            raise Refused(INVALID_LENGTH)
        if time.monotonic() > deadline:
            raise Refused(DOWNLOAD_TIMEOUT)
    return bytes(data)
