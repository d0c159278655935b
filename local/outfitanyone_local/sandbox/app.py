"""The WSGI application: finds the endpoint, lets faults happen, and turns every problem
into the answer the remote system would give.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from . import answers, endpoints
from .connection import CutConnection
from .control import CONTROL_PATH, Control
from .endpoints import Call
from .errors import (
    BODY_INVALID,
    BODY_TOO_LARGE,
    INTERNAL,
    NO_KEY,
    NOT_FOUND,
    WRONG_KEY,
    Problem,
    Refused,
    method_not_supported,
)
from .files import RESULT_PATH
from .models import IMAGE_PROCESS, IMAGE_SYNTHESIS
from .sabotage import Sabotage
from .sandbox import Sandbox, account_of
from .uploads import TOO_LARGE, UPLOAD_PATH

logger = logging.getLogger("outfitanyone_local.sandbox")
MAX_BODY_BYTES = 1024 * 1024
TASKS = "/api/v1/tasks"


@dataclass(frozen=True)
class Endpoint:
    name: str
    path: str
    method: str
    handle: Callable[..., Response]
    is_store: bool = False
    """The object store's side: no API key, errors in XML."""


ENDPOINTS = (
    Endpoint("submit", IMAGE_SYNTHESIS, "POST", endpoints.submit),
    Endpoint("parse", IMAGE_PROCESS, "POST", endpoints.parse),
    Endpoint("query", f"{TASKS}/<task_id>", "GET", endpoints.query),
    Endpoint("list", TASKS, "GET", endpoints.list_tasks),
    Endpoint("cancel", f"{TASKS}/<task_id>/cancel", "POST", endpoints.cancel),
    Endpoint("policy", "/api/v1/uploads", "GET", endpoints.policy),
    Endpoint("upload", UPLOAD_PATH, "POST", endpoints.upload, is_store=True),
    Endpoint("download", f"{RESULT_PATH}<path:key>", "GET", endpoints.download, is_store=True),
)
ROUTES = Map(
    [Rule(e.path, methods=[e.method], endpoint=e) for e in ENDPOINTS],
    strict_slashes=False,
    merge_slashes=False,
)
COUNTERS = {
    "parse": "parses",
    "query": "queries",
    "list": "lists",
    "cancel": "cancels",
    "policy": "policies",
    "upload": "uploads",
    "download": "downloads",
}


class Gateway:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._control = Control(sandbox)
        self._sabotage = Sabotage(stopping=sandbox.stopping)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with Request(environ) as request:
            request.max_content_length = MAX_BODY_BYTES
            response = self._answer(request)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        endpoint: Endpoint | None = None
        try:
            if f"{request.path}/".startswith(CONTROL_PATH):
                return self._control.answer(request)
            endpoint, arguments = self._route(request)
            return self._carry_out(endpoint, arguments, request, request_id)
        except (CutConnection, TimeoutError):
            raise
        except Refused as refused:
            problem = refused.problem
        except RequestEntityTooLarge:
            problem = TOO_LARGE if endpoint and endpoint.is_store else BODY_TOO_LARGE
        except HTTPException:
            problem = BODY_INVALID
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            problem = INTERNAL
        return _problem_answer(problem, endpoint, request, request_id)

    def _route(self, request: Request) -> tuple[Endpoint, dict[str, str]]:
        try:
            endpoint, arguments = ROUTES.bind("sandbox").match(request.path, method=request.method)
        except MethodNotAllowed as error:
            raise Refused(method_not_supported(request.method)) from error
        except HTTPException as error:
            raise Refused(NOT_FOUND) from error
        return endpoint, dict(arguments)

    def _carry_out(
        self, endpoint: Endpoint, arguments: dict[str, str], request: Request, request_id: str
    ) -> Response:
        model = self._model_of(endpoint, arguments, request)
        self._count(endpoint, model)
        fault = self._sandbox.faults.take(endpoint=endpoint.name, model=model)
        if fault:
            self._sabotage.before(fault, request)
        call = Call(
            sandbox=self._sandbox,
            request=request,
            endpoint=endpoint.name,
            request_id=request_id,
            host_url=_host_url(request),
            now=self._sandbox.clock.now(),
            account="" if endpoint.is_store else self._account(request),
            fault=fault,
        )
        response = endpoint.handle(call, **arguments)
        return self._sabotage.after(fault, request, response) if fault else response

    def _count(self, endpoint: Endpoint, model: str) -> None:
        if endpoint.name == "submit":
            self._sandbox.stats.count_submit(model=model, at=self._sandbox.clock.now())
        else:
            self._sandbox.stats.count(COUNTERS[endpoint.name], model=model)

    def _account(self, request: Request) -> str:
        """The shape of a key says nothing: any text after ``Bearer`` may be one."""
        header = request.headers.get("Authorization", "").strip()
        scheme, _, key = header.partition(" ")
        if not header or (scheme.lower() == "bearer" and not key.strip()):
            raise Refused(NO_KEY)
        known = self._sandbox.options.api_keys
        if scheme.lower() != "bearer" or (known and key.strip() not in known):
            raise Refused(WRONG_KEY)
        return account_of(key.strip())

    def _model_of(self, endpoint: Endpoint, arguments: dict[str, str], request: Request) -> str:
        """As far as it can be told before anything is checked."""
        if endpoint.name in {"query", "cancel"}:
            return self._sandbox.tasks.model_of(arguments["task_id"])
        if endpoint.name == "policy":
            return request.args.get("model", "")
        if endpoint.name in {"submit", "parse"}:
            try:
                model = endpoints.read_body(request).get("model")
            except (Refused, HTTPException):
                return ""
            return model if isinstance(model, str) else ""
        return ""


def _host_url(request: Request) -> str:
    """The address by which this client reaches the sandbox serves for the links it gets."""
    environ = request.environ
    return f"http://{request.host or '{SERVER_NAME}:{SERVER_PORT}'.format_map(environ)}"


def _problem_answer(
    problem: Problem, endpoint: Endpoint | None, request: Request, request_id: str
) -> Response:
    if endpoint and endpoint.is_store:
        return answers.xml_error(problem, request_id=request_id, host=request.host)
    name = endpoint.name if endpoint else ""
    body = answers.error_body(problem, request_id=request_id, endpoint=name)
    return answers.json_answer(body, request_id=request_id, status=problem.status)
