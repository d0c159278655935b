"""Queries of the round itself, which must survive outages of the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def retry_database(query: Callable[[], T]) -> T:
    """Return the result of ``query``, repeated until database and storage are available."""
    from django.db import InterfaceError, OperationalError

    from benchmarks.chaos.storage import StorageUnavailable

    while True:
        try:
            return query()
        except (OperationalError, InterfaceError):  # noqa: PERF203
            reconnect()
        except StorageUnavailable:
            time.sleep(0.2)


def reconnect() -> None:
    """Give up a connection that an outage has broken."""
    from django.db import connection

    connection.close()
    time.sleep(0.2)


def is_work_under_way() -> bool:
    """Whether a runner is alive, and unfinished try-ons are waiting for it."""
    from django.utils import timezone

    from django_outfitanyone.models import Account, TryOnResult

    def is_alive() -> bool:
        running = Account.objects.filter(runner_expires_at__gt=timezone.now())
        return running.exists() and TryOnResult.objects.open().exists()

    return retry_database(is_alive)
