"""An app that logs each status change of a row, to be compared with the sandbox's times."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from django.apps import AppConfig


class EventLog(AppConfig):
    name = "benchmarks"
    label = "benchmarks"

    def ready(self) -> None:
        from django_outfitanyone.signals import status_changed

        if "BENCH_EVENTS" in os.environ:
            status_changed.connect(log_event)


def log_event(*, job: Any, new: str, **_: Any) -> None:
    line = {"model": job._meta.model_name, "pk": job.pk, "status": str(new), "at": time.time()}
    with Path(os.environ["BENCH_EVENTS"]).open("a") as file:
        file.write(json.dumps(line) + "\n")
