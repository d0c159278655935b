"""The files on disk: results, uploads, inputs and the signing secret."""

from __future__ import annotations

import uuid
from pathlib import Path

from .file_store import INPUT_SCHEME, FileStore
from .signed_urls import Signer
from .tasks import LIFE_SECONDS
from .uploads import LIFE_SECONDS as UPLOAD_LIFE_SECONDS
from .uploads import Uploads


class Storage:
    """Results, uploads, pictures that came inside requests, and the signer of URLs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.signer = Signer(folder / "secret")
        self.results = FileStore(folder / "results", life_seconds=LIFE_SECONDS)
        self.inputs = FileStore(folder / "inputs", life_seconds=LIFE_SECONDS)
        self._uploaded = FileStore(folder / "uploads", life_seconds=UPLOAD_LIFE_SECONDS)
        self.uploads = Uploads(self._uploaded, signer=self.signer)

    def keep_input(self, data: bytes, *, now: float) -> str:
        """Store a picture that came inside a request, and return the URL that an outfit names."""
        url = f"{INPUT_SCHEME}{uuid.uuid4()}"
        self.inputs.add(url, data, now=now)
        return url

    def purge(self, *, now: float) -> None:
        self.results.purge(now=now)
        self.inputs.purge(now=now)
        self._uploaded.purge(now=now)

    def clear(self) -> None:
        """Delete all files. Earlier URLs stay valid but find no file."""
        self.results.clear()
        self.inputs.clear()
        self._uploaded.clear()
