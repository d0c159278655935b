"""The filters and pages of the task list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from outfitanyone_local.sandbox.clock import BEIJING
from outfitanyone_local.sandbox.errors import Refused, parameter_required
from outfitanyone_local.sandbox.responses import REGION, account_numbers, listed_status
from outfitanyone_local.sandbox.tasks import Task

SPAN_SECONDS = 24 * 3600
STATUSES = {"PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"}
DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 100
"""Not documented; the sandbox needs some limit."""


def select_tasks(tasks: Sequence[Task], arguments: Mapping[str, str], *, now: float) -> list[Task]:
    """Return the tasks that pass every filter of the query string, in the given order."""
    start, end = _span(arguments, now=now)
    status = arguments.get("status")
    if status and status not in STATUSES:
        raise Refused(parameter_required("status"))
    filters = {name: arguments[name] for name in _READERS if arguments.get(name)}
    return [
        task
        for task in tasks
        if start <= task.submitted_at < end + 1
        and (not status or listed_status(task, now=now) == status)
        and all(_READERS[name](task) == value for name, value in filters.items())
    ]


def read_page(arguments: Mapping[str, str]) -> tuple[int, int]:
    """Return page number and page size."""
    return (
        _count(arguments, "page_no", default=1, most=10**6),
        _count(arguments, "page_size", default=DEFAULT_PAGE_SIZE, most=MAX_PAGE_SIZE),
    )


_READERS: dict[str, Callable[[Task], str]] = {
    "task_id": lambda task: task.task_id,
    "model_name": lambda task: task.model,
    "region": lambda _task: REGION,
    "api_key_id": lambda task: account_numbers(task.account)["api_key_id"],
}


def _span(arguments: Mapping[str, str], *, now: float) -> tuple[float, float]:
    """Return start and end: by default the last 24 hours; one given end sets the other.

    The whole end second belongs to the span, so that a list until now has the newest task.
    """
    start, end = _moment(arguments, "start_time"), _moment(arguments, "end_time")
    if start is None:
        end = now if end is None else end
        return end - SPAN_SECONDS, end
    end = min(start + SPAN_SECONDS, now) if end is None else end
    if not 0 <= end - start <= SPAN_SECONDS:
        raise Refused(parameter_required("end_time"))
    return start, end


def _moment(arguments: Mapping[str, str], name: str) -> float | None:
    text = arguments.get(name)
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING).timestamp()
    except (ValueError, OverflowError) as error:
        raise Refused(parameter_required(name)) from error


def _count(arguments: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    text = arguments.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= most:
        raise Refused(parameter_required(name))
    return int(text)
