"""FASHN: one garment in each request, errors by name, credits in a header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import HTTPException
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
from outfitanyone_local.sandbox.remote_models import FASHN, MODELS
from outfitanyone_local.sandbox.sandbox import Sandbox
from outfitanyone_local.sandbox.tasks import Task

from .fashn_fields import read_outfit

API = "/fashn"
RUNS_PER_MINUTE = 50
QUERIES_PER_TEN_SECONDS = 50
MOST_RUNNING = 6
RESULT_SECONDS = 72 * 3600.0
CREDITS_HEADER = "x-fashn-credits-used"

NO_KEY = Problem(401, "UnauthorizedAccess", "No API key was provided.")
WRONG_KEY = Problem(401, "UnauthorizedAccess", "The API key is not valid.")
NOT_FOUND = Problem(404, "NotFound", "The resource does not exist.")
BODY_INVALID = Problem(400, "BadRequest", "The body is no JSON object.")
RATE_LIMIT = Problem(429, "RateLimitExceeded", "Too many requests.")
CONCURRENCY = Problem(429, "ConcurrencyLimitExceeded", "Too many predictions are running.")
OUT_OF_CREDITS = Problem(429, "OutOfCredits", "Not enough credits for this request.")
INTERNAL = Problem(500, "InternalServerError", "An internal error occurred.")

RUN_ERRORS = {
    problem.code: problem
    for problem in (
        Problem(200, "ImageLoadError", "A picture could not be loaded."),
        Problem(200, "ContentModerationError", "A picture was flagged by the moderation."),
        Problem(200, "PoseError", "No pose was found in a picture."),
        Problem(200, "InputValidationError", "The parameters do not go together."),
        Problem(200, "PipelineError", "The pipeline failed."),
        Problem(200, "ThirdPartyError", "A processor of a third party failed."),
        Problem(200, "3rdPartyProviderError", "A third party failed."),
        Problem(200, "PollingTimeout", "The prediction took too long."),
    )
}
"""Errors of a prediction, which are no errors of its query."""
RUN_ERROR_OF = {
    outfit_tasks.UNREADABLE: "ImageLoadError",
    outfit_tasks.NO_PERSON: "PoseError",
    outfit_tasks.NO_GARMENT: "PoseError",
    outfit_tasks.INTERNAL: "PipelineError",
}
STATUSES = {
    "PENDING": "in_queue",
    "PRE-PROCESSING": "starting",
    "RUNNING": "processing",
    "POST-PROCESSING": "processing",
    "SUCCEEDED": "completed",
    "FAILED": "failed",
    "CANCELED": "canceled",
}


def run(context: RequestContext) -> Response:
    body = read_json(context.request, problem=BODY_INVALID)
    model, outfit = read_outfit(body, keep=lambda data: outfit_tasks.keep_picture(context, data))
    context.admit_rate(RUNS_PER_MINUTE, seconds=60.0, problem=RATE_LIMIT)
    if context.sandbox.tasks.count_open(context.account, now=context.now) >= MOST_RUNNING:
        raise Refused(CONCURRENCY)
    if _credits_left(context) < outfit.count:
        raise Refused(OUT_OF_CREDITS)
    task = outfit_tasks.submit(context, outfit, model=model, emulator=Fashn())
    return plain_json({"id": task.task_id, "error": None})


def status(context: RequestContext, *, task_id: str) -> Response:
    context.admit_rate(QUERIES_PER_TEN_SECONDS, seconds=10.0, problem=RATE_LIMIT)
    task = context.sandbox.tasks.query(task_id, account=context.account, now=context.now)
    if task is None:
        raise Refused(NOT_FOUND)
    word = task.status(context.now)
    body: dict[str, Any] = {"id": task_id, "status": STATUSES.get(word, word), "error": None}
    if word == "FAILED" and task.problem:
        return plain_json({**body, "error": _run_error(task.problem)})
    if word != "SUCCEEDED":
        return plain_json(body)
    response = plain_json({**body, "output": _output(context, task)})
    response.headers[CREDITS_HEADER] = str(len(task.file_keys))
    return response


def account(context: RequestContext) -> Response:
    left = _credits_left(context)
    return plain_json({"credits": {"total": left, "subscription": 0, "on_demand": left}})


class Fashn(Emulator):
    """The API; an answer with an error proves that no prediction was created."""

    engines = (FASHN,)
    base_path = API
    endpoints = (
        Endpoint(
            name="submit",
            path=f"{API}/v1/run",
            method="POST",
            handle=run,
            max_body_bytes=outfit_tasks.MAX_BODY_BYTES,
        ),
        Endpoint(name="query", path=f"{API}/v1/status/<task_id>", method="GET", handle=status),
        Endpoint(name="account", path=f"{API}/v1/credits", method="GET", handle=account),
    )
    no_key = NO_KEY
    wrong_key = WRONG_KEY
    not_found = NOT_FOUND
    invalid_body = BODY_INVALID
    too_large = INTERNAL  # as the vendor documents it
    internal = INTERNAL

    def model_of(
        self, sandbox: Sandbox, endpoint: Endpoint, arguments: Mapping[str, str], request: Request
    ) -> str:
        if endpoint.name != "submit":
            return super().model_of(sandbox, endpoint, arguments, request)
        try:
            model = read_json(request, problem=BODY_INVALID).get("model_name")
        except (Refused, HTTPException):
            return ""
        return model if isinstance(model, str) and model in MODELS else ""

    def find_problem(self, code: str) -> Problem | None:
        known = (NO_KEY, NOT_FOUND, BODY_INVALID, RATE_LIMIT, CONCURRENCY, OUT_OF_CREDITS, INTERNAL)
        return RUN_ERRORS.get(code) or next((each for each in known if each.code == code), None)

    def error_body(self, problem: Problem) -> Mapping[str, Any]:
        return {"error": problem.code, "message": outfit_tasks.text_of(problem)}


def _credits_left(context: RequestContext) -> int:
    return outfit_tasks.INITIAL_CREDITS - outfit_tasks.pictures_made(context)


def _run_error(problem: Problem) -> dict[str, str]:
    """Return the error of a prediction: a fault's own, or what the pictures caused."""
    name = problem.code
    if name not in RUN_ERRORS and name != INTERNAL.code:
        name = RUN_ERROR_OF[outfit_tasks.reason_of(problem)]
    return {"name": name, "message": outfit_tasks.text_of(problem)}


def _output(context: RequestContext, task: Task) -> list[str]:
    made_at = task.finished_at or context.now
    return [
        context.result_url(key, made_at=made_at, life_seconds=RESULT_SECONDS)
        for key in task.file_keys
    ]
