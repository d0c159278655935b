"""The tasks that queues and schedules run, by dotted path and without arguments."""

from __future__ import annotations

from django_outfitanyone import wakeup
from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics import cleanup
from django_outfitanyone.worker import runner


def clean() -> None:
    """Delete what the retention settings name; schedule it once a day."""
    cleanup.clean()


def poll() -> None:
    """Advance all open jobs for a while, and wake the worker again while there are more."""
    if wakeup.is_synchronous():
        runner.run(budget=0)  # inside a request: one pass, no sleep, no further wakeup
    elif runner.run(budget=conf.RUN_BUDGET):
        wakeup.wake()
