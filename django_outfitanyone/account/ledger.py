"""Writing down that something was paid, once, together with what it was paid for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection, transaction

from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Charge, ClothesParse, TryOnResult

PAUSES = (0.1, 0.5, 1, 2, 4, 0)
"""Seconds between the attempts to write what cannot be had again; the last one may fail."""


def settle(
    job: TryOnResult | ClothesParse,
    *,
    remote_model: str,
    images: int,
    task_id: str | None = None,
    **columns: Any,
) -> None:
    """Write down that the answer is there and will be billed.

    Row and ledger learn it in one transaction, or neither does. An answer that gives no
    number of pictures was billed for one: it exists.
    """
    images = images or 1
    before = job.status

    def write() -> None:
        job.status = before  # a transaction that was rolled back has left its traces here
        with transaction.atomic():
            job.move(
                Status.COLLECTING,
                image_count=images,
                cost=conf.price(remote_model) * images,
                currency=conf.CURRENCY,
                **columns,
            )
            Charge.objects.record(job, remote_model=remote_model, task_id=task_id)

    insist(write)


def insist(write: Callable[[], None]) -> None:
    """Write although the database is away for some seconds: what is in hand cannot be had again."""
    for pause in PAUSES:
        try:
            write()
        except OperationalError:  # noqa: PERF203
            if not pause or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
        else:
            return
