"""Charges: each billed call is recorded once, together with the job that it belongs to.

Each transaction here counts the image before it writes the job, always in this order, so that
no two of them wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, OperationalError

from django_outfitanyone.account import free_quota
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
    counts as one picture. Pictures that the free quota covers cost nothing.
    """
    images = images or 1

    def write() -> None:
        free = free_quota.take(job.account_id, remote_model, images)
        known = Charge.objects.of_task(job.account_id, task_id)
        if known:
            free_quota.give_back(job.account_id, remote_model, images)
            free = min(images, known.free_images)
        job.mark_collecting(
            image_count=images,
            cost=conf.price(remote_model) * (images - free),
            currency=conf.CURRENCY,
            **columns,
        )
        if not known:
            Charge.objects.record(job, remote_model=remote_model, task_id=task_id, free_images=free)

    _write_together(job, write)


def settle_unclear(parse: ClothesParse, **columns: Any) -> None:
    """Prepare a parse for another call, and record that the last one may be billed."""

    def write() -> None:
        free = free_quota.take(parse.account_id, conf.PARSING_MODEL, 1)
        parse.mark_preparing(**columns)
        Charge.objects.record_unclear(parse, free_images=free)

    _write_together(parse, write)


def charge_decision(parse: ClothesParse) -> None:
    """Charge an unclear call that a person is about to decide about, in the same transaction.

    The person cannot know either whether the call arrived: no task list shows parses.
    """
    if not ClothesParse.objects.needing_attention().filter(pk=parse.pk).exists():
        return
    free = free_quota.take(parse.account_id, conf.PARSING_MODEL, 1)
    if ClothesParse.objects.hold_unclear(parse):
        Charge.objects.record_unclear(parse, free_images=free)
    else:  # another person was faster
        free_quota.give_back(parse.account_id, conf.PARSING_MODEL, 1)


def _write_together(job: TryOnResult | ClothesParse, write: Callable[[], None]) -> None:
    """Move the job and write its charge in one transaction, retried while it cannot be written."""
    before = job.status
    is_repeated = False

    def attempt() -> None:
        nonlocal is_repeated
        if is_repeated and _is_written(job, before):
            return
        is_repeated = True
        job.undo_move(before)  # of a transaction that was rolled back
        with atomic():
            write()

    try:
        write_with_retries(attempt)
    except IntegrityError:  # the user who requested it was deleted at this moment
        write_with_retries(attempt)


def _is_written(job: TryOnResult | ClothesParse, before: str) -> bool:
    """Whether the transaction was committed, and only the database's confirmation was lost."""
    own = type(job)._default_manager.filter(pk=job.pk, lease_token=job.lease_token)
    return own.values_list("status", flat=True).first() not in {None, before}


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
