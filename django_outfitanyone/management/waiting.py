"""Advance a job until it has finished, and print its progress."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.core.management.base import OutputWrapper

from django_outfitanyone.models import Account
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.worker import runner

SLICE = 1.0
"""Seconds of work between two reads of the job."""


def wait_for(
    job: RemoteJob, *, progress: OutputWrapper, seconds: float, clock: Callable[[], float]
) -> None:
    """Act as the runner in this process until the job has finished or time is up.

    Safe beside a running worker: only one process at a time is the runner.
    """
    started = clock()
    line = _Line(progress)
    while not job.is_finished and clock() - started < seconds:
        runner.run(budget=SLICE)
        job.refresh_from_db()
        line.show(_describe(job), clock() - started)
        if Account.current().is_stopped and not job.is_finished:
            break
        if not job.is_finished:
            time.sleep(0.2)
    line.end()


def _describe(job: RemoteJob) -> str:
    error = f": {job.error_message}" if job.error_message and not job.is_finished else ""
    return f"{job.get_status_display()}{error}"


class _Line:
    """A line that is overwritten on a terminal; elsewhere, a new line for each change."""

    def __init__(self, stream: OutputWrapper) -> None:
        self.stream = stream
        self.last = ""

    def show(self, text: str, seconds: float) -> None:
        if self.stream.isatty():
            self.stream.write(f"\r\x1b[K{text} ({seconds:.0f} s)", ending="")
            self.stream.flush()
        elif text != self.last:
            self.stream.write(text)
        self.last = text

    def end(self) -> None:
        if self.stream.isatty():
            self.stream.write("\r\x1b[K", ending="")
