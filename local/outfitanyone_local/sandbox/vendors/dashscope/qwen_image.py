"""Qwen-Image 3.0 on DashScope: an editor that takes pictures and one instruction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.wrappers import Response

from outfitanyone_local.sandbox import responses
from outfitanyone_local.sandbox.emulator import RequestContext, read_json
from outfitanyone_local.sandbox.errors import (
    ASYNCHRONOUS,
    BODY_INVALID,
    SYNCHRONOUS,
    THROTTLED,
    UNKNOWN_MODEL,
    WRONG_PATH,
    Problem,
    Refused,
)
from outfitanyone_local.sandbox.outfits import Outfit
from outfitanyone_local.sandbox.remote_models import IMAGE_GENERATION, MODELS, QWEN_IMAGE
from outfitanyone_local.sandbox.request_fields import read_model
from outfitanyone_local.sandbox.tasks import Task

from .qwen_fields import CANNOT_PREVIEW, read_outfit

SYNCHRONOUS_PATH = "/api/v1/services/aigc/multimodal-generation/generation"
MAX_BODY_BYTES = 48 * 1024 * 1024
"""Three pictures of 10 MB as base64."""
LARGE_PIXELS = 2_250_000
"""Pictures above this belong to the tier "2k" of prices."""


def submit(context: RequestContext) -> Response:
    """Create a task."""
    if not context.is_enabled("X-DashScope-Async"):
        raise Refused(SYNCHRONOUS)
    body = read_json(context.request, problem=BODY_INVALID)
    model = read_model(body, path=IMAGE_GENERATION)
    outfit = _admitted(context, body, model=model)
    is_doomed = context.fault is not None and context.fault.kind == "task-failed"
    task = context.sandbox.submit(
        account=context.account,
        model=model,
        task_request=outfit,
        problem=context.fault.problem() if context.fault and is_doomed else None,
        request_id=context.request_id,
    )
    return _json(context, responses.submit_body(task))


def call(context: RequestContext) -> Response:
    """Make the picture at once."""
    if context.is_enabled("X-DashScope-Async"):
        raise Refused(ASYNCHRONOUS)
    body = read_json(context.request, problem=BODY_INVALID)
    model = _synchronous_model(body)
    outfit = _admitted(context, body, model=model)
    try:
        made = context.sandbox.image_service.make_outfit(
            outfit, account=context.account, model=model
        )
    except Refused as refused:
        raise Refused(as_editor(refused.problem)) from refused
    urls = [context.result_url(key, made_at=context.now) for key in made.file_keys]
    usage = _usage(made.size, inputs=1 + len(outfit.garments), outputs=len(urls))
    output = {"choices": _choices(urls)}
    return _json(context, {"output": output, "usage": usage, "request_id": context.request_id})


def success(task: Task, urls: Sequence[str]) -> responses.Success:
    """Return what the query of a finished task says."""
    output = {"rewrite_status": "not_use", "choices": _choices(urls)}
    inputs = 1 + len(task.request.get("garments", ()))
    return responses.Success(output, _usage(task.size, inputs=inputs, outputs=len(urls)))


def as_editor(problem: Problem) -> Problem:
    """Return the problem without OutfitAnyone's codes: an editor knows no persons or garments."""
    if problem.code not in {"InvalidPerson", "InvalidGarment"}:
        return problem
    return CANNOT_PREVIEW.because(problem.reason or problem.message, *problem.findings)


def _admitted(context: RequestContext, body: Mapping[str, Any], *, model: str) -> Outfit:
    context.admit("submits_per_second", model=model, problem=THROTTLED)
    return read_outfit(
        body,
        model=model,
        keep=lambda data: context.sandbox.storage.keep_input(data, now=context.now),
        resolve_uploads=context.is_enabled("X-DashScope-OssResourceResolve"),
    )


def _synchronous_model(body: Mapping[str, Any]) -> str:
    model = body.get("model")
    if not isinstance(model, str) or model not in MODELS:
        raise Refused(UNKNOWN_MODEL)
    if MODELS[model].engine != QWEN_IMAGE:
        raise Refused(WRONG_PATH)
    return model


def _choices(urls: Sequence[str]) -> list[dict[str, Any]]:
    content = [{"image": url, "type": "image"} for url in urls]
    return [{"finish_reason": "stop", "message": {"role": "assistant", "content": content}}]


def _usage(size: Sequence[int], *, inputs: int, outputs: int) -> dict[str, Any]:
    tier = "2k" if math.prod(size) > LARGE_PIXELS else "1k"
    return {
        "output_height": size[1],
        "output_width": size[0],
        "input_image_count": inputs,
        "input_image_type": "qima_input_1k",
        "output_image_count": outputs,
        "output_image_type": f"qima_output_{tier}",
    }


def _json(context: RequestContext, body: Mapping[str, Any]) -> Response:
    return responses.json_response(body, request_id=context.request_id)
