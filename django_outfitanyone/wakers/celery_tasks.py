"""The tasks that Celery runs, under the names of the functions of ``tasks.py``."""

from __future__ import annotations

from celery import Task, shared_task
from django.utils.module_loading import import_string

from django_outfitanyone.wakers.base import CLEAN, POLL, WATCH
from django_outfitanyone.wakers.time_limit import task_timeout

SPARE_SECONDS = 30
"""How much later Celery kills a run that its first limit has not ended."""


class Run(Task):  # type: ignore[misc]
    """A run of the worker; it has limits of its own, because a shop's may be too short."""

    ignore_result = True

    @property
    def soft_time_limit(self) -> int:
        """Seconds after which Celery raises an exception in the task."""
        return task_timeout()

    @property
    def time_limit(self) -> int:
        """Seconds after which Celery kills the process."""
        return task_timeout() + SPARE_SECONDS


@shared_task(base=Run, name=POLL)  # type: ignore[untyped-decorator,unused-ignore]
def poll() -> None:
    import_string(POLL)()


@shared_task(base=Run, name=WATCH)  # type: ignore[untyped-decorator,unused-ignore]
def watch() -> None:
    import_string(WATCH)()


@shared_task(name=CLEAN, ignore_result=True)  # type: ignore[untyped-decorator,unused-ignore]
def clean() -> None:
    import_string(CLEAN)()
