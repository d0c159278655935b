"""The steps of a try-on after its submit: poll the remote task, download and store the picture."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account import budgets, rate_limits
from django_outfitanyone.account.ledger import settle
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import RemoteState, TaskReport
from django_outfitanyone.error_help import is_temporary, may_be_lost_upload
from django_outfitanyone.exceptions import TaskGone
from django_outfitanyone.jobs.parse import ONE_PIECE, TWO_PIECES, request_parse
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.clothes_parse import PATIENCE
from django_outfitanyone.models.picture import unguessable_name
from django_outfitanyone.models.remote_job import answer_columns
from django_outfitanyone.models.renditions import discard
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.downloads import download
from django_outfitanyone.pictures.renditions import thumbnail
from django_outfitanyone.worker.poll_schedule import schedule_for
from django_outfitanyone.worker.submit import renew_uploads

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile

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
        if schedule.record(report):
            schedule.reschedule_others(try_on)
        settle(
            try_on,
            remote_model=try_on.remote_model,
            images=report.image_count,
            task_id=try_on.remote_task_id,
            **answer_columns(report),
        )
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
    may_help = may_be_lost_upload(report.code, report.message) and not try_on.uploads_renewed
    if may_help and renew_uploads(try_on):
        try_on.mark_preparing(
            **columns, uploads_renewed=True, remote_task_id=None, submitted_at=None
        )
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


def _store_picture(try_on: TryOnResult, engine: Engine) -> None:
    """Download, verify and store the result. The engine deletes its copy after 24 hours."""
    if try_on.attempts:  # the address may have expired since; the task names a valid one
        report = engine.query(try_on.remote_task_id or "")
        if report.image_url:  # an odd answer without one must not cost the known address
            try_on.write(**answer_columns(report))
    picture = images.verify(download(try_on.result_url)).marked(conf.DIGITAL_SOURCE_TYPE)
    _save(try_on.image, picture.suffix, picture.data)
    _store_thumbnail(try_on, picture.data)
    renditions = _stored_renditions(try_on, picture.data)
    try:
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
    except Exception:
        _discard_unless_written(try_on, renditions)
        raise


def _save(file: FieldFile, suffix: str, data: bytes) -> None:
    """Store a file under a random name; leave nothing behind if that fails."""
    name = unguessable_name(suffix)
    try:
        file.save(name, ContentFile(data), save=False)
    except Exception:
        with suppress(Exception):
            file.storage.delete(file.field.generate_filename(file.instance, name))
        raise


def _store_thumbnail(try_on: TryOnResult, data: bytes) -> None:
    """Store a thumbnail; without one, the picture itself is shown in lists."""
    try:
        _save(try_on.thumbnail, ".jpg", thumbnail(data))
    except Exception:
        logger.exception("tryonresult %s: the thumbnail could not be stored", try_on.pk)
        try_on.thumbnail = try_on.image.name


def _stored_renditions(try_on: TryOnResult, data: bytes) -> list[list[Any]] | None:
    """Store smaller copies; ``None`` if that fails, so that they are made later."""
    try:
        return try_on.make_renditions(data)
    except Exception:
        logger.exception("tryonresult %s: smaller copies could not be stored", try_on.pk)
        return None


def _discard_unless_written(try_on: TryOnResult, renditions: list[list[Any]] | None) -> None:
    """Delete the stored files if the row does not refer to them, as far as that is certain."""
    with suppress(Exception):
        if TryOnResult.objects.filter(pk=try_on.pk, image=try_on.image.name).exists():
            return
        discard(try_on.image.storage, renditions)
        try_on.thumbnail.delete(save=False)
        try_on.image.delete(save=False)


def _is_parsed(try_on: TryOnResult) -> bool:
    """Whether the picture's clothes parse has ended, or is not worth waiting for.

    A picture does not wait for a parse that failed, that keeps failing, or that waits for
    the budget: its hotspots then come later, or not at all.
    """
    garment = try_on.top_garment
    one_piece = garment is not None and garment.kind == GarmentKind.ONE_PIECE
    request_parse(
        try_on,
        ONE_PIECE if one_piece else TWO_PIECES,
        requested_by=try_on.requested_by,
        failed_since=try_on.queued_at,
    )
    if conf.PARSING_MODEL in budgets.unaffordable(try_on.account):
        return True
    return not try_on.clothesparses.open().filter(attempts__lt=PATIENCE).exists()
