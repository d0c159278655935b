"""The steps of a try-on after its submit: poll the remote task, download and store the picture."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account import budgets, rate_limits
from django_outfitanyone.account.ledger import settle
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import RemoteState, TaskReport
from django_outfitanyone.error_help import is_temporary, may_be_lost_upload
from django_outfitanyone.exceptions import InputRejected, ServerFault, TaskGone
from django_outfitanyone.jobs.parse import ONE_PIECE, request_parse
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.clothes_parse import PATIENCE
from django_outfitanyone.models.database import atomic
from django_outfitanyone.models.remote_job import answer_columns
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.downloads import download
from django_outfitanyone.pictures.renditions import thumbnail
from django_outfitanyone.worker.new_files import NewFiles, new_files
from django_outfitanyone.worker.poll_schedule import schedule_for
from django_outfitanyone.worker.submit import renew_uploads

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

logger = logging.getLogger("django_outfitanyone")

RECHECK_DELAY = timedelta(seconds=2)
"""While the parse is open; its end normally makes the try-on due earlier."""
MAX_NEW_TASKS = 2
NEW_TASK_DELAY = timedelta(seconds=10)
REGISTRATION_DELAY = timedelta(seconds=60)
"""The engine may not list a task that is younger than this yet."""


def poll(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Step: poll the remote task."""
    rate_limits.wait_for_query()
    report = engine.query(try_on.remote_task_id or "")
    schedule = schedule_for(try_on)
    now = timezone.now()
    if report.state is RemoteState.SUCCEEDED and report.image_url:
        settle(
            try_on,
            remote_model=try_on.remote_model,
            images=report.image_count,
            task_id=try_on.remote_task_id,
            **answer_columns(report),
        )
        if schedule.record(report):
            schedule.reschedule_others(try_on)
        return now
    if report.state is RemoteState.GONE and now - try_on.sent_at < REGISTRATION_DELAY:
        return schedule.next_poll_at(try_on)
    if report.state is RemoteState.GONE or _has_expired(report):
        raise TaskGone(
            _("The engine no longer knows this task: it deletes results after 24 hours."),
            code="TaskGone",
            request_id=report.request_id,
        )
    if report.state is RemoteState.FAILED:
        return _after_failure(try_on, report)
    if report.state is RemoteState.CANCELED:
        try_on.mark_canceled(**answer_columns(report))
        return None
    return schedule.next_poll_at(try_on)


def collect(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Step: store the picture, then wait for its clothes parse, then finish."""
    if not try_on.image:
        _store_picture(try_on, engine)
    if conf.PARSE_RESULTS and not _is_parsed(try_on):
        return timezone.now() + RECHECK_DELAY
    try_on.mark_succeeded()
    return None


def _has_expired(report: TaskReport) -> bool:
    """Whether the engine must have deleted the task, by its own clock and times only."""
    if report.server_time is None or report.submitted_at is None:
        return False
    return report.server_time - report.submitted_at > timedelta(seconds=conf.TASK_DEADLINE)


def _after_failure(try_on: TryOnResult, report: TaskReport) -> datetime | None:
    """Create a new task after a temporary fault, else fail. Failed tasks are not billed."""
    columns = {
        **answer_columns(report),
        "error_code": report.code,
        "error_message": report.message,
    }
    if may_be_lost_upload(report.code, report.message) and _upload_again(try_on, columns):
        return timezone.now()
    if not is_temporary(report.code, report.message) or try_on.failed_tasks >= MAX_NEW_TASKS:
        try_on.mark_failed(**columns)
        return None
    failed = try_on.failed_tasks + 1
    try_on.mark_preparing(
        **columns,
        failed_tasks=failed,
        remote_task_id=None,
        submitted_at=None,
    )
    return timezone.now() + NEW_TASK_DELAY * failed


def _upload_again(try_on: TryOnResult, columns: dict[str, Any]) -> bool:
    """Prepare the try-on again with new uploads; return False if there is none to renew."""
    if try_on.uploads_renewed:
        return False
    with atomic():
        if not renew_uploads(try_on):
            return False
        fresh = {"uploads_renewed": True, "remote_task_id": None, "submitted_at": None}
        try_on.mark_preparing(**columns, **fresh)
    return True


def _store_picture(try_on: TryOnResult, engine: Engine) -> None:
    """Download, verify and store the result. The engine deletes its copy after 24 hours."""
    if try_on.attempts:
        _renew_address(try_on, engine)
    picture = images.verify(download(try_on.result_url)).marked(conf.DIGITAL_SOURCE_TYPE)
    with new_files(is_named=_is_named) as files:
        files.save(try_on.image, picture.suffix, picture.data)
        _store_thumbnail(try_on, picture.data, files)
        renditions = _stored_renditions(try_on, picture.data, files)
        try_on.write(
            image=try_on.image.name,
            thumbnail=try_on.thumbnail.name,
            renditions=renditions,
            width=picture.width,
            height=picture.height,
            sha256=picture.sha256,
            is_preview=picture.is_sandbox_preview,
            result_url="",
        )


def _is_named(names: Sequence[str]) -> bool:
    return TryOnResult.objects.filter(image__in=names).exists()


def _renew_address(try_on: TryOnResult, engine: Engine) -> None:
    """Ask for a new address, because the known one may have expired.

    An answer without an address, or none at all, must not cost the known one.
    """
    try:
        report = engine.query(try_on.remote_task_id or "")
    except (ServerFault, InputRejected) as error:
        logger.warning("Try-on %s: its picture's address was not renewed: %s", try_on.pk, error)
        return
    if report.image_url:
        try_on.write(**answer_columns(report))


def _store_thumbnail(try_on: TryOnResult, data: bytes, files: NewFiles) -> None:
    """Store a thumbnail; without one, the picture itself is shown in lists."""
    try:
        files.save(try_on.thumbnail, ".jpg", thumbnail(data))
    except Exception:
        logger.exception("tryonresult %s: the thumbnail could not be stored", try_on.pk)
        try_on.thumbnail = try_on.image.name


def _stored_renditions(try_on: TryOnResult, data: bytes, files: NewFiles) -> list[list[Any]] | None:
    """Store smaller copies; ``None`` if that fails, so that they are made later."""
    try:
        renditions = try_on.make_renditions(data)
    except Exception:
        logger.exception("tryonresult %s: smaller copies could not be stored", try_on.pk)
        return None
    for _width, name in renditions:
        files.add(try_on.image.storage, name)
    return renditions


def _is_parsed(try_on: TryOnResult) -> bool:
    """Whether the picture's clothes parse has ended, or is not worth waiting for.

    A picture does not wait for a parse that failed, that keeps failing, or that waits for
    the budget: its hotspots then come later, or not at all.
    """
    garment = try_on.top_garment
    one_piece = garment is not None and garment.kind == GarmentKind.ONE_PIECE
    request_parse(
        try_on,
        ONE_PIECE if one_piece else None,
        requested_by=try_on.requested_by,
        failed_since=try_on.queued_at,
    )
    if conf.PARSING_MODEL in budgets.unaffordable(try_on.account):
        return True
    return not try_on.clothesparses.open().filter(attempts__lt=PATIENCE).exists()
