"""Read the API's answers into the app's types. Sends nothing.

The documents of the API contradict each other, so every optional value may be missing. A
missing required value raises ``Malformed``. Texts and numbers are limited to what fits into
the columns of every database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from django_outfitanyone.engines.base import (
    Box,
    ListedTask,
    ParsedArea,
    ParseReport,
    RemoteState,
    Result,
    TaskReport,
)
from django_outfitanyone.engines.documents import INTEGER_LIMIT, Document, excerpt

from .results import image_count_of, results_of
from .values import at, count_of, text_of, url_of

if TYPE_CHECKING:
    from typing import TypeGuard

BEIJING = timezone(timedelta(hours=8))
"""The time zone of all times that the API writes without one."""

STATES = {
    "PENDING": RemoteState.WAITING,
    "SUSPENDED": RemoteState.WAITING,
    "PRE-PROCESSING": RemoteState.RUNNING,
    "RUNNING": RemoteState.RUNNING,
    "POST-PROCESSING": RemoteState.RUNNING,
    "SUCCEEDED": RemoteState.SUCCEEDED,
    "FAILED": RemoteState.FAILED,
    "CANCELED": RemoteState.CANCELED,
    "UNKNOWN": RemoteState.GONE,  # the task does not exist or was deleted
}

_SIDE_LIMIT = 65_535
_PAGE_LIMIT = 2**31 - 1
_TASK_ID_LIMIT = 100
_AREA_LISTS = {"bbox", "crop_img_url", "parsing_img_url"}


class Malformed(ValueError):
    """The answer lacks a required value."""


def fault(document: Mapping[str, Any]) -> tuple[str, str]:
    """Return code and message of an error: flat, or inside ``output`` or ``error``.

    Beside the documented message, the local sandbox says what is wrong with a picture; the
    message then ends with that.
    """
    for place in (document, document.get("output"), document.get("error")):
        if isinstance(place, Mapping) and place.get("code"):
            return text_of(str(place["code"]), 100), _message(place)
    return "", _message(document)


def _message(place: Mapping[str, Any]) -> str:
    message = text_of(place.get("message"), 2000)
    reason = text_of(place.get("sandbox_reason"), 500).strip()
    if not reason:
        return message
    return f"{message[:1400].rstrip('. ')}: {reason}" if message else reason


def request_id(document: Mapping[str, Any]) -> str:
    return text_of(document.get("request_id"), 100)


def confirmed(document: Mapping[str, Any]) -> None:
    """Check an answer that holds no values."""
    if not document or fault(document)[0]:
        raise Malformed("The answer confirms nothing.")


def submitted_task(document: Mapping[str, Any]) -> TaskReport:
    """Return the task that a submit created."""
    output = _output(document)
    task_id = output.get("task_id")
    if not _is_task_id(task_id):
        raise Malformed("The answer to the submit names no task.")
    state = _state(output.get("task_status", "PENDING"))
    return TaskReport(
        handle=task_id, state=state, request_id=request_id(document), raw=excerpt(document)
    )


def task_report(document: Mapping[str, Any], *, task_id: str) -> TaskReport:
    output = _output(document)
    other = output.get("task_id")
    if isinstance(other, str) and other not in {"", task_id}:
        raise Malformed("The answer is about another task.")
    if not output.get("task_status"):
        raise Malformed("The answer names no task status.")
    state = _state(output["task_status"])
    results = results_of(document)
    if state is RemoteState.SUCCEEDED and not results:
        raise Malformed("The task succeeded, but the answer names no picture.")
    code, message = fault({"output": output})
    return TaskReport(
        handle=task_id,
        state=state,
        results=results,
        image_count=image_count_of(document),
        code=code,
        message=message,
        request_id=request_id(document),
        submitted_at=moment(output.get("submit_time")),
        started_at=moment(output.get("scheduled_time")),
        finished_at=moment(output.get("end_time")),
        raw=excerpt(document),
    )


def parse_report(document: Mapping[str, Any], *, clothes_types: Sequence[str]) -> ParseReport:
    output = _output(document)
    if fault(document)[0]:
        raise Malformed("The answer is an error.")
    if _is_cut(document) and not output.keys() >= _AREA_LISTS:
        raise Malformed("The areas are not complete.")  # which does not mean that none was found
    return ParseReport(
        areas=tuple(_area(output, index, name) for index, name in enumerate(clothes_types)),
        image_count=image_count_of(document),
        request_id=request_id(document),
        raw=excerpt(document),
    )


class TaskPage(NamedTuple):
    """One page of the task list; not complete if it may have lines that could not be read."""

    tasks: list[ListedTask]
    pages: int
    is_complete: bool


def task_page(document: Mapping[str, Any]) -> TaskPage:
    lines = document.get("data", [] if _is_cut(document) else None)
    if not isinstance(lines, list):
        raise Malformed("The task list is no list.")
    tasks = [
        ListedTask(
            task_id=line["task_id"],
            model=text_of(line.get("model_name"), 100),
            state=_state(line.get("status")),
            submitted_at=moment(line.get("gmt_create") or line.get("start_time")),
        )
        for line in lines
        if isinstance(line, dict) and _is_task_id(line.get("task_id"))
    ]
    return TaskPage(
        tasks=tasks,
        pages=count_of(document.get("total_page"), _PAGE_LIMIT),
        is_complete=len(tasks) == len(lines) and not _is_cut(document),
    )


def moment(value: object) -> datetime | None:
    """Return a time in UTC.

    The API writes Beijing time with or without milliseconds, or milliseconds since 1970.
    """
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return time.replace(tzinfo=time.tzinfo or BEIJING).astimezone(timezone.utc)
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value / 1000, timezone.utc)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _is_cut(document: Mapping[str, Any]) -> bool:
    return isinstance(document, Document) and document.is_cut


def _is_task_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= _TASK_ID_LIMIT


def _state(word: object) -> RemoteState:
    return STATES.get(str(word).upper(), RemoteState.UNKNOWN)


def _area(output: Mapping[str, Any], index: int, clothes_type: str) -> ParsedArea | None:
    """Return one area; ``None`` without a box and a crop, of which each is of use alone."""
    box = _box(at(output.get("bbox"), index))
    crop_url = url_of(at(output.get("crop_img_url"), index))
    if box is None and not crop_url:
        return None
    return ParsedArea(
        clothes_type=clothes_type,
        box=box,
        crop=_result(crop_url),
        cutout=_result(url_of(at(output.get("parsing_img_url"), index))),
    )


def _result(url: str) -> Result | None:
    return Result(url=url) if url else None


def _box(corners: object) -> Box | None:
    if not isinstance(corners, list) or len(corners) != 4:
        return None
    if not all(isinstance(edge, (int, float)) and abs(edge) <= INTEGER_LIMIT for edge in corners):
        return None  # nor is NaN within any limit
    x1, y1, x2, y2 = (max(0, round(edge)) for edge in corners)
    if not (x1 < x2 <= _SIDE_LIMIT and y1 < y2 <= _SIDE_LIMIT):
        return None
    return x1, y1, x2, y2


def _output(document: Mapping[str, Any]) -> Mapping[str, Any]:
    output = document.get("output")
    if not isinstance(output, dict):
        raise Malformed("The answer has no output.")
    return output
