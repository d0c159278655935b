"""Read the answers of Pruna's API into the app's types. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from django_outfitanyone.engines import json_values
from django_outfitanyone.engines.base import RemoteState, Result, TaskReport, Upload
from django_outfitanyone.engines.documents import excerpt
from django_outfitanyone.engines.json_client import Reply
from django_outfitanyone.engines.json_values import Malformed

from .tables import STATES, TASK_FAILED

UPLOAD_LIFE = timedelta(hours=1)
"""Assumed for an upload whose answer names no end; the vendor's documents name none either."""

Own = Callable[[str], str]
"""Returns the whole address if it is the vendor's own, else ``""``."""


def submitted_task(reply: Reply, *, own: Own) -> TaskReport:
    """Return the task that a submit created, or its end if the answer already brings it.

    The handle is the task's id; an answer that only has the address of the task is taken too.
    """
    document = reply.document
    task = json_values.handle(document.get("id")) or json_values.handle(
        own(json_values.url(document.get("get_url")))
    )
    report = _report(reply, handle=task)
    if not task and not report.state.is_final:
        raise Malformed("The answer to the submit names no task.")
    return report


def task_report(reply: Reply, *, handle: str) -> TaskReport:
    """Return the state of a task."""
    document = reply.document
    if not isinstance(document.get("status"), str) and not _results(document.get("generation_url")):
        raise Malformed("The answer names no status.")
    other = json_values.handle(document.get("id"))
    if other and "/" not in handle and other != handle:
        raise Malformed("The answer is about another task.")
    return _report(reply, handle=handle)


def upload_of(reply: Reply) -> Upload:
    """Return the address of an uploaded file: ``{"urls": {"get": …}, "expires_at": …}``."""
    urls = reply.document.get("urls")
    address = json_values.url(urls.get("get") if isinstance(urls, dict) else None)
    if not address:
        raise Malformed("The answer to the upload names no address.")
    expires_at = json_values.moment(reply.document.get("expires_at"))
    return Upload(url=address, expires_at=expires_at or datetime.now(timezone.utc) + UPLOAD_LIFE)


def _report(reply: Reply, *, handle: str) -> TaskReport:
    document = reply.document
    results = _results(document.get("generation_url"))
    state = _state(document.get("status"), has_results=bool(results))
    if state is RemoteState.SUCCEEDED and not results:
        raise Malformed("The task succeeded, but the answer names no picture.")
    is_failed = state in {RemoteState.FAILED, RemoteState.CANCELED}
    code, message = json_values.fault(document) if is_failed else ("", "")
    return TaskReport(
        handle=handle,
        state=state,
        results=results if state is RemoteState.SUCCEEDED else (),
        image_count=int(state is RemoteState.SUCCEEDED),
        code=code or (TASK_FAILED if state is RemoteState.FAILED else ""),
        message=message,
        request_id=reply.request_id,
        server_time=reply.answer.server_time,
        raw=excerpt(document),
    )


def _state(status: object, *, has_results: bool) -> RemoteState:
    """Return the state; an answer without a status is about a task that was just created."""
    if not isinstance(status, str) or not status:
        return RemoteState.SUCCEEDED if has_results else RemoteState.WAITING
    return STATES.get(json_values.word(status), RemoteState.UNKNOWN)


def _results(value: object) -> tuple[Result, ...]:
    """Return the picture, whose address may be relative to the API and may need the key."""
    address = json_values.url(json_values.first(value))
    return (Result(url=address),) if address else ()
