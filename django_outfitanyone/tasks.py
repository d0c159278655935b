"""What queues call, by dotted path and without arguments."""

from __future__ import annotations

from django_outfitanyone import cleaning, poller, scheduling
from django_outfitanyone.conf import conf


def clean() -> None:
    """Remove what the shop's rules say; to be scheduled once a day, see ``cleaning``."""
    cleaning.clean()


def poll() -> None:
    """Advance all open work for a while; ring again while there is more."""
    if scheduling.is_synchronous():
        poller.run(budget=0)  # inside somebody's request: one pass, no sleep, no further ring
    elif poller.run(budget=conf.RUN_BUDGET):
        scheduling.ring()
