"""What queues call, by dotted path and without arguments."""

from __future__ import annotations

from django_outfitanyone import wakeup
from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics import cleanup
from django_outfitanyone.worker import runner


def clean() -> None:
    """Remove what the shop's rules say; to be scheduled once a day, see ``cleaning``."""
    cleanup.clean()


def poll() -> None:
    """Advance all open work for a while; ring again while there is more."""
    if wakeup.is_synchronous():
        runner.run(budget=0)  # inside somebody's request: one pass, no sleep, no further ring
    elif runner.run(budget=conf.RUN_BUDGET):
        wakeup.ring()
