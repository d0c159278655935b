"""Read FASHN's answers into the app's types. Sends nothing."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

from django_outfitanyone.engines import json_values
from django_outfitanyone.engines.base import RemoteState, Result, TaskReport
from django_outfitanyone.engines.documents import excerpt
from django_outfitanyone.engines.json_client import Reply
from django_outfitanyone.engines.json_values import Malformed

from .tables import MOST_PICTURES, RESULT_LIFE, STATES

CREDITS_HEADER = "x-fashn-credits-used"
_MOST_CREDITS = 1000
"""A larger number in one answer is as good as none."""


def submitted_task(reply: Reply, *, price_per_credit: Decimal) -> TaskReport:
    """Return the task that a submit created."""
    task_id = json_values.handle(reply.document.get("id"))
    if not task_id or reply.document.get("error"):
        raise Malformed("The answer to the submit names no task.")
    return TaskReport(
        handle=task_id,
        state=RemoteState.WAITING,
        cost=_cost(reply, price_per_credit),
        request_id=reply.request_id,
        server_time=reply.answer.server_time,
        raw=excerpt(reply.document),
    )


def task_report(reply: Reply, *, task_id: str, price_per_credit: Decimal) -> TaskReport:
    """Return the state of a task."""
    document = reply.document
    status = document.get("status")
    if not isinstance(status, str) or not status:
        raise Malformed("The answer names no status.")
    if json_values.handle(document.get("id")) not in {"", task_id}:
        raise Malformed("The answer is about another task.")
    state = STATES.get(json_values.word(status), RemoteState.UNKNOWN)
    results = _results(document.get("output")) if state is RemoteState.SUCCEEDED else ()
    if state is RemoteState.SUCCEEDED and not results:
        raise Malformed("The task succeeded, but the answer names no picture.")
    code, message = json_values.fault(document)
    if state is RemoteState.FAILED and not code and json_values.word(status) == "timeout":
        code = "PollingTimeout"
    return TaskReport(
        handle=task_id,
        state=state,
        results=results,
        image_count=len(results),
        cost=_cost(reply, price_per_credit),
        code=code,
        message=message,
        request_id=reply.request_id,
        server_time=reply.answer.server_time,
        raw={} if any(result.data for result in results) else excerpt(document),
    )


def credits_left(reply: Reply) -> Decimal:
    """Return the credits of the account: ``{"credits": {"total": N}}``."""
    found = reply.document.get("credits")
    total = json_values.amount(
        found.get("total") if isinstance(found, dict) else found, most=10**12
    )
    if total is None:
        raise Malformed("The answer names no credits.")
    return total


def _results(output: object) -> tuple[Result, ...]:
    """Return the pictures. The vendor sends data URLs only if they were asked for."""
    expires_at = datetime.now(timezone.utc) + RESULT_LIFE
    found = []
    for item in output[:MOST_PICTURES] if isinstance(output, list) else [output]:
        address = json_values.url(item)
        data = json_values.image_data(item)
        if address.startswith("http") or data:
            found.append(Result(url=address, data=data, expires_at=expires_at))
    return tuple(found)


def _cost(reply: Reply, price_per_credit: Decimal) -> Decimal | None:
    """Return the cost by the header with the credits; answers before the end have none."""
    used = json_values.amount(reply.answer.headers.get(CREDITS_HEADER), most=_MOST_CREDITS)
    return None if used is None else used * price_per_credit
