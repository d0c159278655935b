"""P-Image-Try-On of Pruna: whole outfits, uploads, results that need the key."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

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
from outfitanyone_local.sandbox.file_store import INPUT_SCHEME, content_type
from outfitanyone_local.sandbox.image_service import Made
from outfitanyone_local.sandbox.outfits import Outfit
from outfitanyone_local.sandbox.remote_models import MODELS, P_IMAGE
from outfitanyone_local.sandbox.sandbox import Sandbox

from .p_image_fields import read_outfit

API = "/p-image"
PREDICTIONS = "/v1/predictions"
DELIVERY = f"{PREDICTIONS}/delivery"
FILES = "/v1/files"
MAX_FILE_BYTES = 25 * 1024 * 1024

NO_KEY = Problem(401, "Unauthorized", "No API key was provided.")
WRONG_KEY = Problem(401, "Unauthorized", "The API key is not valid.")
NOT_FOUND = Problem(404, "NotFound", "Not found.")
NO_PREDICTION = Problem(404, "PredictionNotFound", "The prediction does not exist.")
NO_RESULT = Problem(404, "FileNotFound", "The file does not exist.")
BODY_INVALID = Problem(400, "InvalidBody", "The body is no JSON object.")
NO_MODEL = Problem(400, "UnknownModel", "The header Model names no known model.")
NO_FILE = Problem(400, "NoFile", "The form has no file in the field content.")
TOO_LARGE = Problem(413, "TooLarge", "The body is too large.")
NO_CREDITS = Problem(402, "PaymentRequired", "Not enough credits for this request.")
RATE_LIMIT = Problem(429, "RateLimit", "Too many requests.")
INTERNAL = Problem(500, "Internal", "Internal server error.")
KNOWN = (NO_KEY, NOT_FOUND, BODY_INVALID, NO_MODEL, TOO_LARGE, NO_CREDITS, RATE_LIMIT, INTERNAL)

STATUSES = {
    "PENDING": "starting",
    "PRE-PROCESSING": "processing",
    "RUNNING": "processing",
    "POST-PROCESSING": "processing",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "CANCELED": "canceled",
}


def submit(context: RequestContext) -> Response:
    """Create a task, or make the picture at once for a request with ``Try-Sync``."""
    model = context.request.headers.get("Model", "")
    if model not in MODELS or MODELS[model].engine != P_IMAGE:
        raise Refused(NO_MODEL)
    outfit = read_outfit(
        read_json(context.request, problem=BODY_INVALID), uploaded=_uploaded(context)
    )
    context.admit("submits_per_second", model=model, problem=RATE_LIMIT)
    if context.request.headers.get("Try-Sync", "").strip().lower() == "true":
        return _made_at_once(context, outfit, model=model)
    task = outfit_tasks.submit(context, outfit, model=model, emulator=PImage())
    get_url = f"{context.host_url}{API}{PREDICTIONS}/status/{task.task_id}"
    return plain_json({"id": task.task_id, "get_url": get_url})


def status(context: RequestContext, *, task_id: str) -> Response:
    context.admit("queries_per_second", problem=RATE_LIMIT)
    task = context.sandbox.tasks.query(task_id, account=context.account, now=context.now)
    if task is None:
        raise Refused(NO_PREDICTION)
    word = task.status(context.now)
    body = {"id": task_id, "status": STATUSES.get(word, word)}
    if word == "FAILED" and task.problem:
        return plain_json({**body, "error": _text(task.problem)})
    if word == "SUCCEEDED":
        body["generation_url"] = f"{DELIVERY}/{task.file_key}"
    return plain_json(body)


def upload(context: RequestContext) -> Response:
    """Store a file that only this account can use."""
    file = context.request.files.get("content")
    data = file.stream.read(MAX_FILE_BYTES + 1) if file else b""
    if not data:
        raise Refused(NO_FILE)
    if len(data) > MAX_FILE_BYTES:
        raise Refused(TOO_LARGE)
    inputs, file_id = context.sandbox.storage.inputs, uuid.uuid4().hex
    inputs.add(_upload_key(context, file_id), data, now=context.now)
    expires = datetime.fromtimestamp(context.shown_now + inputs.life_seconds, timezone.utc)
    address = f"{context.host_url}{API}{FILES}/{file_id}"
    return plain_json({"id": file_id, "urls": {"get": address}, "expires_at": expires.isoformat()})


def deliver(context: RequestContext, *, key: str) -> Response:
    data = context.sandbox.storage.results.read(key)
    if data is None:
        raise Refused(NO_RESULT)
    return Response(data, content_type=content_type(key))


class PImage(Emulator):
    """The API. The vendor does not document its errors; these have a text only."""

    engines = (P_IMAGE,)
    base_path = API
    endpoints = (
        Endpoint(name="submit", path=f"{API}{PREDICTIONS}", method="POST", handle=submit),
        Endpoint(
            name="query", path=f"{API}{PREDICTIONS}/status/<task_id>", method="GET", handle=status
        ),
        Endpoint(name="download", path=f"{API}{DELIVERY}/<path:key>", method="GET", handle=deliver),
        Endpoint(
            name="upload",
            path=f"{API}{FILES}",
            method="POST",
            handle=upload,
            max_body_bytes=MAX_FILE_BYTES + 1024 * 1024,
        ),
    )
    no_key = NO_KEY
    wrong_key = WRONG_KEY
    not_found = NOT_FOUND
    invalid_body = BODY_INVALID
    too_large = TOO_LARGE
    internal = INTERNAL

    def key_of(self, request: Request) -> str:
        key = request.headers.get("apikey", "").strip()
        if not key:
            raise Refused(NO_KEY)
        return key

    def model_of(
        self, sandbox: Sandbox, endpoint: Endpoint, arguments: Mapping[str, str], request: Request
    ) -> str:
        if endpoint.name == "submit":
            return request.headers.get("Model", "")
        return super().model_of(sandbox, endpoint, arguments, request)

    def find_problem(self, code: str) -> Problem | None:
        return next((each for each in KNOWN if each.code == code), None)

    def error_body(self, problem: Problem) -> Mapping[str, str]:
        return {"error": _text(problem)}


def _made_at_once(context: RequestContext, outfit: Outfit, *, model: str) -> Response:
    """Return the end of a prediction: the picture, or why there is none."""
    try:
        made = _make(context, outfit, model=model)
    except Refused as refused:
        end = {"status": "failed", "error": _text(refused.problem)}
    else:
        end = {"status": "succeeded", "generation_url": f"{DELIVERY}/{made.file_key}"}
    context.sandbox.stats.count("accepted", model=model)
    context.sandbox.stats.count(end["status"], model=model)
    return plain_json({"id": str(uuid.uuid4()), **end})


def _make(context: RequestContext, outfit: Outfit, *, model: str) -> Made:
    """Return the picture; raises ``Refused``, also for a fault."""
    if context.fault and context.fault.kind == "task-failed":
        raise Refused(context.fault.problem(PImage().find_problem, internal=INTERNAL))
    service = context.sandbox.image_service
    return service.make_outfit(outfit, account=context.account, model=model)


def _uploaded(context: RequestContext) -> Callable[[str], str]:
    """Return a function from the address of an upload to the URL that an outfit names."""
    start = f"{API}{FILES}/"

    def url_of(address: str) -> str:
        _, found, file_id = address.partition(start)
        return _upload_key(context, file_id) if found else address

    return url_of


def _upload_key(context: RequestContext, file_id: str) -> str:
    return f"{INPUT_SCHEME}{context.account}/{file_id}"


def _text(problem: Problem) -> str:
    return outfit_tasks.text_of(problem)
