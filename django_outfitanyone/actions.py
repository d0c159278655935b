"""The verbs that admin, API and commands share. Each checks first and rings after the commit."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone import wakeup
from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import MAY_FOLLOW, UNSENT, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import APIError, RequestRefused
from django_outfitanyone.jobs.refine import as_refinement
from django_outfitanyone.jobs.try_on import Options, Wish, as_row
from django_outfitanyone.models import Account, ClothesParse, Hotspot, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.hotspot import Picture
from django_outfitanyone.models.remote_job import NO_ERROR, RemoteJob
from django_outfitanyone.publishing import approve, publish, reject, unpublish
from django_outfitanyone.worker.hotspots import box_inside
from django_outfitanyone.worker.parse import TWO_PIECES, ask_for_clothes, wake_waiting
from django_outfitanyone.worker.reuse import fingerprint_of

__all__ = [
    "adopt_task",
    "approve",
    "cancel",
    "cancel_unsent",
    "correct_hotspot",
    "find_clothes",
    "publish",
    "refine",
    "refine_all",
    "reject",
    "request_try_on",
    "request_try_ons",
    "resume",
    "retry",
    "unpublish",
]

User = Any
"""An instance of ``AUTH_USER_MODEL``, or ``None`` when no person stands behind it."""

CHUNK = 500
"""Rows in one INSERT: a batch of thousands must not grow a single statement without end."""

GIVEN_UP_AT_WILL = UNSENT | {Status.NEEDS_ATTENTION}

_TAKEN_AWAY: dict[str, Any] = {
    "attempts": 0,
    "lease_token": "",
    "lease_expires_at": LONG_AGO,
    **NO_ERROR,
}
"""Columns of a row that a person moves: whoever works on it loses it."""


def request_try_on(
    wish: Wish, *, options: Options | None = None, requested_by: User = None
) -> TryOnResult:
    """Ask for one try-on; the row that will hold it."""
    return request_try_ons([wish], options=options, requested_by=requested_by)[0]


def request_try_ons(
    wishes: Sequence[Wish],
    *,
    options: Options | None = None,
    requested_by: User = None,
    batch: uuid.UUID | None = None,
) -> list[TryOnResult]:
    """Ask for many try-ons at once; the rows, in the order of the wishes.

    ``RequestRefused`` or ``ConfigurationError`` when that cannot be, and then nothing
    is stored. The same ``batch`` twice is one batch: a form sent again pays nothing.
    """
    options = options or Options()
    options.check()
    for wish in wishes:
        wish.check()
    return _order([as_row(wish, options) for wish in wishes], requested_by, batch)


def refine(
    result: TryOnResult, *, gender: str, force_new: bool = False, requested_by: User = None
) -> TryOnResult:
    """Ask for a second pass over a finished picture; the row that will hold the refined one."""
    return refine_all([result], gender=gender, force_new=force_new, requested_by=requested_by)[0]


def refine_all(
    results: Sequence[TryOnResult],
    *,
    gender: str,
    force_new: bool = False,
    requested_by: User = None,
    batch: uuid.UUID | None = None,
) -> list[TryOnResult]:
    """As ``request_try_ons``; ``gender`` is ``woman`` or ``man`` and holds for all of them."""
    rows = [as_refinement(result, gender=gender, force_new=force_new) for result in results]
    return _order(rows, requested_by, batch)


def _order(
    rows: list[TryOnResult], requested_by: User, batch: uuid.UUID | None
) -> list[TryOnResult]:
    """Store what was asked for, or find what the same batch asked for before."""
    _key = conf.api_key  # better said now than found out later
    Account.current()
    batch = batch or uuid.uuid4()
    for number, row in enumerate(rows):
        row.batch, row.number, row.requested_by = batch, number, requested_by
    try:
        with transaction.atomic():
            TryOnResult.objects.bulk_create(rows, batch_size=CHUNK)
            transaction.on_commit(wakeup.ring)
    except IntegrityError:
        known = list(TryOnResult.objects.filter(batch=batch).order_by("number"))
        if not known:
            raise
        return known
    return rows


def find_clothes(
    picture: Picture,
    types: Sequence[str] = TWO_PIECES,
    *,
    requested_by: User = None,
    again: bool = False,
) -> ClothesParse:
    """Search a picture for clothes; reuses a finished search unless ``again``."""
    _key = conf.api_key
    if not picture.image:
        raise RequestRefused(_("There is no picture yet to search."), code="NoPicture")
    parse = ask_for_clothes(picture, types, requested_by=requested_by, again=again)
    transaction.on_commit(wakeup.ring)
    return parse


def cancel(job: RemoteJob) -> None:
    """Give up a try-on or a search; ``RequestRefused`` when it is too late for that.

    What was not sent, or has an unclear outcome, is gone at once. A remote task can be
    canceled only while it waits its turn over there; once it is being worked on, it
    will be paid.
    """
    held = {"slot": None} if isinstance(job, TryOnResult) else {"open_key": None}
    if _change(job, GIVEN_UP_AT_WILL, Status.CANCELED, due_at=None, **held):
        if isinstance(job, ClothesParse):
            wake_waiting(job)
    elif isinstance(job, TryOnResult) and job.status == Status.RUNNING:
        _cancel_task(job)
    else:
        raise RequestRefused(
            _("What is “%(status)s” cannot be canceled.") % {"status": job.get_status_display()},
            code="TooLate",
        )


def cancel_unsent(try_ons: QuerySet[TryOnResult]) -> list[TryOnResult]:
    """Give up at once whatever of these was not sent; the rows that are gone.

    For batches of thousands: row by row, the runner would go on paying meanwhile.
    """
    gone: list[TryOnResult] = []
    for old in (Status.QUEUED, Status.PREPARING):  # the way that rows go meanwhile
        moment = timezone.now()
        try_ons.filter(status=old).update(
            status=Status.CANCELED, finished_at=moment, due_at=None, slot=None, **_TAKEN_AWAY
        )
        canceled = list(try_ons.filter(status=Status.CANCELED, finished_at=moment))
        for try_on in canceled:
            try_on.announce(old)
        gone += canceled
    return gone


def retry(job: RemoteJob) -> None:
    """Start over with a job that ended badly; what is paid for is only fetched again.

    For one that needs attention this is the person's decision to pay, if need be, twice.
    """
    now = timezone.now()
    if job.can_be_fetched and _change(
        job, {Status.FAILED}, Status.COLLECTING, due_at=now, finished_at=None
    ):
        transaction.on_commit(wakeup.ring)
        return
    columns: dict[str, object] = {
        "due_at": now,
        "queued_at": now,
        "submitted_at": None,
        "finished_at": None,
        "remote_answer": {},
    }
    if isinstance(job, TryOnResult):
        columns |= {
            "slot": None,
            "remote_task_id": None,
            "is_prepared": False,
            "failed_tasks": 0,
            "fingerprint": fingerprint_of(job),
        }
    can_restart = {old for old, new in MAY_FOLLOW.items() if Status.QUEUED in new}
    if not _change(job, can_restart, Status.QUEUED, **columns):
        raise RequestRefused(
            _("A job that is “%(status)s” cannot be started again.")
            % {"status": job.get_status_display()},
            code="NotRepeatable",
        )
    transaction.on_commit(wakeup.ring)


def adopt_task(try_on: TryOnResult, task_id: str) -> None:
    """Decide that this task of the account's list is the one that an unclear submit made."""
    candidates = try_on.remote_answer.get("candidates", [])
    if task_id not in {candidate["task_id"] for candidate in candidates}:
        raise RequestRefused(
            _("Task %(id)s is not among those found.") % {"id": task_id}, code="UnknownTask"
        )
    if not _change(
        try_on,
        {Status.NEEDS_ATTENTION},
        Status.RUNNING,
        remote_task_id=task_id,
        due_at=timezone.now(),
        finished_at=None,
    ):
        raise RequestRefused(_("This try-on no longer needs attention."), code="TooLate")
    transaction.on_commit(wakeup.ring)


