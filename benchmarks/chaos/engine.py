"""The engine that the workers of a chaos round use: it can freeze its own process."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django_outfitanyone.engines.base import ParseReport, Picture, TaskReport, TryOnOrder
from django_outfitanyone.engines.dashscope import OutfitAnyone

RUNNER, FREEZE, FROZEN = "runner.pid", "freeze", "frozen.log"
"""Files: who built the last engine; a request to freeze, with its seconds; what was frozen."""


class FreezableEngine(OutfitAnyone):
    """OutfitAnyone, frozen on request between the record of a paid request and the request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._folder = Path(os.environ["BENCH_FOLDER"])
        part = self._folder / f"{RUNNER}-{os.getpid()}"
        part.write_text(str(os.getpid()))
        part.replace(self._folder / RUNNER)

    def submit(self, order: TryOnOrder, *, key: str = "") -> TaskReport:
        self._freeze_if_requested()
        return super().submit(order, key=key)

    def parse(self, picture: Picture, clothes_types: Sequence[str], *, model: str) -> ParseReport:
        self._freeze_if_requested()
        return super().parse(picture, clothes_types, model=model)

    def _freeze_if_requested(self) -> None:
        mine = self._folder / f"{FREEZE}-{os.getpid()}"
        with suppress(FileNotFoundError):
            (self._folder / FREEZE).rename(mine)  # only one process can do that
            seconds = float(mine.read_text())
            with (self._folder / FROZEN).open("a") as file:
                file.write(f"{time.time()} {seconds}\n")
            thaw = f"sleep {seconds}; kill -CONT {os.getpid()}"
            subprocess.Popen(["/bin/sh", "-c", thaw])
            os.kill(os.getpid(), signal.SIGSTOP)
