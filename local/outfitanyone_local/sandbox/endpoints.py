"""The documented endpoints, one function each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from . import answers, orders
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
from .files import content_type
from .listing import chosen_tasks, page_of
from .models import IMAGE_PROCESS, IMAGE_SYNTHESIS
from .sandbox import Sandbox
from .uploads import MAX_FILE_BYTES

RESULT_GONE = Problem(404, "NoSuchKey", "The specified key does not exist.")
RESULT_EXPIRED = Problem(403, "AccessDenied", "Request has expired.")
RESULT_FORBIDDEN = Problem(403, "AccessDenied", "You have no right to access this object.")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request on its way through an endpoint."""

    sandbox: Sandbox
    request: Request
    endpoint: str
    request_id: str
    host_url: str
    now: float
    account: str = ""
    fault: Fault | None = None

    def answer(self, body: dict[str, Any]) -> Response:
        return answers.json_answer(body, request_id=self.request_id)

    def admit(self, limit: str, *, model: str = "", problem: Problem) -> None:
        """Counts the call against one of the limits of its account."""
        options = self.sandbox.options
        scope = "" if options.limits_shared_by_models else model
        per_second = getattr(options, limit)
        if not self.sandbox.rates.admit(self.endpoint, self.account, scope, per_second=per_second):
            self.sandbox.stats.count("throttled", model=model)
            raise Refused(problem)

    def says_enable(self, header: str) -> bool:
        return bool(self.request.headers.get(header, "").strip().lower() == "enable")

    def result_url(self, key: str, *, made_at: float) -> str:
        expires = int(made_at + self.sandbox.storage.results.life_seconds)
        return self.sandbox.storage.signer.result_url(key, host_url=self.host_url, expires=expires)


def submit(call: Call) -> Response:
    if not call.says_enable("X-DashScope-Async"):
        raise Refused(SYNCHRONOUS)
    body = read_body(call.request)
    model = orders.read_model(body, path=IMAGE_SYNTHESIS)
    call.admit("submits_per_second", model=model, problem=THROTTLED)
    orders.read_input(body)
    order, problem = None, None
    try:
        order = orders.read_order(
            body, model=model, resolve_uploads=call.says_enable("X-DashScope-OssResourceResolve")
        )
    except Refused as refused:
        if call.sandbox.options.field_faults == "submit":
            raise
        problem = refused.problem
    if call.fault and call.fault.kind == "task-failed":
        problem = call.fault.problem
    task = call.sandbox.submit(
        account=call.account, model=model, order=order, problem=problem, request_id=call.request_id
    )
    return call.answer(answers.submit_body(task))


def parse(call: Call) -> Response:
    if call.says_enable("X-DashScope-Async"):
        raise Refused(ASYNCHRONOUS)
    body = read_body(call.request)
    model = orders.read_model(body, path=IMAGE_PROCESS)
    call.admit("submits_per_second", model=model, problem=THROTTLED)
    url, clothes_types = orders.read_parse(body)
    areas = call.sandbox.workshop.parse(
        url,
        clothes_types,
        account=call.account,
        model=model,
        resolve=call.says_enable("X-DashScope-OssResourceResolve"),
    )
    return call.answer(
        answers.parse_body(
            areas,
            request_id=call.request_id,
            url_of=lambda key: call.result_url(key, made_at=call.now),
        )
    )


def query(call: Call, *, task_id: str) -> Response:
    call.admit("queries_per_second", problem=RATE_QUOTA)
    task = call.sandbox.tasks.look(task_id, account=call.account, now=call.now)
    if task is None:
        return call.answer(answers.unknown_task_body(task_id, request_id=call.request_id))
    url = call.result_url(task.file_key, made_at=task.finished_at or call.now)
    return call.answer(
        answers.task_body(task, request_id=call.request_id, image_url=url, now=call.now)
    )


def list_tasks(call: Call) -> Response:
    call.admit("queries_per_second", problem=RATE_QUOTA)
    page_no, page_size = page_of(call.request.args)
    tasks = call.sandbox.tasks.of_account(call.account, now=call.now)
    return call.answer(
        answers.list_body(
            chosen_tasks(tasks, call.request.args, now=call.now),
            page_no=page_no,
            page_size=page_size,
            request_id=call.request_id,
            now=call.now,
        )
    )


def cancel(call: Call, *, task_id: str) -> Response:
    call.admit("queries_per_second", problem=RATE_QUOTA)
    if not call.sandbox.tasks.cancel(task_id, account=call.account, now=call.now):
        raise Refused(NOT_PENDING)
    return call.answer({"request_id": call.request_id})


def policy(call: Call) -> Response:
    wanted = call.request.args
    if wanted.get("action") != "getPolicy":
        raise Refused(parameter_required("action"))
    model = wanted.get("model", "")
    if not model:
        raise Refused(parameter_required("model"))
    call.admit("policies_per_second", model=model, problem=RATE_QUOTA)
    data = call.sandbox.storage.uploads.policy(
        account=call.account,
        model=model,
        request_id=call.request_id,
        host_url=call.host_url,
        now=call.now,
    )
    return call.answer({"request_id": call.request_id, "data": data})


def upload(call: Call) -> Response:
    """The object store takes the policy's signature for authority, not the API key."""
    call.request.max_content_length = MAX_FILE_BYTES + 1024 * 1024
    file = call.request.files.get("file")
    fields = call.request.form
    call.sandbox.storage.uploads.store(fields, file.stream if file else None, now=call.now)
    status = 200 if fields.get("success_action_status") == "200" else 204
    return answers.store_answer(request_id=call.request_id, status=status)


def download(call: Call, *, key: str) -> Response:
    signed = call.sandbox.storage.signer.key_of(call.request.environ["REQUEST_URI"])
    if signed is None:
        raise Refused(RESULT_FORBIDDEN)
    if call.now >= signed[1]:
        raise Refused(RESULT_EXPIRED)
    data = call.sandbox.storage.results.read(signed[0])
    if data is None:
        raise Refused(RESULT_GONE)
    return answers.store_answer(data, request_id=call.request_id, content_type=content_type(key))


def read_body(request: Request) -> dict[str, Any]:
    """The JSON object in the body; a charset after the content type is fine."""
    if request.mimetype != "application/json":
        raise Refused(BODY_INVALID)
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise Refused(BODY_INVALID) from error
    if not isinstance(body, dict):
        raise Refused(BODY_INVALID)
    return body
