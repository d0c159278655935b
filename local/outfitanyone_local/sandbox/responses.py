"""Response bodies and headers, with fields in the order of the vendor's documents."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from .clock import beijing_text
from .errors import Problem
from .image_service import ParsedArea
from .remote_models import MODELS
from .tasks import Task

REQUEST_ID_FIRST = {"parse", "query", "list", "cancel"}
"""Endpoints whose documented samples start with the request id; the others end with it."""
RUNNING_STATUSES = {"PRE-PROCESSING", "POST-PROCESSING"}
"""Statuses that the task list reports as RUNNING."""
REGION = "cn-beijing"


def json_response(body: Mapping[str, Any], *, request_id: str, status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    response = Response(text.encode("utf-8", "replace"), status, mimetype="application/json")
    response.headers["Content-Type"] = "application/json"
    response.headers["X-Request-Id"] = request_id
    if status != 401:
        response.headers["X-DashScope-Call-App"] = "true"
        response.headers["X-DashScope-Timeout"] = "298"
        response.headers["Resp-Start-Time"] = str(round(time.time() * 1000))
    return response


def error_body(problem: Problem, *, request_id: str, endpoint: str) -> dict[str, Any]:
    body = _problem_fields(problem)
    if endpoint in REQUEST_ID_FIRST and problem.status != 401:
        return {"request_id": request_id, **body}
    return {**body, "request_id": request_id}


def xml_error_response(problem: Problem, *, request_id: str, host: str) -> Response:
    """Return an error in the XML format of the object store."""
    values = {
        "Code": problem.code,
        "Message": problem.message,
        "RequestId": request_id,
        "HostId": host,
    }
    inner = "".join(f"\n  <{name}>{escape(value)}</{name}>" for name, value in values.items())
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}\n</Error>\n'
    return object_store_response(
        text.encode(),
        request_id=request_id,
        content_type="application/xml",
        status=problem.status,
    )


def object_store_response(
    data: bytes = b"", *, request_id: str, content_type: str = "", status: int = 200
) -> Response:
    response = Response(data, status, content_type=content_type)
    if not data:
        del response.headers["Content-Type"]
    response.headers["X-Oss-Request-Id"] = request_id
    return response


def submit_body(task: Task) -> dict[str, Any]:
    return {
        "output": {"task_status": "PENDING", "task_id": task.task_id},
        "request_id": task.request_id,
    }


def unknown_task_body(task_id: str, *, request_id: str) -> dict[str, Any]:
    return {"request_id": request_id, "output": {"task_id": task_id, "task_status": "UNKNOWN"}}


@dataclass(frozen=True)
class Success:
    """What the query of a finished task says about its pictures: fields of the output, usage."""

    output: Mapping[str, Any]
    usage: Mapping[str, Any]


def task_body(task: Task, *, request_id: str, success: Success, now: float) -> dict[str, Any]:
    """Return the body of a query.

    Like the documented sample, a FAILED task has no times and no usage.
    """
    status = task.status(now)
    output: dict[str, Any] = {"task_id": task.task_id, "task_status": status}
    body: dict[str, Any] = {"request_id": request_id, "output": output}
    if status == "FAILED" and task.problem:
        return body | {"output": {**output, **_problem_fields(task.problem)}}
    moments = {
        "submit_time": task.submitted_at,
        "scheduled_time": _scheduled_at(task, now=now),
        "end_time": task.canceled_at or task.finished_at,
    }
    output.update({name: beijing_text(at) for name, at in moments.items() if at is not None})
    if status == "SUCCEEDED":
        output.update(success.output)
        if task.findings:
            output["sandbox_findings"] = list(task.findings)
        body["usage"] = dict(success.usage)
    return body


def list_body(
    tasks: Sequence[Task], *, page_no: int, page_size: int, request_id: str, now: float
) -> dict[str, Any]:
    page = tasks[(page_no - 1) * page_size : page_no * page_size]
    return {
        "request_id": request_id,
        "total": len(tasks),
        "total_page": -(-len(tasks) // page_size),
        "page_no": page_no,
        "page_size": page_size,
        "data": [_listed(task, now=now) for task in page],
    }


def listed_status(task: Task, *, now: float) -> str:
    status = task.status(now)
    return "RUNNING" if status in RUNNING_STATUSES else status


def parse_body(
    areas: Iterable[ParsedArea | None], *, request_id: str, url_of: Any
) -> dict[str, Any]:
    """Return the body of a parse.

    ``None`` becomes ``null`` in all three lists; the request is billed all the same.
    """
    areas = list(areas)
    return {
        "output": {
            "bbox": [area and area.box for area in areas],
            "parsing_img_url": [area and url_of(area.cutout_key) for area in areas],
            "crop_img_url": [area and url_of(area.crop_key) for area in areas],
        },
        "usage": {"image_count": 1},
        "request_id": request_id,
    }


def account_numbers(account: str) -> dict[str, str]:
    """Return made-up numbers that stay the same for one API key."""
    number = int(account[:12], 16)
    uid = f"1{number % 10**15:015d}"
    return {"api_key_id": str(number % 10**6), "caller_parent_id": uid, "caller_uid": uid}


def _problem_fields(problem: Problem) -> dict[str, Any]:
    """Return the documented code and message, and beside them the sandbox's own reason."""
    fields: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if problem.reason:
        fields |= {"sandbox_reason": problem.reason, "sandbox_findings": list(problem.findings)}
    return fields


def _scheduled_at(task: Task, *, now: float) -> float | None:
    """Return when the task left the queue. Only a task that never did can be canceled."""
    return None if task.status(now) in {"PENDING", "CANCELED"} else task.scheduled_at


def _listed(task: Task, *, now: float) -> dict[str, Any]:
    numbers = account_numbers(task.account)
    moments = {
        "gmt_create": task.submitted_at,
        "start_time": _scheduled_at(task, now=now),
        "end_time": task.canceled_at or task.finished_at,
    }
    return {
        "task_id": task.task_id,
        "status": listed_status(task, now=now),
        "model_name": task.model,
        "region": REGION,
        "request_id": task.request_id,
        **numbers,
        **{name: int(at * 1000) for name, at in moments.items() if at is not None},
        "user_api_unique_key": f"apikey:v1:{_place(task.model)}:{task.model}",
    }


def _place(model: str) -> str:
    """Return where a model belongs, as the path of its requests says it."""
    return MODELS[model].path.rpartition("/services/")[2].replace("/", ":")
