"""Charges: each billed call is recorded once, together with the job that it belongs to.

Each transaction here counts the image before it writes the job, always in this order, so that
no two of them wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol

from django.db import IntegrityError, OperationalError

from django_outfitanyone.account import free_quota
from django_outfitanyone.account.prices import price_of
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
    cost: Decimal | None = None,
    **columns: Any,
) -> None:
    """Record that the engine has answered and will bill the answer.

    Row and charge are written in one transaction. An answer without a number of pictures
    counts as one picture. Pictures that the free quota covers cost nothing. ``cost`` is what
    the engine itself says, instead of the price. What earlier stages cost stays on the row.
    An engine without a currency is free: its pictures have no charge.

    Hardly any task has a charge already, so the first attempt does not query it. If there is
    one, a unique constraint refuses the write, and the second attempt finds it.
    """
    images = images or 1
    engine = conf.engine(job.account_id)

    def write(*, is_repeated: bool) -> None:
        free = free_quota.take(job.account_id, remote_model, images)
        is_second_look = is_repeated or not engine.currency
        known = Charge.objects.of_task(job.account_id, task_id) if is_second_look else None
        if known:
            free_quota.give_back(job.account_id, remote_model, images)
            free = min(images, known.free_images)
        price = price_of(job, remote_model=remote_model, images=images - free)
        earlier_images, earlier_cost = job.paid_before
        is_counted = known is not None and earlier_images > 0
        amount = price if cost is None else cost
        job.mark_collecting(
            image_count=earlier_images + (0 if is_counted else images),
            cost=earlier_cost + (0 if is_counted else amount),
            currency=engine.currency,
            **columns,
        )
        if not known and engine.currency:
            Charge.objects.record(
                job,
                remote_model=remote_model,
                images=images,
                amount=amount,
                task_id=task_id,
                free_images=free,
            )

    _write_together(job, write)


def settle_unclear(parse: ClothesParse, **columns: Any) -> None:
    """Prepare a parse for another call, and record that the last one may be billed."""

    def write(*, is_repeated: bool) -> None:  # noqa: ARG001
        free = free_quota.take(parse.account_id, parse.called_model, 1)
        parse.mark_preparing(**columns)
        _record_unclear(parse, free_images=free)

    _write_together(parse, write)


def charge_decision(parse: ClothesParse) -> None:
    """Charge an unclear call that a person is about to decide about, in the same transaction.

    The person cannot know either whether the call arrived: no task list shows parses.
    """
    if not ClothesParse.objects.needing_attention().filter(pk=parse.pk).exists():
        return
    free = free_quota.take(parse.account_id, parse.called_model, 1)
    if ClothesParse.objects.hold_unclear(parse):
        parse.read_requester()
        _record_unclear(parse, free_images=free)
    else:  # another person was faster
        free_quota.give_back(parse.account_id, parse.called_model, 1)


def _record_unclear(parse: ClothesParse, *, free_images: int) -> None:
    """Charge what the call was expected to cost when it was sent."""
    price = parse.expected_cost
    if price is None:  # sent by an older version, which stored neither
        price = price_of(parse, remote_model=parse.called_model)
        parse.currency = parse.engine_settings.currency if parse.engine_settings else ""
    Charge.objects.record_unclear(
        parse,
        remote_model=parse.called_model,
        amount=price * (1 - free_images),
        free_images=free_images,
    )


class _Write(Protocol):
    def __call__(self, *, is_repeated: bool) -> None: ...


def _write_together(job: TryOnResult | ClothesParse, write: _Write) -> None:
    """Move the job and write its charge in one transaction, retried while it cannot be written."""
    before = job.place
    is_repeated = False

    def attempt() -> None:
        nonlocal is_repeated
        if is_repeated and _is_written(job, before["status"]):
            return
        job.undo_move(before)  # of a transaction that was rolled back
        if is_repeated:
            job.read_requester()
        was_repeated, is_repeated = is_repeated, True
        with atomic():
            write(is_repeated=was_repeated)

    try:
        write_with_retries(attempt)
    except IntegrityError:  # the task has a charge, or the user who requested it was deleted
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
