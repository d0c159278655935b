"""The tasks that queues and schedules run, by dotted path and without arguments."""

from __future__ import annotations

from django_outfitanyone import wakeup
from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics import cleanup
from django_outfitanyone.worker.turns import take_turns, waiting_accounts


def clean() -> None:
    """Delete what the retention settings name; schedule it once a day."""
    cleanup.clean()


def poll() -> None:
    """Advance the accounts with open work for a while; ask for another run if there is more.

    Accounts that other workers advance are left to them.
    """
    if wakeup.is_synchronous():
        take_turns(budget=0)  # inside a request: one pass, no sleep, no further wakeup
        return
    wakeup.wake_later()
    if take_turns(budget=conf.RUN_BUDGET):
        wakeup.wake_again()


def watch() -> None:
    """Poll, as the watchdog does every minute, with a worker for each idle account."""
    for _account in waiting_accounts()[1:]:
        wakeup.wake_again()
    poll()
