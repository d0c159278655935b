"""Pictures on disk, and the signed addresses under which they can be fetched for a while."""

from __future__ import annotations

import base64
import hashlib
import hmac
import mimetypes
import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

RESULT_PATH = "/dashscope-result/"
ACCESS_KEY_ID = "OUTFITANYONESANDBOX"
PURGE_DELAY_SECONDS = 3600.0
"""Files outlive their addresses by this much, so that expiry is told from absence."""


class FileStore:
    """Files by key in one flat folder; their modification times are the sandbox's own.

    Names on disk are hashes of the keys, so no key can point anywhere else.
    """

    def __init__(self, folder: Path, *, life_seconds: float) -> None:
        self.life_seconds = life_seconds
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, key: str, data: bytes, *, now: float) -> bool:
        """False when the key is taken; existing files are never overwritten."""
        try:
            with self._path(key).open("xb") as file:
                file.write(data)
        except FileExistsError:
            return False
        os.utime(self._path(key), (now, now))
        return True

    def read(self, key: str, *, added_after: float = 0.0) -> bytes | None:
        """``None`` for a file that is not there or is older than asked for."""
        try:
            if self._path(key).stat().st_mtime <= added_after:
                return None
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def purge(self, *, now: float) -> None:
        last = now - self.life_seconds - PURGE_DELAY_SECONDS
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime <= last:
                    path.unlink()

    def clear(self) -> None:
        for path in self._folder.iterdir():
            path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


class Signer:
    """Signatures as the remote object store makes them, with a secret of the sandbox's own."""

    def __init__(self, secret_file: Path) -> None:
        """The secret lives as long as the files do, so addresses outlast a restart."""
        if not secret_file.exists():
            secret_file.write_text(secrets.token_hex(32), "ascii")
        self._secret = secret_file.read_text("ascii").encode()

    def sign(self, text: str) -> str:
        digest = hmac.digest(self._secret, text.encode("utf-8", "surrogatepass"), "sha1")
        return base64.b64encode(digest).decode()

    def verify(self, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.sign(text).encode(), signature.encode("utf-8", "replace"))

    def result_url(self, key: str, *, host_url: str, expires: int) -> str:
        query = {
            "Expires": expires,
            "OSSAccessKeyId": ACCESS_KEY_ID,
            "Signature": self.sign(f"{key}\n{expires}"),
        }
        return f"{host_url.rstrip('/')}{RESULT_PATH}{quote(key)}?{urlencode(query)}"

    def key_of(self, url: str) -> tuple[str, int] | None:
        """Key and expiry of an address made here, whatever host name it was fetched by."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if not parts.path.startswith(RESULT_PATH):
            return None
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        key = unquote(parts.path.removeprefix(RESULT_PATH))
        expires = query.get("Expires", "")
        if not self.verify(f"{key}\n{expires}", query.get("Signature", "")):
            return None
        return key, int(expires)


def content_type(key: str) -> str:
    return mimetypes.guess_type(key)[0] or "application/octet-stream"
