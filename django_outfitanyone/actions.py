"""The functions that admin, API, commands and shops share.

Each checks its input first, and wakes the worker after the commit.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone import wakeup
from django_outfitanyone.account import rate_limits
from django_outfitanyone.account.ledger import charge_decision
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import APIError, PictureUnsuitable, RequestRefused
from django_outfitanyone.exports import export_picture
from django_outfitanyone.jobs.batch_changes import cancel_batch, pause_batch, resume_batch
from django_outfitanyone.jobs.batches import rename_batch, rows_of, store_batch
from django_outfitanyone.jobs.candidates import as_candidate
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.move import estimate_move, move_to_engine
from django_outfitanyone.jobs.parse import request_parse
from django_outfitanyone.jobs.refine import as_refinement
from django_outfitanyone.jobs.replace_photo import plan_replacement, replace_photo
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, as_rows
from django_outfitanyone.models import Account, ClothesParse, Hotspot, TryOnResult
from django_outfitanyone.models.database import atomic, on_commit
from django_outfitanyone.models.of_picture import Picture
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet
from django_outfitanyone.picture_check import (
    check_picture,
    crop_to_garment,
    cut_out_garment,
    ignore_findings,
    restore_original,
)
from django_outfitanyone.publishing import approve, choose, publish, reject, undo_review, unpublish

__all__ = [
    "adopt_task",
    "another",
    "approve",
    "cancel",
    "cancel_batch",
    "cancel_unsent",
    "check_picture",
    "choose",
    "correct_hotspot",
    "crop_to_garment",
    "cut_out_garment",
    "estimate_move",
    "export_picture",
    "ignore_findings",
    "move_to_engine",
    "parse_clothes",
    "pause_batch",
    "plan_replacement",
    "publish",
    "refine",
    "refine_all",
    "reject",
    "rename_batch",
    "replace_photo",
    "request_try_on",
    "request_try_ons",
    "reset_hotspot",
    "restore_original",
    "resume",
    "resume_batch",
    "retry",
    "undo_review",
    "unpublish",
]

User = Any
"""An instance of ``AUTH_USER_MODEL``, or ``None`` when no person is involved."""


def request_try_on(
    request: TryOnRequest, *, options: TryOnOptions | None = None, requested_by: User = None
) -> TryOnResult:
    """Request one try-on and return its row, with ``options.count`` that of the first candidate."""
    return request_try_ons([request], options=options, requested_by=requested_by)[0]


def request_try_ons(
    requests: Sequence[TryOnRequest],
    *,
    options: TryOnOptions | None = None,
    requested_by: User = None,
    batch: uuid.UUID | None = None,
    name: str = "",
) -> list[TryOnResult]:
    """Request many try-ons and return their rows, in the order of the requests.

    ``options.count`` candidates of a request follow one another. Two and more are a ``Batch``
    with this name; without one, its name says what is requested and when.

    Raises ``RequestRefused`` or ``ConfigurationError``, and then stores nothing. Two calls
    with the same ``batch`` are one batch, so a form that is sent twice is paid for once.
    """
    try:
        rows = as_rows(requests, options or TryOnOptions())
    except PictureUnsuitable:
        # the picture may have been checked since the first call with this batch
        if known := rows_of(batch):
            return known
        raise
    return store_batch(rows, requested_by=requested_by, batch=batch, name=name)


def refine(
    result: TryOnResult, *, gender: str = "", force_new: bool = False, requested_by: User = None
) -> TryOnResult:
    """Request the refinement of a finished result and return the new row."""
    return refine_all([result], gender=gender, force_new=force_new, requested_by=requested_by)[0]


def refine_all(
    results: Sequence[TryOnResult],
    *,
    gender: str = "",
    force_new: bool = False,
    requested_by: User = None,
    batch: uuid.UUID | None = None,
) -> list[TryOnResult]:
    """Request the refinement of many results. Without ``gender``, each photo must know its own.

    Raises what ``request_try_ons`` raises.
    """
    rows = [as_refinement(result, gender=gender, force_new=force_new) for result in results]
    return store_batch(rows, requested_by=requested_by, batch=batch)


def another(
    result: TryOnResult, *, requested_by: User = None, batch: uuid.UUID | None = None
) -> TryOnResult:
    """Request one more candidate of a finished result, with a new seed, and return its row.

    It is paid for. Raises what ``request_try_ons`` raises, and ``RequestRefused`` for a result
    that is not finished, or whose photo or garments have changed.
    """
    return store_batch([as_candidate(result)], requested_by=requested_by, batch=batch)[0]


def parse_clothes(
    picture: Picture,
    types: Sequence[str] | None = None,
    *,
    requested_by: User = None,
    again: bool = False,
) -> ClothesParse:
    """Request a clothes parse of a picture; reuse a finished one unless ``again``.

    Without ``types``, upper and lower are parsed together, and where neither is found, a
    dress in a second call.
    """
    conf.parser.api_key()
    if not picture.image:
        raise RequestRefused(_("There is no picture to parse yet."), code="NoPicture")
    parse = request_parse(picture, types, requested_by=requested_by, again=again)
    on_commit(wakeup.wake)
    return parse


def cancel(job: RemoteJob) -> None:
    """Cancel a try-on or a clothes parse; raise ``RequestRefused`` when it is too late.

    An unsent or unclear job is canceled at once. A remote task can be canceled only while
    it waits; once the engine works on it, it will be paid for.
    """
    if _decide(job, job.give_up):
        return
    if isinstance(job, TryOnResult) and job.is_running:
        _cancel_task(job)
    else:
        raise RequestRefused(
            _("A job that is “%(status)s” cannot be canceled.")
            % {"status": job.get_status_display()},
            code="TooLate",
        )


def cancel_unsent(try_ons: QuerySet[TryOnResult]) -> list[TryOnResult]:
    """Cancel those of these try-ons that were not sent yet, and return them."""
    return cast("TryOnResultQuerySet", try_ons).cancel_unsent()


def retry(job: RemoteJob) -> None:
    """Start over with a job that did not end well; a paid result is only downloaded again.

    A retry of a job that needs attention may be paid for twice: the person decides that.
    """
    if job.is_replaced:
        raise RequestRefused(
            _("Another picture was requested in place of this one."), code="NotRepeatable"
        )
    again = job.can_be_downloaded and job.collect_again()
    if not again and not _decide(job, partial(job.start_over, **_fresh_columns(job))):
        raise RequestRefused(
            _("A job that is “%(status)s” cannot be started again.")
            % {"status": job.get_status_display()},
            code="NotRepeatable",
        )
    on_commit(wakeup.wake)


def adopt_task(try_on: TryOnResult, task_id: str) -> None:
    """Follow a task of the account's list: a person decided that the unclear submit created it."""
    candidates = try_on.remote_answer.get("candidates", [])
    if task_id not in {candidate["task_id"] for candidate in candidates}:
        raise RequestRefused(
            _("Task %(id)s is not one of the tasks that were found.") % {"id": task_id},
            code="UnknownTask",
        )
    if not try_on.adopt_task(task_id):
        raise RequestRefused(_("This try-on no longer needs attention."), code="TooLate")
    on_commit(wakeup.wake)


