"""An app that logs each status change of a row, and counts the statements of the clusters."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class EventLog(AppConfig):
    name = "benchmarks"
    label = "benchmarks"

    def ready(self) -> None:
        from django_outfitanyone.signals import status_changed

        if "BENCH_EVENTS" in os.environ:
            status_changed.connect(log_event)
        if "BENCH_COUNT" in os.environ:
            connection_created.connect(count_statements)


def count_statements(*, connection: Any, **_: Any) -> None:
    """Append one byte to a file for each statement; the file's size is their number."""
    if _count_one not in connection.execute_wrappers:  # the connection was opened again
        connection.execute_wrappers.append(_count_one)


def _count_one(execute: Any, *arguments: Any) -> Any:
    with Path(f"{os.environ['BENCH_EVENTS']}.statements").open("ab") as file:
        file.write(b".")
    return execute(*arguments)


def log_event(*, job: Any, new: str, **_: Any) -> None:
    line = {"model": job._meta.model_name, "pk": job.pk, "status": str(new), "at": time.time()}
    with Path(os.environ["BENCH_EVENTS"]).open("a") as file:
        file.write(json.dumps(line) + "\n")
