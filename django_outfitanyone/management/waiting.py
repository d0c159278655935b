"""Advance a job until it has finished, and print its progress."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.core.management.base import OutputWrapper

from django_outfitanyone.jobs.parse import hotspots_follow
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.worker.turns import take_turns

SLICE = 1.0
"""Seconds of work between two reads of the job."""


def wait_for(
    job: RemoteJob, *, progress: OutputWrapper, seconds: float, clock: Callable[[], float]
) -> None:
    """Act as the runner in this process until the job has finished or time is up.

    A try-on that has succeeded gets its hotspots too.

    Safe beside a running worker: only one process at a time is the runner of an account.
    """
    started = clock()
    line = _Line(progress)
    while not _has_ended(job) and clock() - started < seconds:
        take_turns(budget=SLICE)
        job.refresh_from_db()
        line.show(_describe(job), clock() - started)
        if not _has_ended(job):
            job.account.refresh_from_db()
            if job.account.is_stopped:
                break
            time.sleep(0.2)
    line.end()


def _has_ended(job: RemoteJob) -> bool:
    """Whether nothing more is expected, not even hotspots."""
    return job.is_finished and not (isinstance(job, TryOnResult) and hotspots_follow(job))


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