def resume(account: Account) -> bool:
    """Submit again after a stop or pause; False when there was none."""
    resumed = rate_limits.resume(account)
    transaction.on_commit(wakeup.ring)
    return resumed


def correct_hotspot(hotspot: Hotspot, *, corrected_by: User = None) -> None:
    """Save a person's box or product: later searches of the same picture leave it alone."""
    if hotspot.picture:
        hotspot.picture_sha256 = hotspot.picture.sha256
    hotspot.is_corrected = True
    hotspot.corrected_by = corrected_by
    hotspot.save()


def reset_hotspot(hotspot: Hotspot) -> None:
    """Give a hotspot back to the searches: the box that the last one found, and what follows."""
    if hotspot.picture and hotspot.machine_box:
        hotspot.x1, hotspot.y1, hotspot.x2, hotspot.y2 = box_inside(
            hotspot.machine_box, hotspot.picture
        )
    hotspot.is_corrected, hotspot.corrected_by = False, None
    hotspot.save()


def _cancel_task(try_on: TryOnResult) -> None:
    """Ask the remote system to forget a task; what comes of it is seen at the next look."""
    try:
        with closing(conf.load_provider()) as provider:
            provider.cancel(try_on.remote_task_id or "")
    except APIError as error:
        raise RequestRefused(
            _("Too late to cancel: the picture is being made and will be paid for."),
            code="TooLate",
        ) from error
    TryOnResult.objects.filter(pk=try_on.pk).update(due_at=timezone.now())
    transaction.on_commit(wakeup.ring)


def _change(
    job: RemoteJob, old: set[Status] | frozenset[Status], new: Status, **columns: object
) -> bool:
    """A person moves a row, whoever holds its lease; False when it has moved on meanwhile."""
    before = Status(job.status)
    changed = (
        type(job)
        ._default_manager.filter(pk=job.pk, status__in=old)
        .update(
            status=new,
            **{"finished_at": timezone.now(), **_TAKEN_AWAY, **columns},
        )
    )
    job.refresh_from_db()
    if changed:
        job.announce(before)
    return bool(changed)
