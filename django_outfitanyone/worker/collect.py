"""The steps of a try-on after its submit: poll the remote task, download and store the picture."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn, cast

from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account.poll_limit import one_poll
from django_outfitanyone.engines.base import RemoteState, Result, TaskReport
from django_outfitanyone.engines.capabilities import Unclear
from django_outfitanyone.exceptions import (
    InputRejected,
    OutcomeUnknown,
    ResultLost,
    ServerFault,
    TaskGone,
)
from django_outfitanyone.models.remote_job import settled_columns
from django_outfitanyone.worker.answers import conclude, is_conclusive
from django_outfitanyone.worker.orders import order_of
from django_outfitanyone.worker.periods import period
from django_outfitanyone.worker.poll_schedule import schedule_for
from django_outfitanyone.worker.store import finish, store_results

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine, TryOnOrder
    from django_outfitanyone.models import TryOnResult

logger = logging.getLogger("django_outfitanyone")

LONGEST_WAIT = 300.0
"""Seconds: an engine that asks for a longer pause between two polls is polled after this."""
REGISTRATION_DELAY = timedelta(seconds=60)
"""The engine may not list a task that is younger than this yet."""


def poll(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Step: poll the remote task."""
    with one_poll(try_on.account):
        report = engine.query(try_on.remote_task_id or "")
    schedule = schedule_for(try_on)
    now = timezone.now()
    if is_conclusive(report):
        due_at = conclude(try_on, _of_row(report, try_on), engine)
        if report.state is RemoteState.SUCCEEDED and schedule.record(report):
            schedule.reschedule_others(try_on)
        return due_at
    if report.state is RemoteState.GONE and now - try_on.sent_at < REGISTRATION_DELAY:
        return schedule.next_poll_at(try_on)
    if report.state is RemoteState.GONE or _has_expired(try_on, report):
        raise _gone(try_on, report)
    if report.retry_after is not None:
        return now + timedelta(seconds=min(max(report.retry_after, 0.0), LONGEST_WAIT))
    return schedule.next_poll_at(try_on)


def collect(try_on: TryOnResult, engine: Engine) -> datetime | None:
    """Step: store the picture, with which the try-on has succeeded.

    The picture of a stage makes the next stage due instead.
    """
    if try_on.image:  # stored by an older version, which waited for the clothes parse
        finish(try_on)
    else:
        store_results(try_on, _results(try_on, engine), engine)
    return timezone.now() if try_on.is_open else None


def _of_row(report: TaskReport, try_on: TryOnResult) -> TaskReport:
    """Return the report with the row's own handle, whatever the answer calls the task."""
    return replace(report, handle=try_on.remote_task_id or report.handle)


def _has_expired(try_on: TryOnResult, report: TaskReport) -> bool:
    """Whether the engine must have deleted the task, by its own clock and times only."""
    if report.server_time is None or report.submitted_at is None:
        return False
    return report.server_time - report.submitted_at > try_on.longest_task


def _gone(try_on: TryOnResult, report: TaskReport) -> TaskGone:
    life = try_on.capabilities.result_life or try_on.longest_task
    text = _("The engine no longer knows this task: it deletes results after %(period)s.")
    return TaskGone(text % {"period": period(life)}, code="TaskGone", request_id=report.request_id)


def _results(try_on: TryOnResult, engine: Engine) -> Sequence[Result]:
    """Return what can be fetched: by the known address, or by asking the engine again.

    After a failed attempt the known address may have expired. An answer without a picture, or
    none at all, must not cost it.
    """
    known = [Result(url=try_on.result_url)] if try_on.result_url else []
    if known and not try_on.attempts:
        return known
    try:
        renewed = _ask_again(try_on, engine)
    except (ServerFault, InputRejected) as error:
        if not known:
            raise
        logger.warning("Try-on %s: its picture's address was not renewed: %s", try_on.pk, error)
        return known
    return renewed or known or _lost()


def _ask_again(try_on: TryOnResult, engine: Engine) -> Sequence[Result]:
    """Return the results that the engine still has, and keep the new address."""
    if try_on.remote_task_id:
        report = engine.query(try_on.remote_task_id)
    elif try_on.capabilities.unclear is Unclear.KEY and try_on.submit_key:
        report = _repeated(try_on, engine)
    else:
        return ()
    if report.image_url:
        try_on.write(**settled_columns(report, try_on.capabilities))
    return report.results


def _repeated(try_on: TryOnResult, engine: Engine) -> TaskReport:
    """Send the request with the key that is paid already; a lost answer is no loss then."""
    order = cast("TryOnOrder", order_of(try_on, engine))
    try:
        return engine.submit(order, key=try_on.submit_key)
    except OutcomeUnknown as error:
        raise ServerFault(error.message, code=error.code) from error


def _lost() -> NoReturn:
    raise ResultLost
