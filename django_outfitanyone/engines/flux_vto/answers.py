"""Read the answers of FLUX VTO into the app's types. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from django_outfitanyone.engines import json_values
from django_outfitanyone.engines.base import RemoteState, Result, TaskReport
from django_outfitanyone.engines.documents import excerpt
from django_outfitanyone.engines.error_kind import TASK_GONE
from django_outfitanyone.engines.json_client import Reply
from django_outfitanyone.engines.json_values import Malformed

from .tables import CODES, PRICE_PER_CREDIT, RESULT_LIFE, STATES

_MOST_CREDITS = 10_000
"""A larger number in one answer is as good as none."""


def submitted_task(reply: Reply, *, own: Callable[[str], str]) -> TaskReport:
    """Return the task that a submit created.

    The handle is the address to poll, which is that of the region at work. An address that is
    not the vendor's must not get the key; then the handle is the task's id.
    """
    document = reply.document
    task_id = json_values.handle(document.get("id"))
    polling_url = json_values.handle(own(json_values.url(document.get("polling_url"))))
    if not polling_url and not task_id:
        raise Malformed("The answer to the submit names no task.")
    return TaskReport(
        handle=polling_url or task_id,
        state=RemoteState.WAITING,
        cost=_cost(document),
        request_id=reply.request_id,
        server_time=reply.answer.server_time,
        raw=excerpt(document),
    )


def task_report(reply: Reply, *, handle: str) -> TaskReport:
    """Return the state of a task. A status that is not known keeps polling."""
    document = reply.document
    status = json_values.word(document.get("status"))
    if not status:
        raise Malformed("The answer names no status.")
    state = STATES.get(status, RemoteState.UNKNOWN)
    results = _results(document.get("result")) if state is RemoteState.SUCCEEDED else ()
    if state is RemoteState.SUCCEEDED and not results:
        raise Malformed("The task succeeded, but the answer names no picture.")
    code = TASK_GONE if state is RemoteState.GONE else CODES.get(status, "")
    return TaskReport(
        handle=handle,
        state=state,
        results=results,
        image_count=len(results),
        cost=_cost(document),
        code=code,
        message=_message(document) if code else "",
        request_id=reply.request_id,
        server_time=reply.answer.server_time,
        raw=excerpt(document),
    )


def credits_left(reply: Reply) -> Decimal:
    """Return the credits of the account: ``{"credits": N}``."""
    left = json_values.amount(reply.document.get("credits"), most=10**12)
    if left is None:
        raise Malformed("The answer names no credits.")
    return left


def _results(result: object) -> tuple[Result, ...]:
    """Return the picture; its address ends ten minutes after the task has ended.

    When that was is not known, so the end counts from this answer: fetch at once.
    """
    sample = result.get("sample") if isinstance(result, dict) else None
    address = json_values.url(json_values.first(sample))
    if not address.startswith("http"):
        return ()
    return (Result(url=address, expires_at=datetime.now(timezone.utc) + RESULT_LIFE),)


def _cost(document: Mapping[str, Any]) -> Decimal | None:
    """Return the cost in USD, if the answer names the credits."""
    used = json_values.amount(document.get("cost"), most=_MOST_CREDITS)
    return None if used is None else used * PRICE_PER_CREDIT


def _message(document: Mapping[str, Any]) -> str:
    """Return why the task failed: ``details`` has the reasons of the moderation."""
    details = document.get("details")
    reasons: list[str] = []
    for value in details.values() if isinstance(details, dict) else (details,):
        items = value if isinstance(value, list) else [value]
        reasons += [json_values.text(item, 200) for item in items[:10]]
    return json_values.text("; ".join(filter(None, reasons))) or json_values.fault(document)[1]
