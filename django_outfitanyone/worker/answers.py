"""What follows from a final answer, which a submit may bring as well as a poll."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from django_outfitanyone.account.ledger import settle
from django_outfitanyone.engines.base import RemoteState, TaskReport
from django_outfitanyone.error_help import is_temporary, may_be_lost_upload
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.database import atomic
from django_outfitanyone.models.movable import NO_TASK
from django_outfitanyone.models.remote_job import answer_columns, settled_columns
from django_outfitanyone.worker.orders import renew_uploads
from django_outfitanyone.worker.store import store_results

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

MAX_NEW_TASKS = 2
NEW_TASK_DELAY = timedelta(seconds=10)
SHORT_LIFE = timedelta(minutes=20)
"""Results that live shorter are fetched in the step that learns of them, not in a later one."""


def is_conclusive(report: TaskReport) -> bool:
    """Whether nothing more has to be asked: the picture is there, or there will be none."""
    if report.state is RemoteState.SUCCEEDED:
        return bool(report.results)
    return report.state in {RemoteState.FAILED, RemoteState.CANCELED}


def conclude(try_on: TryOnResult, report: TaskReport, engine: Engine) -> datetime | None:
    """Act on a conclusive answer; return when the next step is due, ``None`` for never."""
    if report.state is RemoteState.SUCCEEDED:
        return _collect(try_on, report, engine)
    if report.state is RemoteState.FAILED:
        return _after_failure(try_on, report)
    try_on.mark_canceled(**answer_columns(report))
    return None


def _collect(try_on: TryOnResult, report: TaskReport, engine: Engine) -> datetime | None:
    """Write the charge first, then store the picture now if it would be lost otherwise.

    A crash in between leaves a row that is charged and has no picture, which is the truth.
    """
    is_known = try_on.is_running and report.handle == try_on.remote_task_id
    handle = {} if is_known or not report.handle else {"remote_task_id": report.handle}
    settle(
        try_on,
        remote_model=try_on.remote_model,
        images=report.image_count,
        task_id=report.handle or try_on.submit_key or None,
        cost=report.cost,
        **handle,
        **settled_columns(report, try_on.capabilities),
    )
    if _is_urgent(try_on, report):
        store_results(try_on, report.results, engine)
    return timezone.now() if try_on.is_open else None


def _is_urgent(try_on: TryOnResult, report: TaskReport) -> bool:
    if not report.image_url:
        return True
    expires_at = try_on.result_expires_at
    return expires_at is not None and expires_at - timezone.now() < SHORT_LIFE


def _after_failure(try_on: TryOnResult, report: TaskReport) -> datetime | None:
    """Create a new task after a temporary fault, else fail. Failed tasks are not billed."""
    columns = {
        **answer_columns(report),
        "error_code": report.code,
        "error_message": report.message,
    }
    error = (report.code, report.message, try_on.engine_class)
    if may_be_lost_upload(*error) and _upload_again(try_on, columns):
        return timezone.now()
    if not is_temporary(*error) or try_on.failed_tasks >= MAX_NEW_TASKS:
        try_on.mark_failed(**columns)
        return None
    failed = try_on.failed_tasks + 1
    try_on.mark_preparing(**{**columns, **NO_TASK}, failed_tasks=failed, submitted_at=None)
    return timezone.now() + NEW_TASK_DELAY * failed


def _upload_again(try_on: TryOnResult, columns: dict[str, Any]) -> bool:
    """Prepare the try-on again with new uploads; return False if there is none to renew."""
    if try_on.uploads_renewed:
        return False
    with atomic():
        if not renew_uploads(try_on):
            return False
        fresh = {**NO_TASK, "uploads_renewed": True, "submitted_at": None}
        try_on.mark_preparing(**{**columns, **fresh})
    return True
