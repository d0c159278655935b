"""Renews the leases of a runner and of its jobs while steps take long.

A runner renews its own lease between two steps. During a step that waits for a slow engine,
such as a submit of half a minute or a download of a minute, a thread does it.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from django_outfitanyone.models.database import connection
from django_outfitanyone.wakers.time_limit import task_timeout
from django_outfitanyone.worker import lease

if TYPE_CHECKING:
    from django_outfitanyone.models import Account
    from django_outfitanyone.models.remote_job import RemoteJob

RENEWAL_INTERVAL = 3.0
"""Seconds between two renewals by the runner itself; the rows are fenced besides."""
SLOW_SECONDS = 5.0
"""After this time without a renewal, the thread renews; well below ``lease.DURATION``."""


@dataclass(eq=False)
class _Held:
    """A leased job; the token is that of its claim, whatever happens to the job later."""

    job: RemoteJob
    token: str
    since: float = field(default_factory=time.monotonic)


class LeaseKeeper:
    """Keeps the lease of a runner, and the leases of the jobs that it holds.

    A step that lasts longer than a task may is stuck: its leases expire.
    """

    def __init__(self, account: Account, token: str) -> None:
        self._account = account
        self._lease = account.settings.lease()
        self._token = token
        self._held: dict[int, _Held] = {}
        self._lock = threading.Lock()
        self._seen_at = time.monotonic()
        self._renewed_at = 0.0
        self._is_ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="try-on leases", daemon=True)

    def renew(self) -> bool:
        """Stay the runner; return False if another one has the lease. Called between steps."""
        self._seen_at = time.monotonic()
        if self._seen_at < self._renewed_at + RENEWAL_INTERVAL:
            return True
        return self._renew()

    def hold(self, job: RemoteJob) -> None:
        """Keep the lease of this job until ``let_go``."""
        with self._lock:
            self._held[id(job)] = _Held(job, job.lease_token)

    def let_go(self, job: RemoteJob) -> None:
        with self._lock:
            self._held.pop(id(job), None)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread, if it was started."""
        self._is_ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._is_ended.wait(self._interval):
            self._renew_now_or_later()
        connection().close()

    def _renew_now_or_later(self) -> None:
        try:
            self.renew_slow()
        except (DatabaseError, InterfaceError):
            connection().close()  # the next time may succeed

    def renew_slow(self) -> None:
        """Renew what was not renewed for some time, unless its step is stuck."""
        now, patience = time.monotonic(), task_timeout()
        if self._renewed_at + self._interval <= now < self._seen_at + patience:
            self._renew()
        with self._lock:
            held = [one for one in self._held.values() if now < one.since + patience]
        for one in held:
            if one.since + self._interval <= now:
                ends_at = timezone.now() + self._lease
                rows = type(one.job)._default_manager.filter(pk=one.job.pk, lease_token=one.token)
                # a slow submit has a longer one already
                rows.filter(lease_expires_at__lt=ends_at).update(lease_expires_at=ends_at)

    @property
    def _interval(self) -> float:
        return min(SLOW_SECONDS, self._lease.total_seconds() / 4)

    def _renew(self) -> bool:
        now = time.monotonic()
        is_kept = lease.renew(self._account, self._token)
        if is_kept:
            self._renewed_at = now
        return is_kept
