"""The second half of a try-on: waiting for the remote task, and bringing its picture home."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account import budgets, rate_limits
from django_outfitanyone.account.ledger import settle
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import RemoteState, TaskReport
from django_outfitanyone.error_help import is_passing
from django_outfitanyone.exceptions import TaskGone
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.clothes_parse import PATIENCE
from django_outfitanyone.models.picture import unguessable_name
from django_outfitanyone.models.remote_job import LeaseLost
from django_outfitanyone.models.renditions import discard
from django_outfitanyone.models.try_on import TryOnResultQuerySet
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.downloads import download
from django_outfitanyone.worker import poll_schedule
from django_outfitanyone.worker.parse import ONE_PIECE, TWO_PIECES, ask_for_clothes

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Provider

LOOK_AGAIN = timedelta(seconds=2)
"""For a wait that whoever is waited for normally cuts short."""
FURTHER_TASKS = 2
FURTHER_TASK_AFTER = timedelta(seconds=10)
REGISTRATION_DELAY = timedelta(seconds=60)
"""A task this young that the API does not know may not have reached its register yet."""


def next_look(try_on: TryOnResult) -> datetime:
    """When to ask for the task's state again, by what is known of others like it."""
    now = timezone.now()
    age = (now - sent_at(try_on)).total_seconds()
    known = try_on.account.task_seconds.get(try_on.remote_model, [])
    is_first = not known and not _running_like(try_on).filter(pk__lt=try_on.pk).exists()
    return now + timedelta(seconds=poll_schedule.wait(age, known, is_first=is_first))


def poll(try_on: TryOnResult, provider: Provider) -> datetime | None:
    """Step: ask how the task is doing."""
    rate_limits.wait_for_query()
    report = provider.query(try_on.remote_task_id or "")
    now = timezone.now()
    if report.state is RemoteState.SUCCEEDED and report.image_url:
        if poll_schedule.remember(try_on.account, try_on.remote_model, report):
            _look_anew(try_on)
        settle(
            try_on,
            remote_model=try_on.remote_model,
            images=report.image_count,
            task_id=try_on.remote_task_id,
            **answer_columns(report),
        )
        return now
    if report.state is RemoteState.GONE and now - sent_at(try_on) < REGISTRATION_DELAY:
        return next_look(try_on)
    if report.state is RemoteState.GONE or try_on.is_past_deadline:
        raise TaskGone(
            _("The API no longer knows this task; results are forgotten after 24 hours."),
            code="TaskGone",
            request_id=report.request_id,
        )
    if report.state is RemoteState.FAILED:
        return _after_failure(try_on, report)
    if report.state is RemoteState.CANCELED:
        try_on.move(Status.CANCELED, **answer_columns(report))
        return None
    return next_look(try_on)


def collect(try_on: TryOnResult, provider: Provider) -> datetime | None:
    """Step: bring the picture home, then have its clothes found, then be done."""
    if not try_on.image:
        _store_picture(try_on, provider)
    if conf.PARSE_RESULTS and not _is_parsed(try_on):
        return timezone.now() + LOOK_AGAIN
    try_on.move(Status.SUCCEEDED)
    return None


def _look_anew(try_on: TryOnResult) -> None:
    """Now that one of their kind has told how long they take, plan the looks at the others.

    Those that are as old as it was have probably ended as well.
    """
    now = timezone.now()
    seconds = timedelta(seconds=try_on.account.task_seconds[try_on.remote_model][-1])
    for other in _running_like(try_on).filter(lease_token=""):
        other.account = try_on.account
        due_at = now if now - sent_at(other) > seconds else next_look(other)
        _running_like(try_on).filter(pk=other.pk, lease_token="").update(due_at=due_at)


def _running_like(try_on: TryOnResult) -> TryOnResultQuerySet:
    """Other tasks of the same kind that are under way."""
    return TryOnResult.objects.filter(
        account=try_on.account_id, remote_model=try_on.remote_model, status=Status.RUNNING
    ).exclude(pk=try_on.pk)


def _after_failure(try_on: TryOnResult, report: TaskReport) -> datetime | None:
    """A failed task is not billed; if the fault was a passing one, another task may succeed."""
    columns = {
        **answer_columns(report),
        "error_code": report.code,
        "error_message": report.message,
    }
    if not is_passing(report.code, report.message) or try_on.failed_tasks >= FURTHER_TASKS:
        try_on.move(Status.FAILED, **columns)
        return None
    failed = try_on.failed_tasks + 1
    try_on.move(
        Status.PREPARING,
        **columns,
        failed_tasks=failed,
        remote_task_id=None,
        submitted_at=None,
    )
    return timezone.now() + FURTHER_TASK_AFTER * failed


def sent_at(try_on: TryOnResult) -> datetime:
    """When the paid request left."""
    return try_on.submitted_at or try_on.created_at


def answer_columns(report: TaskReport) -> dict[str, Any]:
    """What every answer about a task leaves on the row."""
    return {
        "remote_answer": dict(report.raw),
        "request_id": report.request_id,
        "result_url": report.image_url,
    }


def _store_picture(try_on: TryOnResult, provider: Provider) -> None:
    """Download, check and keep the result; remote copies die after 24 hours."""
    if try_on.attempts:  # the address may have expired since; the task still names a good one
        try_on.write(**answer_columns(provider.query(try_on.remote_task_id or "")))
    picture = images.verify(download(try_on.result_url)).marked(conf.DIGITAL_SOURCE_TYPE)
    small = images.thumbnail(picture.data)
    try_on.image.save(unguessable_name(picture.suffix), ContentFile(picture.data), save=False)
    try_on.thumbnail.save(unguessable_name(".jpg"), ContentFile(small), save=False)
    renditions = try_on.make_renditions(picture.data)
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
    except LeaseLost:
        discard(try_on.image.storage, renditions)
        try_on.image.delete(save=False)
        try_on.thumbnail.delete(save=False)
        raise


def _is_parsed(try_on: TryOnResult) -> bool:
    """Whether the search for clothes is over, or not worth waiting for.

    A picture is not held back by a search that failed, that meets trouble again and
    again, or that has to wait for money: its hotspots come later, or not at all.
    """
    garment = try_on.top_garment
    one_piece = garment is not None and garment.kind == GarmentKind.ONE_PIECE
    ask_for_clothes(
        try_on,
        ONE_PIECE if one_piece else TWO_PIECES,
        requested_by=try_on.requested_by,
        failed_since=try_on.queued_at,
    )
    if conf.PARSING_MODEL in budgets.unaffordable(try_on.account):
        return True
    return not try_on.parses.open().filter(attempts__lt=PATIENCE).exists()
