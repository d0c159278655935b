"""The endpoints of a server with ``/v1/images/edits``."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from outfitanyone_local.sandbox.emulator import Emulator, Endpoint, RequestContext, plain_json
from outfitanyone_local.sandbox.errors import Problem, Refused
from outfitanyone_local.sandbox.file_store import content_type
from outfitanyone_local.sandbox.image_service import Made
from outfitanyone_local.sandbox.sandbox import Sandbox

from . import problems
from .form import DEFAULT_MODEL, Edit, read_edit

BASE = "/images-edits/v1"
MAX_BODY_BYTES = 256 * 1024 * 1024
MODELS = (DEFAULT_MODEL, "gpt-image-2.6-sunburst")
TILE = 512 * 512
TOKENS_PER_TILE = 256
"""Made up: real servers count differently, and their documents do not say how."""


def edit(context: RequestContext) -> Response:
    """Make the pictures at once."""
    context.admit("submits_per_second", problem=problems.THROTTLED)
    if context.fault and context.fault.kind == "task-failed":
        raise Refused(context.fault.problem(problems.find, internal=problems.INTERNAL))
    storage = context.sandbox.storage
    wanted = read_edit(context.request, keep=lambda data: storage.keep_input(data, now=context.now))
    try:
        made = context.sandbox.image_service.make_outfit(
            wanted.outfit, account=context.account, model=wanted.model
        )
    except Refused as refused:
        raise Refused(_as_editor(refused.problem)) from refused
    context.sandbox.stats.count("succeeded", model=wanted.model, engine=context.engine)
    return plain_json(_body(context, wanted, made))


def models(_context: RequestContext) -> Response:
    """List models; the sandbox takes any other name too."""
    data = [{"id": name, "object": "model", "owned_by": "sandbox"} for name in MODELS]
    return plain_json({"object": "list", "data": data})


def content(context: RequestContext, *, key: str) -> Response:
    """Return a picture by its relative address, which needs the key."""
    data = context.sandbox.storage.results.read(key)
    if data is None:
        raise Refused(problems.FILE_GONE)
    return Response(data, content_type=content_type(key))


class ImagesEdits(Emulator):
    """The API of OpenAI and of servers that speak it."""

    engines = ("images_edits",)
    base_path = BASE
    endpoints = (
        Endpoint(
            name="submit",
            path=f"{BASE}/images/edits",
            method="POST",
            handle=edit,
            max_body_bytes=MAX_BODY_BYTES,
        ),
        Endpoint(name="account", path=f"{BASE}/models", method="GET", handle=models),
        Endpoint(
            name="download",
            path=f"{BASE}/images/<path:key>/content",
            method="GET",
            handle=content,
        ),
    )
    no_key = problems.NO_KEY
    wrong_key = problems.WRONG_KEY
    not_found = problems.NOT_FOUND
    invalid_body = problems.BODY_INVALID
    too_large = problems.TOO_LARGE
    internal = problems.INTERNAL

    def model_of(
        self, sandbox: Sandbox, endpoint: Endpoint, arguments: Mapping[str, str], request: Request
    ) -> str:
        try:
            return request.form.get("model", "")
        except HTTPException:
            return ""

    def wrong_method(self, request: Request) -> Problem:
        return problems.WRONG_METHOD

    def find_problem(self, code: str) -> Problem | None:
        return problems.find(code)

    def error_response(
        self, problem: Problem, endpoint: Endpoint | None, request: Request, *, request_id: str
    ) -> Response:
        response = plain_json(problems.error_body(problem), status=problem.status)
        response.headers["X-Request-Id"] = request_id
        if problem.status == 429:
            response.headers["Retry-After"] = "1"
        return response


def _body(context: RequestContext, wanted: Edit, made: Made) -> dict[str, Any]:
    size = "x".join(map(str, made.size))
    body = {
        "created": int(context.shown_now),
        "background": "opaque",
        "data": [_item(context, key, wants_url=wanted.wants_url) for key in made.file_keys],
        "output_format": wanted.file_format,
        "quality": wanted.quality,
        "size": size,
        "usage": _usage(wanted, made),
    }
    if made.findings:
        body["sandbox_findings"] = list(made.findings)
    return body


def _item(context: RequestContext, key: str, *, wants_url: bool) -> dict[str, str]:
    """Return a picture as base64, or by an address that is relative to the host."""
    if wants_url:
        return {"url": f"{BASE}/images/{key}/content"}
    data = context.sandbox.storage.results.read(key) or b""
    return {"b64_json": base64.b64encode(data).decode()}


def _usage(wanted: Edit, made: Made) -> dict[str, Any]:
    tiles = math.ceil(math.prod(made.size) / TILE)
    text, image = len(wanted.prompt) // 4 + 1, TOKENS_PER_TILE * (1 + len(wanted.outfit.garments))
    output = TOKENS_PER_TILE * tiles * len(made.file_keys)
    return {
        "input_tokens": text + image,
        "input_tokens_details": {"text_tokens": text, "image_tokens": image},
        "output_tokens": output,
        "total_tokens": text + image + output,
    }


def _as_editor(problem: Problem) -> Problem:
    """Return the problem without OutfitAnyone's codes: an editor knows no persons or garments."""
    if problem.code in {"InvalidPerson", "InvalidGarment"}:
        return problems.CANNOT_PREVIEW.because(problem.reason or problem.message)
    return problems.BAD_PICTURE.because(problem.reason)
