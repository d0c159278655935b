"""The steps of a try-on up to the paid request, which is sent only once.

Each step returns when the next one is due, ``None`` for never.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account import rate_limits
from django_outfitanyone.account.ledger import write_with_retries
from django_outfitanyone.engines.base import RefineOrder, TaskReport, TryOnOrder
from django_outfitanyone.exceptions import (
    APIError,
    InputRejected,
    LeaseLost,
    OutcomeUnknown,
    RequestNotSent,
    RequestRefused,
)
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.outfit import check_wearable
from django_outfitanyone.models import Batch, TryOnResult
from django_outfitanyone.models.database import atomic
from django_outfitanyone.models.remote_job import answer_columns
from django_outfitanyone.models.transitions import NO_LEASE
from django_outfitanyone.worker import stages
from django_outfitanyone.worker.answers import conclude, is_conclusive
from django_outfitanyone.worker.kept_half import delay_for, parse_for
from django_outfitanyone.worker.orders import order_of
from django_outfitanyone.worker.poll_schedule import schedule_for
from django_outfitanyone.worker.reuse import duplicate_of, reuse

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

logger = logging.getLogger("django_outfitanyone")

Order = TryOnOrder | RefineOrder

RECHECK_DELAY = timedelta(seconds=2)
"""While an identical request is open."""


def start(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Step: reuse an identical finished result, or prepare a new one."""
    if stays_paused(try_on):
        return None
    _check_inputs(try_on)
    if not try_on.force_new:
        duplicate = duplicate_of(try_on)
        if duplicate and duplicate.has_succeeded:
            reuse(duplicate, for_row=try_on)
            return None
        if duplicate:
            return timezone.now() + RECHECK_DELAY
    try_on.mark_preparing()
    return _prepare(try_on, engine)


