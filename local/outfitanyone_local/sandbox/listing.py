"""The task list: which tasks a query string chooses, and which page of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from .answers import REGION, account_numbers, listed_status
from .clock import BEIJING
from .errors import Refused, parameter_required
from .tasks import Task

SPAN_SECONDS = 24 * 3600
STATUSES = {"PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"}
DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 100
"""Not documented; some limit has to hold."""


def chosen_tasks(tasks: Sequence[Task], wanted: Mapping[str, str], *, now: float) -> list[Task]:
    """The tasks that pass every filter, in the order they came."""
    start, end = _span(wanted, now=now)
    status = wanted.get("status")
    if status and status not in STATUSES:
        raise Refused(parameter_required("status"))
    filters = {name: wanted[name] for name in _READERS if wanted.get(name)}
    return [
        task
        for task in tasks
        if start <= task.submitted_at < end + 1
        and (not status or listed_status(task, now=now) == status)
        and all(_READERS[name](task) == value for name, value in filters.items())
    ]


def page_of(wanted: Mapping[str, str]) -> tuple[int, int]:
    """Page number and size."""
    return (
        _count(wanted, "page_no", default=1, most=10**6),
        _count(wanted, "page_size", default=DEFAULT_PAGE_SIZE, most=MAX_PAGE_SIZE),
    )


_READERS: dict[str, Callable[[Task], str]] = {
    "task_id": lambda task: task.task_id,
    "model_name": lambda task: task.model,
    "region": lambda _task: REGION,
    "api_key_id": lambda task: account_numbers(task.account)["api_key_id"],
}


def _span(wanted: Mapping[str, str], *, now: float) -> tuple[float, float]:
    """The last 24 hours unless told otherwise; one end given, the other is a day away.

    The end second belongs to the span, or a list of "until now" would miss the newest task.
    """
    start, end = _moment(wanted, "start_time"), _moment(wanted, "end_time")
    if start is None:
        end = now if end is None else end
        return end - SPAN_SECONDS, end
    end = min(start + SPAN_SECONDS, now) if end is None else end
    if not 0 <= end - start <= SPAN_SECONDS:
        raise Refused(parameter_required("end_time"))
    return start, end


def _moment(wanted: Mapping[str, str], name: str) -> float | None:
    text = wanted.get(name)
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING).timestamp()
    except (ValueError, OverflowError) as error:
        raise Refused(parameter_required(name)) from error


def _count(wanted: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    text = wanted.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= most:
        raise Refused(parameter_required(name))
    return int(text)
