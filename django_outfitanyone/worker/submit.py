"""The steps of a try-on up to the paid request, which is sent only once.

Each step returns when the next one is due, ``None`` for never.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account import rate_limits
from django_outfitanyone.account.ledger import write_with_retries
from django_outfitanyone.engines.base import RefineOrder, TaskReport, TryOnOrder
from django_outfitanyone.exceptions import (
    APIError,
    LeaseLost,
    OutcomeUnknown,
    RequestNotSent,
    RequestRefused,
)
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.remote_job import answer_columns
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.worker.kept_half import delay_for, kept_garment, parse_for
from django_outfitanyone.worker.poll_schedule import schedule_for
from django_outfitanyone.worker.reuse import finished_duplicate, has_earlier_duplicate, reuse
from django_outfitanyone.worker.uploads import Delivery, addresses_of, drop_uploads

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

logger = logging.getLogger("django_outfitanyone")

RECHECK_DELAY = timedelta(seconds=2)
"""While an identical request is open."""


def start(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Step: reuse an identical finished result, or prepare a new one."""
    _check_inputs(try_on)
    if not try_on.force_new:
        duplicate = finished_duplicate(try_on)
        if duplicate:
            reuse(duplicate, for_row=try_on)
            return None
        if has_earlier_duplicate(try_on):
            return timezone.now() + RECHECK_DELAY
    try_on.mark_preparing()
    return prepare(try_on, engine)


def prepare(try_on: TryOnResult, engine: Engine) -> datetime:
    """Step: upload the pictures; once that is done and a slot is free, submit."""
    _check_inputs(try_on)
    if try_on.keep:
        parse = parse_for(try_on)
        if not parse.has_succeeded:
            return timezone.now() + delay_for(parse, try_on)
    addresses = _addresses(try_on, _inputs(try_on), engine)
    if not try_on.is_prepared:
        try_on.write(is_prepared=True)
        return timezone.now()
    return submit(try_on, addresses, engine)


def submit(try_on: TryOnResult, addresses: dict[str, str], engine: Engine) -> datetime:
    """Send the paid request once, if a slot, the rate limit and the budget admit it.

    The row becomes ``submitting`` before the request leaves this machine. It goes back to
    ``preparing`` only if an answer proves that no task was created, or if nothing was sent,
    for example because the process was frozen meanwhile. After anything else it stays
    ``submitting``, and ``reconcile`` finds out what happened.
    """
    slots = rate_limits.free_slots(try_on.account)
    if not slots:
        return timezone.now()
    retry_at = rate_limits.admit(try_on, remote_model=try_on.remote_model, slot=slots[0])
    if retry_at:
        return retry_at
    try:
        report = _send(try_on, addresses, engine)
    except OutcomeUnknown as error:
        try_on.write(error_code=error.code, error_message=error.message)
        return timezone.now()
    except (RequestNotSent, APIError):
        try_on.mark_preparing(submitted_at=None)
        raise
    _record_task(try_on, report)
    return schedule_for(try_on).next_poll_at(try_on)


def _check_inputs(try_on: TryOnResult) -> None:
    """Refuse a try-on whose pictures are no longer those that were requested and priced."""
    if fingerprint_of(try_on) != try_on.fingerprint:
        raise RequestRefused(
            _(
                "A garment or the model photo was changed or deleted after this try-on was "
                "requested. Request it again."
            ),
            code="InputChanged",
        )


def renew_uploads(try_on: TryOnResult) -> bool:
    """Drop the uploads of this try-on's pictures; return False if there were none."""
    hashes = {picture.sha256 for picture in _inputs(try_on).values()}
    return drop_uploads(hashes, remote_model=try_on.remote_model, account=try_on.account)


def _inputs(try_on: TryOnResult) -> dict[str, Delivery]:
    """Return all pictures of the request by their role."""
    inputs = _own_pictures(try_on)
    if try_on.keep:
        inputs["top" if try_on.keep == Keep.UPPER else "bottom"] = kept_garment(try_on)
    return inputs


def _own_pictures(try_on: TryOnResult) -> dict[str, Delivery]:
    """Return the shop's pictures by their role."""
    rows = {
        "person": try_on.model_image,
        "top": try_on.top_garment,
        "bottom": try_on.bottom_garment,
        "coarse": try_on.refines,
    }
    return {role: Delivery(file=row.image, sha256=row.sha256) for role, row in rows.items() if row}


def _addresses(try_on: TryOnResult, inputs: dict[str, Delivery], engine: Engine) -> dict[str, str]:
    """Return an address that the engine can read for each role."""
    addresses = {}
    for role, address in addresses_of(
        inputs, remote_model=try_on.remote_model, account=try_on.account, engine=engine
    ):
        addresses[role] = address
        try_on.keep_lease()
    return addresses


def _send(try_on: TryOnResult, addresses: dict[str, str], engine: Engine) -> TaskReport:
    clothes: Any = {
        "model": try_on.remote_model,
        "person_url": addresses["person"],
        "top_url": addresses.get("top", ""),
        "bottom_url": addresses.get("bottom", ""),
        "window": try_on.send_window,
    }
    if try_on.refines_id:
        return engine.refine(
            RefineOrder(**clothes, coarse_url=addresses["coarse"], gender=try_on.gender)
        )
    return engine.submit(
        TryOnOrder(**clothes, resolution=try_on.resolution, restore_face=try_on.restore_face)
    )


def _record_task(try_on: TryOnResult, report: TaskReport) -> None:
    """Store the task's id even if the lease was lost meanwhile, because the task is paid for.

    From now on the task's age counts from the answer, which proves that the task exists.
    """
    sent_at, before = try_on.submitted_at, try_on.status
    columns = {
        "remote_task_id": report.task_id,
        "submitted_at": timezone.now(),
        **answer_columns(report),
    }

    def write() -> None:
        try_on.undo_move(before)  # of a transaction that was rolled back
        try_on.mark_running(**columns)

    try:
        write_with_retries(write)
    except LeaseLost:
        kept = TryOnResult.objects.record_late_task(try_on, sent_at=sent_at, **columns)
        logger.warning(
            "Try-on %s: the answer to its submit came after the lease ended; task %s was %s.",
            try_on.pk,
            report.task_id,
            "kept" if kept else "lost",
            extra={"event": "late_answer", "job_id": try_on.pk, "task_id": report.task_id},
        )
        raise
