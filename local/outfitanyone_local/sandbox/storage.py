"""Everything the sandbox keeps on disk besides its tasks."""

from __future__ import annotations

from pathlib import Path

from .files import FileStore, Signer
from .tasks import LIFE_SECONDS
from .uploads import LIFE_SECONDS as UPLOAD_LIFE_SECONDS
from .uploads import Uploads


class Storage:
    """Results and uploads, and the secret that signs their addresses."""

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
        """Removes all files; addresses given out before stay valid, and lead to nothing."""
        self.results.clear()
        self._uploaded.clear()
