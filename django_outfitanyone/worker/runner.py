"""Many steps: the runner that advances every due row of the account, one runner at a time.

However many remote tasks wait, one worker in the whole fleet is busy with them, in
slices of some seconds; with nothing open, none is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from django_outfitanyone.account import rate_limits
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.models import Account
from django_outfitanyone.worker import queue
from django_outfitanyone.worker.steps import advance
from django_outfitanyone.worker.thread_pool import (
    DATABASE_AWAY,
    HANDS,
    Crew,
    can_be_shared,
    log_database_fault,
)

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Provider

logger = logging.getLogger("django_outfitanyone")

LONGEST_NAP = 0.5
SHORTEST_NAP = 0.001
HANDOVER = timedelta(seconds=0.6)
"""What it takes from the end of one run to the start of the next."""
LEASE_KEPT_EVERY = 1.0
NEAR = timedelta(seconds=0.05)
LONGEST_DELAY = 0.25
"""A look so near keeps slow work from being begun, but not for longer than this in seconds."""


def run(*, budget: float) -> bool:
    """Advance whatever is due for ``budget`` seconds; whether there will be more to do soon.

    Returns at once when another runner is at work, and as soon as nothing is open.
    A budget of 0 makes one pass.
    """
    account = Account.current()
    token = rate_limits.take_runner_lease(account)
    if not token:
        return False
    try:
        with closing(conf.load_provider()) as provider:
            crew = Crew(provider) if budget and can_be_shared() else None
            try:
                return _Runner(account, token, provider, crew).run(budget)
            finally:
                if crew:
                    crew.dismiss()
    except ConfigurationError as error:
        logger.error(  # noqa: TRY400 - the message says it all
            "Nothing can be submitted: %s", error, extra={"event": "not_configured"}
        )
        return False
    finally:
        with suppress(*DATABASE_AWAY):  # then the lease ends by itself
            rate_limits.give_up_runner_lease(account, token)


class _Runner:
    """The holder of the account's runner lease, at work."""

    def __init__(self, account: Account, token: str, provider: Provider, crew: Crew | None) -> None:
        self._account = account
        self._token = token
        self._provider = provider
        self._crew = crew
        self._kept_at = 0.0
        self._is_ending = False
        self._patient_at = 0.0
        self._next_due_at: datetime | None = None

    def run(self, budget: float) -> bool:
        """Whether there will be more to do soon."""
        end = time.monotonic() + budget
        while True:
            try:
                more = self._turn(end, quiet_end=end - budget / 4)
            except DATABASE_AWAY as error:
                log_database_fault(error)
                more = True if time.monotonic() >= end else None
                self._wait_for_database()
            if more is not None:
                return more

    def _turn(self, end: float, *, quiet_end: float) -> bool | None:
        """Work and rest once; at the end, whether there will be more to do soon.

        Towards the end nothing slow is begun any more, but as long as the crew has not
        finished, the slots are looked after.
        """
        if not self._is_still_mine():
            return False
        self._next_due_at = None
        worked = self._work_on(queue.urgent(self._account))
        if not (self._is_ending or self._should_wait_for_slot()):
            worked = self._work_patiently() or worked
        if worked:
            self._next_due_at = timezone.now()
        is_busy = self._crew is not None and self._crew.is_busy
        if not is_busy and not self._is_more_soon():
            return False
        now = time.monotonic()
        self._is_ending |= now >= end or (now >= quiet_end and _is_quiet(self._next_due_at))
        if self._is_ending and not is_busy:
            return self._is_more_soon()
        if not worked:
            self._nap()
        return None

    def _should_wait_for_slot(self) -> bool:
        """Whether a slot that somebody waits for is about to fall free.

        Then nothing slow is begun for a moment: it would only be in the way.
        """
        now = time.monotonic()
        due_at = self._next_due_at
        is_near = due_at is not None and due_at < timezone.now() + NEAR
        if is_near and now < self._patient_at + LONGEST_DELAY:
            return queue.is_slot_wanted(self._account)
        self._patient_at = now
        return False

    def _work_patiently(self) -> bool:
        """Begin what is slow; whether anything was done here.

        The crew does not count: it says when it has finished. Without one it is seen in
        between whether a task has ended and which waits for its slot: an empty slot costs
        more than anything else.
        """
        worked = False
        for item in queue.patient(self._account):
            if self._crew and item.kind in HANDS:
                for job in self._claim(item, limit=min(item.room, self._crew.room(item.kind))):
                    self._crew.give(item.kind, job)
            elif self._work_on([queue.Item(item.kind, item.queue, min(1, item.room))]):
                self._work_on(queue.urgent(self._account))
                worked = True
        return worked

    def _work_on(self, items: Iterable[queue.Item]) -> bool:
        """Advance rows one after the other; whether there were any."""
        worked = False
        for item in items:
            for job in self._claim(item, limit=item.room):
                if not self._is_still_mine():
                    return worked
                job.account = self._account
                advance(job, self._provider)
                worked = True
        return worked

    def _claim(self, item: queue.Item, *, limit: int) -> list[Any]:
        """Take what is due, and remember when the first of what is not due yet will be."""
        now = timezone.now()
        first = item.queue.first_free(max(0, limit))
        due = [pk for pk, due_at in first if due_at <= now]
        if len(due) < len(first):
            later = first[len(due)][1]
            self._next_due_at = min(self._next_due_at or later, later)
        return item.queue.take(due, lease=conf.lease)

    def _is_still_mine(self) -> bool:
        """Whether nobody else has taken over; rows are fenced, so now and then is enough."""
        now = time.monotonic()
        if now < self._kept_at + LEASE_KEPT_EVERY:
            return True
        self._kept_at = now
        return rate_limits.keep_runner_lease(self._account, self._token)

    def _is_more_soon(self) -> bool:
        """Whether it is worth waiting for what comes next, also of what was not looked at."""
        return queue.is_soon(self._next_due_at) or queue.is_soon(queue.next_due_at(self._account))

    def _nap(self) -> None:
        """Sleep until something is due, but never long: somebody may ask for something."""
        due_at = self._next_due_at
        wait = (due_at - timezone.now()).total_seconds() if due_at else LONGEST_NAP
        seconds = min(max(wait, SHORTEST_NAP), LONGEST_NAP)
        if self._crew:
            self._crew.wait(seconds)
        else:
            time.sleep(seconds)

    def _wait_for_database(self) -> None:
        if not connection.in_atomic_block:
            connection.close()
        time.sleep(LONGEST_NAP)


def _is_quiet(moment: datetime | None) -> bool:
    """Whether the next runner can take over before anything is due."""
    return moment is not None and moment > timezone.now() + HANDOVER
