"""The endpoints of the vendor's API and its object store, one function each."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request, Response

from outfitanyone_local.sandbox import request_fields, responses
from outfitanyone_local.sandbox.emulator import RequestContext, read_json
from outfitanyone_local.sandbox.errors import (
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
from outfitanyone_local.sandbox.file_store import content_type
from outfitanyone_local.sandbox.remote_models import (
    IMAGE_PROCESS,
    IMAGE_SYNTHESIS,
    MODELS,
    QWEN_IMAGE,
)
from outfitanyone_local.sandbox.uploads import MAX_FILE_BYTES

from . import qwen_image
from .task_list import read_page, select_tasks

RESULT_GONE = Problem(404, "NoSuchKey", "The specified key does not exist.")
RESULT_EXPIRED = Problem(403, "AccessDenied", "Request has expired.")
RESULT_FORBIDDEN = Problem(403, "AccessDenied", "You have no right to access this object.")


def json_response(context: RequestContext, body: dict[str, Any]) -> Response:
    return responses.json_response(body, request_id=context.request_id)


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
        problem = context.fault.problem()
    task = context.sandbox.submit(
        account=context.account,
        model=model,
        task_request=task_request,
        problem=problem,
        request_id=context.request_id,
    )
    return json_response(context, responses.submit_body(task))


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
    return json_response(
        context,
        responses.parse_body(
            areas,
            request_id=context.request_id,
            url_of=lambda key: context.result_url(key, made_at=context.now),
        ),
    )


def query(context: RequestContext, *, task_id: str) -> Response:
    context.admit("queries_per_second", problem=RATE_QUOTA)
    task = context.sandbox.tasks.query(task_id, account=context.account, now=context.now)
    if task is None:
        return json_response(
            context, responses.unknown_task_body(task_id, request_id=context.request_id)
        )
    made_at = task.finished_at or context.now
    urls = [context.result_url(key, made_at=made_at) for key in task.file_keys]
    success = responses.Success({"image_url": next(iter(urls), "")}, {"image_count": 1})
    if MODELS[task.model].engine == QWEN_IMAGE:
        success = qwen_image.success(task, urls)
        task.problem = task.problem and qwen_image.as_editor(task.problem)
    return json_response(
        context,
        responses.task_body(
            task.shifted(context.skew),
            request_id=context.request_id,
            success=success,
            now=context.shown_now,
        ),
    )


def list_tasks(context: RequestContext) -> Response:
    context.admit("queries_per_second", problem=RATE_QUOTA)
    page_no, page_size = read_page(context.request.args)
    now = context.shown_now
    tasks = [
        task.shifted(context.skew)
        for task in context.sandbox.tasks.list_account(context.account, now=context.now)
    ]
    return json_response(
        context,
        responses.list_body(
            select_tasks(tasks, context.request.args, now=now),
            page_no=page_no,
            page_size=page_size,
            request_id=context.request_id,
            now=now,
        ),
    )


def cancel(context: RequestContext, *, task_id: str) -> Response:
    context.admit("queries_per_second", problem=RATE_QUOTA)
    if not context.sandbox.tasks.cancel(task_id, account=context.account, now=context.now):
        raise Refused(NOT_PENDING)
    return json_response(context, {"request_id": context.request_id})


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
    return json_response(context, {"request_id": context.request_id, "data": data})


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
    return read_json(request, problem=BODY_INVALID)
