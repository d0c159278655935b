"""One step of one job, and what happens to the job when the step fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import OperationalError
from django.utils import timezone

from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Status
from django_outfitanyone.error_help import may_be_lost_upload
from django_outfitanyone.exceptions import (
    AccountProblem,
    LeaseLost,
    OutfitAnyoneError,
    TaskGone,
    Throttled,
    UnexpectedFault,
)
from django_outfitanyone.models import ClothesParse, TryOnResult
from django_outfitanyone.models.database import atomic, on_commit
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.signals import result_expiring
from django_outfitanyone.storable_text import storable
from django_outfitanyone.worker import collect, orders, parse, reconcile, submit
from django_outfitanyone.worker.retries import wait_before_retry

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

logger = logging.getLogger("django_outfitanyone")

SOON = timedelta(seconds=1)
"""A task that is polled again within this time stays leased."""
EXPIRY_ATTEMPTS = 6
"""Failed attempts, which take minutes, before our clock alone decides that a result is gone."""
MOST_ATTEMPTS = 30_000
"""Safely below the maximum of the column: an account may be stopped for months."""

Step = Callable[[Any, "Engine"], datetime | None]

STEPS: dict[type[RemoteJob], dict[Status, Step]] = {
    TryOnResult: {
        Status.QUEUED: submit.start,
        Status.PREPARING: submit.prepare,
        Status.SUBMITTING: reconcile.reconcile,
        Status.RUNNING: collect.poll,
        Status.COLLECTING: collect.collect,
        Status.NEEDS_ATTENTION: reconcile.free_slot,
    },
    ClothesParse: {
        Status.QUEUED: parse.start,
        Status.PREPARING: parse.prepare,
        Status.SUBMITTING: parse.reconcile,
        Status.COLLECTING: parse.collect,
    },
}
"""The step for each status. A step returns when the next one is due, ``None`` for never."""


def advance(
    job: RemoteJob, engine: Engine, *, may_follow: Callable[[RemoteJob], bool] = lambda _job: False
) -> RemoteJob | None:
    """Advance a claimed job by one step and end its lease.

    Raises only ``OperationalError``: an error in one job must not hold up the others.

    If more can be done soon, ``may_follow`` is asked about the job that it is about: the same
    one, whose result is to be fetched now or whose task is to be polled again at its new
    ``due_at``, or the parse of the picture that it has stored. Where it says yes, that job is
    returned with a lease, and the caller advances it.
    """
    try:
        job.keep_lease()
        due_at = _step(job, engine)
        if _is_to_be_fetched(job, due_at) and may_follow(job):
            return job
        if _is_polled_again_soon(job, due_at) and may_follow(job):
            job.due_at = due_at  # only here: until then the lease says that the task is polled
            return job
        if job.is_leased:  # otherwise the step's last write has ended the lease
            job.release(due_at)
        return _parse_to_follow(job, may_follow)
    except LeaseLost:
        logger.info("%s %s: leased by another worker meanwhile", job._meta.model_name, job.pk)
        return None


def _is_to_be_fetched(job: RemoteJob, due_at: datetime | None) -> bool:
    is_due = due_at is not None and due_at <= timezone.now()
    return is_due and job.is_leased and job.is_collecting


def _is_polled_again_soon(job: RemoteJob, due_at: datetime | None) -> bool:
    is_soon = due_at is not None and due_at <= timezone.now() + SOON
    return is_soon and job.is_leased and job.is_running


def _parse_to_follow(
    job: RemoteJob, may_follow: Callable[[RemoteJob], bool]
) -> ClothesParse | None:
    """Return the parse of the picture that this step has stored, if it may follow.

    It is leased if this engine makes it; where it may not follow, its lease ends.
    """
    parse = job.requested_parse if isinstance(job, TryOnResult) else None
    if parse is None or not parse.is_leased:
        return None
    if may_follow(parse):
        return parse
    parse.release(parse.due_at)
    return None


def _step(job: RemoteJob, engine: Engine) -> datetime | None:
    step = STEPS[type(job)].get(Status(job.status))
    if step is None:
        return None
    try:
        return step(job, engine)
    except (LeaseLost, OperationalError):
        raise
    except OutfitAnyoneError as error:
        return _after_error(job, error)
    except Exception as error:  # a bug in one row must not stop the others
        logger.exception("%s %s: unexpected fault", job._meta.model_name, job.pk)
        return _after_error(job, UnexpectedFault(f"{type(error).__name__}: {error}"))


def _after_error(job: RemoteJob, error: OutfitAnyoneError) -> datetime | None:
    """Write the error to the row, then retry or fail as the retry policy says."""
    is_poll = job.is_running or job.is_collecting
    if isinstance(error, Throttled) and not is_poll:  # engines count polls apart from submits
        rate_limits.pause(job.account, error.retry_after)
    if isinstance(error, AccountProblem):
        rate_limits.stop(job.account, error)
    if job.is_unsent and _upload_again(job, error):
        return timezone.now()
    columns = {
        "error_code": error.code[:100],
        "error_message": storable(str(error.stored_message)),
        "request_id": getattr(error, "request_id", "") or job.request_id,
    }
    attempt = _attempt(job, error)
    wait = wait_before_retry(
        error,
        attempt,
        is_paid=job.is_in_flight,
        is_poll=is_poll,
        pause=job.account.settings.THROTTLE_PAUSE,
    )
    if wait is None or _has_expired(job):
        _warn_of_loss(job, error, is_final=True)
        _give_up(job, error, columns)
        return None
    _warn_of_loss(job, error)
    job.write(attempts=min(attempt, MOST_ATTEMPTS), **columns)
    logger.warning(
        "%s %s: %s; next attempt in %.0f s",
        job._meta.model_name,
        job.pk,
        error,
        wait.total_seconds(),
        extra={"event": "retry", "job_id": job.pk, "error_code": error.code},
    )
    return timezone.now() + wait


def _attempt(job: RemoteJob, error: OutfitAnyoneError) -> int:
    """Return the number of this failed attempt at the step.

    An outage says nothing about the task, so of a task that is gone only the answers in a
    row that say so count.
    """
    is_first = isinstance(error, TaskGone) and job.error_code != error.code
    return 1 if is_first else job.attempts + 1


def _give_up(job: RemoteJob, error: OutfitAnyoneError, columns: dict[str, Any]) -> None:
    """End a job that is retried no more; a person decides if it may be billed.

    The outcome of a task whose answers were unusable until it expired is not known.
    """
    is_gone = isinstance(error, TaskGone)
    if not job.is_submitting and (not job.is_running or is_gone):
        job.mark_failed(**columns)
    elif isinstance(job, TryOnResult):
        job.mark_needs_attention(slot=None, **columns)  # the task has ended by now
    else:
        job.mark_needs_attention(**columns)


def _upload_again(job: RemoteJob, error: OutfitAnyoneError) -> bool:
    """Whether the engine has forgotten uploads of this job, which are dropped; once in a try."""
    if job.uploads_renewed or not may_be_lost_upload(error.code, error.message, job.engine_class):
        return False
    renew = orders.renew_uploads if isinstance(job, TryOnResult) else parse.renew_uploads
    with atomic():
        if not renew(job):  # type: ignore[arg-type]  # each function gets its own kind of job
            return False
        job.write(uploads_renewed=True)
    return True


def _has_expired(job: RemoteJob) -> bool:
    """Whether to stop retrying because the engine has deleted its answer by our clock.

    Our clock may be wrong once, so a paid result is given up only after many attempts.
    """
    is_paid = job.is_running or job.is_collecting
    return job.is_past_deadline and (not is_paid or job.attempts >= EXPIRY_ATTEMPTS)


def _warn_of_loss(job: RemoteJob, error: OutfitAnyoneError, *, is_final: bool = False) -> None:
    """Warn once that a paid result may be lost: it expires soon, or the worker gives up."""
    expires_at = job.expires_at
    if expires_at is None or job.warned_at or not (job.is_running or job.is_collecting):
        return
    now = timezone.now()
    if not is_final and expires_at - now > job.account.settings.expiry_warning(job.called_model):
        return
    job.write(warned_at=now)
    logger.warning(
        "%s %s: not downloaded yet, and deleted by the engine at %s: %s",
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
    on_commit(
        lambda: result_expiring.send_robust(type(job), job=job, error=error, expires_at=expires_at)
    )
