"""The file storage of a chaos round, which can be made to fail in all processes at once."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

OUTAGE, FAILURES = "storage-outage", "storage-failures.log"
"""Files: the first says when the outage ends; the second has a line for each failure."""


class StorageUnavailable(OSError):
    """The storage is away for a while."""


class FailingStorage(FileSystemStorage):
    """Stores files in a folder, and raises ``StorageUnavailable`` during an outage."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        _fail_during_outage("open")
        return super()._open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        _fail_during_outage("save")
        return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        _fail_during_outage("delete")
        super().delete(name)


def _fail_during_outage(call: str) -> None:
    folder = Path(os.environ["BENCH_FOLDER"])
    try:
        is_over = time.time() >= float((folder / OUTAGE).read_text())
    except FileNotFoundError:
        return
    if not is_over:
        with (folder / FAILURES).open("a") as file:
            file.write(f"{call}\n")
        raise StorageUnavailable(f"The storage cannot {call} a file.")