def resume(account: Account) -> bool:
    """Resume submits after a stop or a pause; return False if there was none."""
    resumed = rate_limits.resume(account)
    on_commit(partial(wakeup.wake, account))
    return resumed


def correct_hotspot(hotspot: Hotspot, *, corrected_by: User = None) -> None:
    """Save a person's box or product; later parses of the same picture do not change it."""
    hotspot.correct(corrected_by)


def reset_hotspot(hotspot: Hotspot) -> None:
    """Undo a correction: restore the box of the last parse, and let later parses change it."""
    hotspot.reset()


def _decide(job: RemoteJob, move: Callable[[], bool]) -> bool:
    """Move a job as a person decided; an unclear parse keeps the charge that it may have cost."""
    with atomic():
        if isinstance(job, ClothesParse):
            charge_decision(job)
        return move()


def _fresh_columns(job: RemoteJob) -> dict[str, str]:
    """Return what identifies the request now; its pictures may have been replaced."""
    if isinstance(job, ClothesParse):
        return {"picture_sha256": job.picture.sha256}
    if not isinstance(job, TryOnResult):
        return {}
    if job.lacks_inputs:
        raise RequestRefused(
            _("The model photo or a garment of this try-on was deleted. Request a new one."),
            code="NotRepeatable",
        )
    return {"fingerprint": fingerprint_of(job)}


def _cancel_task(try_on: TryOnResult) -> None:
    """Ask the engine to cancel a task; the next poll shows the outcome."""
    if not try_on.account.is_configured:
        raise RequestRefused(
            _('The engine “%(account)s” is not in OUTFITANYONE["ENGINES"] any more.')
            % {"account": try_on.account_id},
            code="EngineNotConfigured",
        )
    try:
        with closing(try_on.account.settings.load()) as engine:
            engine.cancel(try_on.remote_task_id or "")
    except APIError as error:
        raise RequestRefused(
            _("Too late to cancel: the picture is being made and will be paid for."),
            code="TooLate",
        ) from error
    TryOnResult.objects.filter(pk=try_on.pk).update(due_at=timezone.now())
    on_commit(wakeup.wake)
