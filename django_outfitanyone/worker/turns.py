"""Which accounts a worker advances, one after the other.

A message in the queue names no account: it asks for a worker. The worker takes the accounts
that no other worker runs, the one that has waited longest first, and gives each its share of
the time. So several workers advance several accounts side by side, one worker serves all in
turns, and an account that always has work delays no other for longer than a share.
"""

from __future__ import annotations

import time

from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.jobs.batch_changes import apply_changes
from django_outfitanyone.models import Account
from django_outfitanyone.models.idle_accounts import idle_accounts, record_worker
from django_outfitanyone.worker import runner
from django_outfitanyone.worker.fallback import fall_back
from django_outfitanyone.worker.finished_batches import announce_finished_batches
from django_outfitanyone.worker.queue import SOON
from django_outfitanyone.worker.stop import is_stopping
from django_outfitanyone.worker.thread_pool import DATABASE_ERRORS, log_database_error

LEAST = 1.0
"""Seconds that the accounts get, however much there is to apply."""
CHECK_SECONDS = 1.0
"""Seconds between two checks whether another account waits."""


def take_turns(*, budget: float) -> bool:
    """Advance the accounts with open work for ``budget`` seconds together.

    Returns whether more will be due soon. With a budget of 0, each account gets one pass.
    What was changed about whole batches is applied first; batches that are finished are announced.
    """
    end = time.monotonic() + budget
    more = _apply_changes(budget / 2)
    more |= _advance_accounts(max(LEAST, end - time.monotonic()) if budget else 0)
    announce_finished_batches()
    return more


def _apply_changes(seconds: float) -> bool:
    try:
        return apply_changes(seconds=seconds)
    except DATABASE_ERRORS as error:  # the try-ons of others must not wait for it
        log_database_error(error)
        return True


def _advance_accounts(budget: float) -> bool:
    end = time.monotonic() + budget
    more, seen = fall_back(), set[str]()
    while waiting := [one for one in waiting_accounts() if one.pk not in seen]:
        left = end - time.monotonic()
        if budget and (left <= 0 or is_stopping()):
            return True
        account = waiting[0]
        seen.add(account.pk)
        share = max(0.0, left) / len(waiting) if budget else 0
        more |= runner.run(account, budget=share, should_yield=_Others(account))
        more |= fall_back()  # the account may have been stopped meanwhile
    if not seen:
        record_worker()
    return more


def waiting_accounts() -> list[Account]:
    """Return the accounts with work that is due soon and no runner, the longest idle first."""
    return list(idle_accounts(due_until=timezone.now() + SOON))


def _is_another_due(account: Account) -> bool:
    if len(conf.engines) == 1:
        return False
    return bool(idle_accounts(due_until=timezone.now()).exclude(pk=account.pk).exists())


class _Others:
    """Whether another account has due work that no worker advances; asks now and then only."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._asked_at = 0.0
        self._answer = False

    def __call__(self) -> bool:
        now = time.monotonic()
        if now >= self._asked_at + CHECK_SECONDS:
            self._asked_at = now
            self._answer = _is_another_due(self._account)
        return self._answer
