"""Download the pictures that a request names."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from .errors import DOWNLOAD_TIMEOUT, INVALID_URL, UNRESOLVED_URL, Refused
from .file_store import INPUT_SCHEME
from .pictures import MAX_BYTES, file_too_large
from .storage import Storage
from .uploads import SCHEME

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 10.0
TOTAL_SECONDS = 20.0
MAX_REDIRECTS = 5
CHUNK_BYTES = 64 * 1024
UNREACHABLE = "url_unreachable"
NO_WEB_ADDRESS = INVALID_URL.because(
    "The URL is no percent-encoded http or https address with a host.", "url_malformed"
)
NO_ANSWER = INVALID_URL.because("The server of the picture cannot be reached.", UNREACHABLE)
RESULT_EXPIRED = INVALID_URL.because(
    "The URL is one of this sandbox, and has expired or was deleted.", "url_expired"
)


class Downloads:
    """Downloader for any http or https URL, and for the sandbox's own files.

    Private addresses are allowed, because a shop in development serves its pictures from
    the same machine.
    """

    def __init__(self, storage: Storage, *, now: Callable[[], float]) -> None:
        self._storage = storage
        self._now = now

    def fetch(
        self,
        url: str,
        *,
        account: str,
        model: str,
        resolve_uploads: bool,
        max_bytes: int = MAX_BYTES,
    ) -> bytes:
        """Return the file of a URL; raises ``Refused`` above ``max_bytes``."""
        if url.startswith(INPUT_SCHEME):
            return self._read_input(url)
        if url.startswith(SCHEME):
            if not resolve_uploads:
                raise Refused(UNRESOLVED_URL)
            return self._storage.uploads.resolve(url, account=account, model=model, now=self._now())
        if not _is_web_address(url):
            raise Refused(NO_WEB_ADDRESS)
        own = self._storage.signer.key_of(url)
        return self._read_own(*own) if own else _download(url, max_bytes=max_bytes)

    def _read_input(self, url: str) -> bytes:
        data = self._storage.inputs.read(url)
        if data is None:
            raise Refused(RESULT_EXPIRED)
        return data

    def _read_own(self, key: str, expires: int) -> bytes:
        """Read the sandbox's own result from disk, so that download faults only hit clients."""
        data = self._storage.results.read(key) if self._now() < expires else None
        if data is None:
            raise Refused(RESULT_EXPIRED)
        return data


def _is_web_address(url: str) -> bool:
    """Require a host and a percent-encoded URL, as the vendor's API does."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return url.isascii() and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _download(url: str, *, max_bytes: int) -> bytes:
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        with requests.Session() as session:
            session.max_redirects = MAX_REDIRECTS
            session.headers["Accept-Encoding"] = "identity"
            with session.get(
                url, stream=True, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)
            ) as response:
                if response.status_code != requests.codes.ok:
                    reason = (
                        f"The server of the picture answers with status {response.status_code}."
                    )
                    raise Refused(INVALID_URL.because(reason, UNREACHABLE))
                return _read(response, deadline=deadline, max_bytes=max_bytes)
    except (requests.Timeout, ReadTimeoutError) as error:
        raise Refused(DOWNLOAD_TIMEOUT) from error
    except (requests.RequestException, HTTPError, ValueError) as error:
        raise Refused(NO_ANSWER) from error


def _read(response: requests.Response, *, deadline: float, max_bytes: int) -> bytes:
    """Return the body; raises ``Refused`` above the size or time limit.

    ``read1`` returns what has arrived instead of waiting for a full chunk, so the deadline
    also stops a server that sends single bytes. (urllib3 1.26 can only wait.)
    """
    data = bytearray()
    read = getattr(response.raw, "read1", response.raw.read)
    while chunk := read(CHUNK_BYTES):
        data += chunk
        if len(data) > max_bytes:
            raise Refused(file_too_large(max_bytes))
        if time.monotonic() > deadline:
            raise Refused(DOWNLOAD_TIMEOUT)
    return bytes(data)
