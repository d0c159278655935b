"""Files on disk by key, with a limited life."""

from __future__ import annotations

import hashlib
import mimetypes
import os
from contextlib import suppress
from pathlib import Path

INPUT_SCHEME = "input:"
"""Of pictures that came inside a request and are stored until its task has run."""
PURGE_DELAY_SECONDS = 3600.0
"""Files outlive their URLs by this much, so that an expired URL is not "not found"."""


class FileStore:
    """Files by key in one flat folder; modification times follow the sandbox's clock.

    Names on disk are hashes of the keys, so that no key can leave the folder.
    """

    def __init__(self, folder: Path, *, life_seconds: float) -> None:
        self.life_seconds = life_seconds
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, key: str, data: bytes, *, now: float) -> bool:
        """Write a file; return false, and write nothing, if the key exists."""
        try:
            with self._path(key).open("xb") as file:
                file.write(data)
        except FileExistsError:
            return False
        os.utime(self._path(key), (now, now))
        return True

    def read(self, key: str, *, added_after: float = 0.0) -> bytes | None:
        """Return the file; ``None`` if it is missing or not newer than ``added_after``."""
        try:
            if self._path(key).stat().st_mtime <= added_after:
                return None
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def purge(self, *, now: float) -> None:
        """Delete expired files."""
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


def content_type(key: str) -> str:
    return mimetypes.guess_type(key)[0] or "application/octet-stream"