def prepare(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Step: give the engine access to the pictures, and submit once a slot is free."""
    if stays_paused(try_on):
        return None
    return _prepare(try_on, engine)


def _prepare(try_on: TryOnResult, engine: Engine) -> datetime | None:
    _check_inputs(try_on)
    if stages.sends_kept_half(try_on):
        parse = parse_for(try_on)
        if not parse.has_succeeded:
            return timezone.now() + delay_for(parse, try_on)
    order = order_of(try_on, engine)
    if not try_on.is_prepared:
        now = timezone.now()
        try_on.write(is_prepared=True, due_at=now, **NO_LEASE)
        return now
    return submit(try_on, order, engine)


def submit(try_on: TryOnResult, order: Order, engine: Engine) -> datetime | None:
    """Send the paid request once, if a slot, the rate limit and the budget admit it.

    The row becomes ``submitting`` before the request leaves this machine, with a new key. It
    goes back to ``preparing`` only if an answer proves that no task was created, or if nothing
    was sent, for example because the process was frozen meanwhile. After anything else it
    stays ``submitting``, and ``reconcile`` finds out what happened.
    """
    retry_at = rate_limits.admit_to_slot(try_on, submit_key=uuid.uuid4().hex)
    if retry_at:
        return None if stays_paused(try_on) else retry_at
    try:
        return _send(try_on, order, engine)
    except (RequestNotSent, APIError):
        try_on.mark_preparing(submitted_at=None)
        raise


def submit_again(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Send the same paid request once more, with its key, because its outcome is unclear.

    The engine pays no key twice. Only its refusal of these pictures proves that it never
    accepted them; after any other error the outcome is as unclear as before.
    """
    order = order_of(try_on, engine)
    retry_at = rate_limits.admit_again(try_on)
    if retry_at:
        return max(retry_at, timezone.now() + RECHECK_DELAY)
    try:
        return _send(try_on, order, engine)
    except InputRejected:
        try_on.mark_preparing(submitted_at=None)
        raise


def stays_paused(try_on: TryOnResult) -> bool:
    """Let nothing of the try-on be due while its batch is paused; return whether it is.

    The batch's row is held meanwhile: a person who resumes it also finds this try-on.
    """
    if not try_on.is_of_held_batch:
        return False
    with atomic():
        is_paused = Batch.objects.lock_paused(try_on.batch)
        if is_paused:
            try_on.write(due_at=None, **NO_LEASE)
    return is_paused


def _check_inputs(try_on: TryOnResult) -> None:
    """Refuse a try-on whose pictures are no longer those that were requested and priced.

    The settings may name another engine by now, which wears fewer garments.
    """
    if fingerprint_of(try_on) != try_on.fingerprint:
        raise RequestRefused(
            _(
                "A garment or the model photo was changed or deleted after this try-on was "
                "requested. Request it again."
            ),
            code="InputChanged",
        )
    capabilities = try_on.account.settings.capabilities(try_on.remote_model)
    check_wearable(try_on.garments, capabilities.kinds)


def _send(try_on: TryOnResult, order: Order, engine: Engine) -> datetime | None:
    """Send the request, and act on the answer; errors of the engine are the caller's."""
    try:
        report = _answer(try_on, replace(order, window=try_on.send_window), engine)
    except OutcomeUnknown as error:
        try_on.write(error_code=error.code, error_message=error.message)
        return timezone.now()
    if is_conclusive(report):
        return _conclude(try_on, report, engine)
    due_at = _first_poll_at(try_on, report)
    record_task(try_on, report, due_at=due_at)
    return due_at


def _answer(try_on: TryOnResult, order: Order, engine: Engine) -> TaskReport:
    """Return the answer to the request; one that can neither be polled nor used is none."""
    if isinstance(order, RefineOrder):
        report = engine.refine(order, key=try_on.submit_key)
    else:
        report = engine.submit(order, key=try_on.submit_key)
    if not is_conclusive(report) and not report.handle:
        raise OutcomeUnknown(_("The engine's answer has neither a picture nor a task."))
    return report


def _first_poll_at(try_on: TryOnResult, report: TaskReport) -> datetime:
    if report.retry_after is not None:
        return timezone.now() + timedelta(seconds=max(0.0, report.retry_after))
    try:
        return schedule_for(try_on).first_poll_at(try_on)
    except (DatabaseError, InterfaceError):  # the task's id is not stored yet, and matters more
        return timezone.now()


def _conclude(try_on: TryOnResult, report: TaskReport, engine: Engine) -> datetime | None:
    """Act on an answer that is final at once, even if the lease was lost: it may be paid for."""
    sent_at = try_on.submitted_at
    try:
        return conclude(try_on, report, engine)
    except LeaseLost:
        is_regained = TryOnResult.objects.regain(try_on, sent_at=sent_at)
        _log_late_answer(try_on, report, is_kept=is_regained)
        if not is_regained:
            raise
    return conclude(try_on, report, engine)


def record_task(try_on: TryOnResult, report: TaskReport, *, due_at: datetime) -> None:
    """Store the task's id even if the lease was lost meanwhile, because the task is paid for.

    The same write ends the lease; the next step, the first poll, is due at ``due_at``.
    From now on the task's age counts from the answer, which proves that the task exists.
    """
    sent_at, before = try_on.submitted_at, try_on.place
    columns = {
        "remote_task_id": report.handle,
        "submitted_at": timezone.now(),
        **answer_columns(report),
    }

    def write() -> None:
        try_on.undo_move(before)  # of a transaction that was rolled back
        try_on.mark_running(**columns, due_at=due_at, **NO_LEASE)

    try:
        write_with_retries(write)
    except LeaseLost:
        kept = TryOnResult.objects.record_late_task(try_on, sent_at=sent_at, **columns)
        _log_late_answer(try_on, report, is_kept=kept)
        raise


def _log_late_answer(try_on: TryOnResult, report: TaskReport, *, is_kept: bool) -> None:
    logger.warning(
        "Try-on %s: the answer to its submit came after the lease ended; task %s was %s.",
        try_on.pk,
        report.handle or "without an id",
        "kept" if is_kept else "lost",
        extra={"event": "late_answer", "job_id": try_on.pk, "task_id": report.handle},
    )
