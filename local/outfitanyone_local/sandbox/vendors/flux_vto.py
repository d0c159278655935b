"""FLUX VTO of Black Forest Labs: a polling address, and results that live ten minutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from outfitanyone_local.sandbox import outfit_tasks
from outfitanyone_local.sandbox.emulator import (
    Emulator,
    Endpoint,
    RequestContext,
    plain_json,
    read_json,
)
from outfitanyone_local.sandbox.errors import Problem, Refused
from outfitanyone_local.sandbox.remote_models import FLUX_VTO, MODELS
from outfitanyone_local.sandbox.sandbox import Sandbox
from outfitanyone_local.sandbox.tasks import Task

from .flux_vto_fields import read_outfit

API = "/flux-vto"
MOST_RUNNING = 24
RESULT_SECONDS = 600.0
CREDITS_PER_PICTURE = 5

NO_KEY = Problem(403, "Forbidden", "Not authenticated")
NOT_FOUND = Problem(404, "NotFound", "Not Found")
BODY_INVALID = Problem(422, "Validation", "The body is no JSON object.")
TOO_LARGE = Problem(413, "TooLarge", "Request body too large")
NO_CREDITS = Problem(402, "InsufficientCredits", "Insufficient credits")
RATE_LIMIT = Problem(429, "RateLimit", "Too many active tasks. Limit: 24")
INTERNAL = Problem(500, "Internal", "Internal server error")

REQUEST_MODERATED = Problem(200, "Request Moderated", "Moderated")
CONTENT_MODERATED = Problem(200, "Content Moderated", "Moderated")
TASK_ERROR = Problem(200, "Error", "The task failed.")
TASK_ERRORS = {p.code: p for p in (REQUEST_MODERATED, CONTENT_MODERATED, TASK_ERROR)}
"""By the status that a query shows."""
STATUSES = {
    "PENDING": "Pending",
    "PRE-PROCESSING": "Pending",
    "RUNNING": "Pending",
    "POST-PROCESSING": "Pending",
    "SUCCEEDED": "Ready",
}


def submit(context: RequestContext, *, model: str) -> Response:
    if model not in MODELS or MODELS[model].engine != FLUX_VTO:
        raise Refused(NOT_FOUND)
    body = read_json(context.request, problem=BODY_INVALID)
    outfit = read_outfit(body, keep=lambda data: outfit_tasks.keep_picture(context, data))
    if _credits_left(context) < CREDITS_PER_PICTURE:
        raise Refused(NO_CREDITS)
    if context.sandbox.tasks.count_open(context.account, now=context.now) >= MOST_RUNNING:
        raise Refused(RATE_LIMIT)
    task = outfit_tasks.submit(context, outfit, model=model, emulator=FluxVTO())
    polling_url = f"{context.host_url}{API}/v1/get_result?id={task.task_id}"
    return plain_json({"id": task.task_id, "polling_url": polling_url})


def get_result(context: RequestContext) -> Response:
    task_id = context.request.args.get("id", "")
    task = context.sandbox.tasks.query(task_id, account=context.account, now=context.now)
    if task is None:
        unknown = {"id": task_id, "status": "Task not found", "result": None}
        return plain_json(unknown, status=404)
    word = task.status(context.now)
    body: dict[str, Any] = {"id": task_id, "status": STATUSES.get(word, word), "result": None}
    if word == "FAILED" and task.problem:
        return plain_json({**body, **_failure(task.problem)})
    if word == "SUCCEEDED":
        body["result"] = _result(context, task)
    return plain_json(body)


def account(context: RequestContext) -> Response:
    return plain_json({"credits": float(_credits_left(context))})


class FluxVTO(Emulator):
    """The API; its errors have a ``detail`` and no code."""

    engines = (FLUX_VTO,)
    base_path = API
    endpoints = (
        Endpoint(
            name="submit",
            path=f"{API}/v1/flux-tools/<model>",
            method="POST",
            handle=submit,
            max_body_bytes=outfit_tasks.MAX_BODY_BYTES,
        ),
        Endpoint(name="query", path=f"{API}/v1/get_result", method="GET", handle=get_result),
        Endpoint(name="account", path=f"{API}/v1/credits", method="GET", handle=account),
    )
    no_key = NO_KEY
    wrong_key = NO_KEY
    not_found = NOT_FOUND
    invalid_body = BODY_INVALID
    too_large = TOO_LARGE
    internal = INTERNAL

    def key_of(self, request: Request) -> str:
        key = request.headers.get("x-key", "").strip()
        if not key:
            raise Refused(NO_KEY)
        return key

    def model_of(
        self, sandbox: Sandbox, endpoint: Endpoint, arguments: Mapping[str, str], request: Request
    ) -> str:
        if endpoint.name == "query":
            return sandbox.tasks.model_of(request.args.get("id", ""))
        return arguments.get("model", "")

    def find_problem(self, code: str) -> Problem | None:
        known = (NO_KEY, NOT_FOUND, BODY_INVALID, TOO_LARGE, NO_CREDITS, RATE_LIMIT, INTERNAL)
        return TASK_ERRORS.get(code) or next((each for each in known if each.code == code), None)

    def error_body(self, problem: Problem) -> Mapping[str, Any]:
        detail: Any = outfit_tasks.text_of(problem)
        if problem.status == 422:
            detail = [{"loc": ["body", *problem.findings], "msg": detail, "type": "value_error"}]
        return {"detail": detail}


def _credits_left(context: RequestContext) -> int:
    used = outfit_tasks.pictures_made(context) * CREDITS_PER_PICTURE
    return outfit_tasks.INITIAL_CREDITS - used


def _failure(problem: Problem) -> dict[str, Any]:
    """Return status and details: a moderation's reasons, or why there is no preview."""
    if problem.code in {REQUEST_MODERATED.code, CONTENT_MODERATED.code}:
        return {"status": problem.code, "details": {"Moderation Reasons": [problem.message]}}
    return {"status": TASK_ERROR.code, "details": {"error": outfit_tasks.text_of(problem)}}


def _result(context: RequestContext, task: Task) -> dict[str, Any]:
    made_at = task.finished_at or context.now
    sample = context.result_url(task.file_key, made_at=made_at, life_seconds=RESULT_SECONDS)
    return {"sample": sample, "prompt": "", "seed": 0}
