"""The files on disk: results, uploads and the signing secret."""

from __future__ import annotations

from pathlib import Path

from .file_store import FileStore
from .signed_urls import Signer
from .tasks import LIFE_SECONDS
from .uploads import LIFE_SECONDS as UPLOAD_LIFE_SECONDS
from .uploads import Uploads


class Storage:
    """Results and uploads, and the signer of their URLs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.signer = Signer(folder / "secret")
        self.results = FileStore(folder / "results", life_seconds=LIFE_SECONDS)
        self._uploaded = FileStore(folder / "uploads", life_seconds=UPLOAD_LIFE_SECONDS)
        self.uploads = Uploads(self._uploaded, signer=self.signer)

    def purge(self, *, now: float) -> None:
        self.results.purge(now=now)
        self._uploaded.purge(now=now)

    def clear(self) -> None:
        """Delete all files. Earlier URLs stay valid but find no file."""
        self.results.clear()
        self._uploaded.clear()
