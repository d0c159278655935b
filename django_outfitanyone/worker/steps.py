"""One step of one job, and what becomes of the job when the step fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, transaction
from django.utils import timezone

from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import (
    AccountProblem,
    OutfitAnyoneError,
    Throttled,
    UnexpectedFault,
)
from django_outfitanyone.models import ClothesParse, TryOnResult
from django_outfitanyone.models.remote_job import LeaseLost, RemoteJob
from django_outfitanyone.signals import result_expiring
from django_outfitanyone.worker import collect, parse, submit
from django_outfitanyone.worker.retries import wait_before_retry

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Provider

logger = logging.getLogger("django_outfitanyone")

MOST_ATTEMPTS = 30_000
"""What the column can count to, with room to spare: an account may be stopped for months."""

Step = Callable[[Any, "Provider"], datetime | None]

STEPS: dict[type[RemoteJob], dict[Status, Step]] = {
    TryOnResult: {
        Status.QUEUED: submit.start,
        Status.PREPARING: submit.prepare,
        Status.SUBMITTING: submit.look_into,
        Status.RUNNING: collect.poll,
        Status.COLLECTING: collect.collect,
        Status.NEEDS_ATTENTION: submit.free_slot,
    },
    ClothesParse: {
        Status.QUEUED: parse.start,
        Status.PREPARING: parse.prepare,
        Status.SUBMITTING: parse.look_into,
        Status.COLLECTING: parse.collect,
    },
}
"""Which step a job takes in which status; a step says when to come back, ``None`` for never."""


def advance(job: RemoteJob, provider: Provider) -> None:
    """Take one step with a claimed job and give it back.

    Raises nothing but ``OperationalError``: whatever fails here, others wait behind it.
    """
    try:
        job.keep_lease()
        job.release(_step(job, provider))
    except LeaseLost:
        logger.info("%s %s: taken over by another worker", job._meta.model_name, job.pk)
    if isinstance(job, ClothesParse) and job.is_finished:
        parse.wake_waiting(job)


def _step(job: RemoteJob, provider: Provider) -> datetime | None:
    step = STEPS[type(job)].get(Status(job.status))
    if step is None:
        return None
    try:
        return step(job, provider)
    except (LeaseLost, OperationalError):
        raise
    except OutfitAnyoneError as error:
        return _after_error(job, error)
    except Exception as error:  # a bug in one row must not stop the others
        logger.exception("%s %s: unexpected fault", job._meta.model_name, job.pk)
        return _after_error(job, UnexpectedFault(f"{type(error).__name__}: {error}"))


def _after_error(job: RemoteJob, error: OutfitAnyoneError) -> datetime | None:
    """Note the error on the row; wait and try again as the policy says, or give up."""
    if isinstance(error, Throttled):
        rate_limits.pause(job.account)
    if isinstance(error, AccountProblem):
        rate_limits.stop(job.account, error)
    columns = {
        "error_code": error.code[:100],
        "error_message": str(error.message),
        "request_id": getattr(error, "request_id", "") or job.request_id,
    }
    wait = None if job.is_past_deadline else wait_before_retry(error, job.attempts + 1, job.status)
    if wait is None:
        _warn_of_loss(job, error, is_final=True)
        # a submit that may have been paid is never written off as a mere failure
        unclear = job.status == Status.SUBMITTING
        job.move(Status.NEEDS_ATTENTION if unclear else Status.FAILED, **columns)
        return None
    _warn_of_loss(job, error)
    job.write(attempts=min(job.attempts + 1, MOST_ATTEMPTS), **columns)
    logger.warning(
        "%s %s: %s; next attempt in %.0f s",
        job._meta.model_name,
        job.pk,
        error,
        wait.total_seconds(),
        extra={"event": "retry", "job_id": job.pk, "error_code": error.code},
    )
    return timezone.now() + wait


def _warn_of_loss(job: RemoteJob, error: OutfitAnyoneError, *, is_final: bool = False) -> None:
    """Say once that something paid may be lost: soon forgotten remotely, or given up here."""
    expires_at = job.expires_at
    if expires_at is None or job.warned_at or not _is_paid_and_out(job):
        return
    now = timezone.now()
    if not is_final and expires_at - now > timedelta(seconds=conf.EXPIRY_WARNING):
        return
    job.write(warned_at=now)
    logger.warning(
        "%s %s: not fetched yet, and forgotten by the API at %s: %s",
        job._meta.model_name,
        job.pk,
        expires_at,
        error,
        extra={
            "event": "result_expiring",
            "job": job._meta.model_name,
            "job_id": job.pk,
            "expires_at": expires_at.isoformat(),
            "error_code": error.code,
        },
    )
    transaction.on_commit(
        lambda: result_expiring.send_robust(type(job), job=job, error=error, expires_at=expires_at)
    )


def _is_paid_and_out(job: RemoteJob) -> bool:
    """Whether it has been paid for, or will be, and is not stored here yet."""
    if isinstance(job, TryOnResult) and job.image:
        return False
    return job.status in {Status.RUNNING, Status.COLLECTING}
