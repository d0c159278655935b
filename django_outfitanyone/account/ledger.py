"""Charges: each billed answer is recorded once, together with the job that it belongs to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, OperationalError

from django_outfitanyone.conf import conf
from django_outfitanyone.models import Charge, ClothesParse, TryOnResult
from django_outfitanyone.models.database import atomic, connection

PAUSES = (0.1, 0.5, 1, 2, 4, 0)
"""Seconds between the attempts to store an answer that cannot be requested again."""


def settle(
    job: TryOnResult | ClothesParse,
    *,
    remote_model: str,
    images: int,
    task_id: str | None = None,
    **columns: Any,
) -> None:
    """Record that the engine has answered and will bill the answer.

    Row and charge are written in one transaction. An answer without a number of pictures
    counts as one picture.
    """
    images = images or 1
    before = job.status

    def write() -> None:
        job.undo_move(before)  # of a transaction that was rolled back
        with atomic():
            job.mark_collecting(
                image_count=images,
                cost=conf.price(remote_model) * images,
                currency=conf.CURRENCY,
                **columns,
            )
            Charge.objects.record(job, remote_model=remote_model, task_id=task_id)

    try:
        write_with_retries(write)
    except IntegrityError:  # the user who requested it was deleted at this moment
        write_with_retries(write)


def write_with_retries(write: Callable[[], None]) -> None:
    """Retry a write for some seconds while the database is unavailable."""
    for pause in PAUSES:
        try:
            write()
        except OperationalError:  # noqa: PERF203
            if not pause or connection().in_atomic_block:
                raise
            connection().close()
            time.sleep(pause)
        else:
            return
