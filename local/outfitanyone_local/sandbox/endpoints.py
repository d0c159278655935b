"""The endpoints of the vendor's API and its object store, one function each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from . import request_fields, responses
from .errors import (
    ASYNCHRONOUS,
    BODY_INVALID,
    NOT_PENDING,
    RATE_QUOTA,
    SYNCHRONOUS,
    THROTTLED,
    Problem,
    Refused,
    parameter_required,
)
from .faults import Fault
from .file_store import content_type
from .remote_models import IMAGE_PROCESS, IMAGE_SYNTHESIS
from .sandbox import Sandbox
from .task_list import read_page, select_tasks
from .uploads import MAX_FILE_BYTES

RESULT_GONE = Problem(404, "NoSuchKey", "The specified key does not exist.")
RESULT_EXPIRED = Problem(403, "AccessDenied", "Request has expired.")
RESULT_FORBIDDEN = Problem(403, "AccessDenied", "You have no right to access this object.")


@dataclass(frozen=True, kw_only=True)
class RequestContext:
    """One request, with what the endpoints need to answer it."""

    sandbox: Sandbox
    request: Request
    endpoint: str
    request_id: str
    host_url: str
    now: float
    account: str = ""
    fault: Fault | None = None
    skew: float = 0.0
    """Seconds by which the clock that the API shows is ahead of ``now``."""

    @property
    def shown_now(self) -> float:
        return self.now + self.skew

    def json_response(self, body: dict[str, Any]) -> Response:
        return responses.json_response(body, request_id=self.request_id)

    def admit(self, limit: str, *, model: str = "", problem: Problem) -> None:
        """Count the request against a rate limit of its account.

        ``limit`` is the name of an option. Raises ``Refused`` above the limit.
        """
        options = self.sandbox.options
        scope = "" if options.limits_shared_by_models else model
        per_second = getattr(options, limit)
        if not self.sandbox.rates.admit(self.endpoint, self.account, scope, per_second=per_second):
            self.sandbox.stats.count("throttled", model=model)
            raise Refused(problem)

    def is_enabled(self, header: str) -> bool:
        return bool(self.request.headers.get(header, "").strip().lower() == "enable")

    def result_url(self, key: str, *, made_at: float) -> str:
        expires = int(made_at + self.sandbox.storage.results.life_seconds)
        return self.sandbox.storage.signer.result_url(key, host_url=self.host_url, expires=expires)


def submit(context: RequestContext) -> Response:
    if not context.is_enabled("X-DashScope-Async"):
        raise Refused(SYNCHRONOUS)
    body = read_body(context.request)
    model = request_fields.read_model(body, path=IMAGE_SYNTHESIS)
    context.admit("submits_per_second", model=model, problem=THROTTLED)
    request_fields.read_input(body)
    task_request, problem = None, None
    try:
        task_request = request_fields.read_task_request(
            body, model=model, resolve_uploads=context.is_enabled("X-DashScope-OssResourceResolve")
        )
    except Refused as refused:
        if context.sandbox.options.field_faults == "submit":
            raise
        problem = refused.problem
    if context.fault and context.fault.kind == "task-failed":
        problem = context.fault.problem
    task = context.sandbox.submit(
        account=context.account,
        model=model,
        task_request=task_request,
        problem=problem,
        request_id=context.request_id,
    )
    return context.json_response(responses.submit_body(task))


def parse(context: RequestContext) -> Response:
    if context.is_enabled("X-DashScope-Async"):
        raise Refused(ASYNCHRONOUS)
    body = read_body(context.request)
    model = request_fields.read_model(body, path=IMAGE_PROCESS)
    context.admit("submits_per_second", model=model, problem=THROTTLED)
    url, clothes_types = request_fields.read_parse_request(body)
    limit = context.sandbox.options.free_parsing_images
    with context.sandbox.free_parses.use_one(context.account, limit=limit):
        areas = context.sandbox.image_service.parse(
            url,
            clothes_types,
            account=context.account,
            model=model,
            resolve=context.is_enabled("X-DashScope-OssResourceResolve"),
        )
    return context.json_response(
        responses.parse_body(
            areas,
            request_id=context.request_id,
            url_of=lambda key: context.result_url(key, made_at=context.now),
        )
    )


def query(context: RequestContext, *, task_id: str) -> Response:
    context.admit("queries_per_second", problem=RATE_QUOTA)
    task = context.sandbox.tasks.query(task_id, account=context.account, now=context.now)
    if task is None:
        return context.json_response(
            responses.unknown_task_body(task_id, request_id=context.request_id)
        )
    url = context.result_url(task.file_key, made_at=task.finished_at or context.now)
    return context.json_response(
        responses.task_body(
            task.shifted(context.skew),
            request_id=context.request_id,
            image_url=url,
            now=context.shown_now,
        )
    )


def list_tasks(context: RequestContext) -> Response:
    context.admit("queries_per_second", problem=RATE_QUOTA)
    page_no, page_size = read_page(context.request.args)
    now = context.shown_now
    tasks = [
        task.shifted(context.skew)
        for task in context.sandbox.tasks.list_account(context.account, now=context.now)
    ]
    return context.json_response(
        responses.list_body(
            select_tasks(tasks, context.request.args, now=now),
            page_no=page_no,
            page_size=page_size,
            request_id=context.request_id,
            now=now,
        )
    )


def cancel(context: RequestContext, *, task_id: str) -> Response:
    context.admit("queries_per_second", problem=RATE_QUOTA)
    if not context.sandbox.tasks.cancel(task_id, account=context.account, now=context.now):
        raise Refused(NOT_PENDING)
    return context.json_response({"request_id": context.request_id})


def policy(context: RequestContext) -> Response:
    arguments = context.request.args
    if arguments.get("action") != "getPolicy":
        raise Refused(parameter_required("action"))
    model = arguments.get("model", "")
    if not model:
        raise Refused(parameter_required("model"))
    context.admit("policies_per_second", model=model, problem=RATE_QUOTA)
    data = context.sandbox.storage.uploads.policy(
        account=context.account,
        model=model,
        request_id=context.request_id,
        host_url=context.host_url,
        now=context.now,
    )
    return context.json_response({"request_id": context.request_id, "data": data})


def upload(context: RequestContext) -> Response:
    """Store a posted file. The policy's signature authorises it, not an API key."""
    context.request.max_content_length = MAX_FILE_BYTES + 1024 * 1024
    file = context.request.files.get("file")
    fields = context.request.form
    context.sandbox.storage.uploads.store(fields, file.stream if file else None, now=context.now)
    status = 200 if fields.get("success_action_status") == "200" else 204
    return responses.object_store_response(request_id=context.request_id, status=status)


def download(context: RequestContext, *, key: str) -> Response:
    signed = context.sandbox.storage.signer.key_of(context.request.environ["REQUEST_URI"])
    if signed is None:
        raise Refused(RESULT_FORBIDDEN)
    if context.now >= signed[1]:
        raise Refused(RESULT_EXPIRED)
    data = context.sandbox.storage.results.read(signed[0])
    if data is None:
        raise Refused(RESULT_GONE)
    return responses.object_store_response(
        data, request_id=context.request_id, content_type=content_type(key)
    )


def read_body(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body. The content type may carry a charset."""
    if request.mimetype != "application/json":
        raise Refused(BODY_INVALID)
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise Refused(BODY_INVALID) from error
    if not isinstance(body, dict):
        raise Refused(BODY_INVALID)
    return body
