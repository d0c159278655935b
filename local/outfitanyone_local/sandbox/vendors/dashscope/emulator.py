"""DashScope and its object store: OutfitAnyone, and Qwen-Image beside it."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.wrappers import Request, Response

from outfitanyone_local.sandbox import errors, responses
from outfitanyone_local.sandbox.emulator import Emulator, Endpoint
from outfitanyone_local.sandbox.errors import Problem
from outfitanyone_local.sandbox.remote_models import (
    IMAGE_GENERATION,
    IMAGE_PROCESS,
    IMAGE_SYNTHESIS,
    OUTFIT_ANYONE,
    QWEN_IMAGE,
)
from outfitanyone_local.sandbox.sandbox import Sandbox
from outfitanyone_local.sandbox.signed_urls import RESULT_PATH
from outfitanyone_local.sandbox.uploads import TOO_LARGE, UPLOAD_PATH

from . import endpoints, qwen_image

API = "/api/v1"
TASKS = f"{API}/tasks"


class DashScope(Emulator):
    """The API, with errors in flat JSON; the object store needs no key and writes XML."""

    engines = (OUTFIT_ANYONE, QWEN_IMAGE)
    base_path = API
    endpoints = (
        Endpoint(name="submit", path=IMAGE_SYNTHESIS, method="POST", handle=endpoints.submit),
        Endpoint(
            name="submit",
            path=IMAGE_GENERATION,
            method="POST",
            handle=qwen_image.submit,
            max_body_bytes=qwen_image.MAX_BODY_BYTES,
        ),
        Endpoint(
            name="submit",
            path=qwen_image.SYNCHRONOUS_PATH,
            method="POST",
            handle=qwen_image.call,
            max_body_bytes=qwen_image.MAX_BODY_BYTES,
        ),
        Endpoint(name="parse", path=IMAGE_PROCESS, method="POST", handle=endpoints.parse),
        Endpoint(name="query", path=f"{TASKS}/<task_id>", method="GET", handle=endpoints.query),
        Endpoint(name="list", path=TASKS, method="GET", handle=endpoints.list_tasks),
        Endpoint(
            name="cancel", path=f"{TASKS}/<task_id>/cancel", method="POST", handle=endpoints.cancel
        ),
        Endpoint(name="policy", path=f"{API}/uploads", method="GET", handle=endpoints.policy),
        Endpoint(
            name="upload",
            path=UPLOAD_PATH,
            method="POST",
            handle=endpoints.upload,
            needs_key=False,
        ),
        Endpoint(
            name="download",
            path=f"{RESULT_PATH}<path:key>",
            method="GET",
            handle=endpoints.download,
            needs_key=False,
        ),
    )
    invalid_body = errors.BODY_INVALID

    def account_scope(self) -> str:
        return ""

    def model_of(
        self, sandbox: Sandbox, endpoint: Endpoint, arguments: Mapping[str, str], request: Request
    ) -> str:
        if endpoint.name == "policy":
            return request.args.get("model", "")
        return super().model_of(sandbox, endpoint, arguments, request)

    def wrong_method(self, request: Request) -> Problem:
        return errors.method_not_supported(request.method)

    def body_too_large(self, endpoint: Endpoint | None) -> Problem:
        return errors.BODY_TOO_LARGE if endpoint is None or endpoint.needs_key else TOO_LARGE

    def find_problem(self, code: str) -> Problem | None:
        return errors.find(code)

    def error_response(
        self, problem: Problem, endpoint: Endpoint | None, request: Request, *, request_id: str
    ) -> Response:
        if endpoint and not endpoint.needs_key:
            return responses.xml_error_response(problem, request_id=request_id, host=request.host)
        name = endpoint.name if endpoint else ""
        body = responses.error_body(problem, request_id=request_id, endpoint=name)
        return responses.json_response(body, request_id=request_id, status=problem.status)
