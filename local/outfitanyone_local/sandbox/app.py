"""The WSGI application: routing, API keys, fault injection and error responses."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from . import endpoints, host_check, responses
from .control import CONTROL_PATH, Control
from .endpoints import RequestContext
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
from .fault_injection import FaultInjector
from .remote_models import IMAGE_PROCESS, IMAGE_SYNTHESIS
from .request_handler import CutConnection
from .sandbox import Sandbox, account_of
from .signed_urls import RESULT_PATH
from .uploads import TOO_LARGE, UPLOAD_PATH

logger = logging.getLogger("outfitanyone_local.sandbox")
MAX_BODY_BYTES = 1024 * 1024
TASKS = "/api/v1/tasks"
SKEW = "sandbox.skew"
"""Key of the WSGI environment: seconds by which the shown clock is ahead."""


@dataclass(frozen=True)
class Endpoint:
    name: str
    path: str
    method: str
    handle: Callable[..., Response]
    is_object_store: bool = False
    """Belongs to the object store (OSS) instead of the API: no API key, errors in XML."""


ENDPOINTS = (
    Endpoint("submit", IMAGE_SYNTHESIS, "POST", endpoints.submit),
    Endpoint("parse", IMAGE_PROCESS, "POST", endpoints.parse),
    Endpoint("query", f"{TASKS}/<task_id>", "GET", endpoints.query),
    Endpoint("list", TASKS, "GET", endpoints.list_tasks),
    Endpoint("cancel", f"{TASKS}/<task_id>/cancel", "POST", endpoints.cancel),
    Endpoint("policy", "/api/v1/uploads", "GET", endpoints.policy),
    Endpoint("upload", UPLOAD_PATH, "POST", endpoints.upload, is_object_store=True),
    Endpoint(
        "download", f"{RESULT_PATH}<path:key>", "GET", endpoints.download, is_object_store=True
    ),
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


class App:
    """WSGI application that responds like DashScope and its object store.

    ``host`` is the name on which the server listens.
    """

    def __init__(self, sandbox: Sandbox, *, host: str = "") -> None:
        self._sandbox = sandbox
        self._host = host
        self._control = Control(sandbox)
        self._injector = FaultInjector(stopping=sandbox.stopping)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with Request(environ) as request:
            request.max_content_length = MAX_BODY_BYTES
            response = self._respond(request)
            shown_now = self._sandbox.clock.now() + environ.get(SKEW, 0.0)
            response.headers["Date"] = http_date(shown_now)
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        endpoint: Endpoint | None = None
        try:
            allowed = (self._host, *self._sandbox.options.allowed_hosts)
            host_check.check(request, allowed=allowed)
            if f"{request.path}/".startswith(CONTROL_PATH):
                return self._control.handle(request)
            endpoint, arguments = self._route(request)
            return self._call_endpoint(endpoint, arguments, request, request_id)
        except (CutConnection, TimeoutError):
            raise
        except Refused as refused:
            problem = refused.problem
        except RequestEntityTooLarge:
            problem = TOO_LARGE if endpoint and endpoint.is_object_store else BODY_TOO_LARGE
        except HTTPException:
            problem = BODY_INVALID
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            problem = INTERNAL
        return _error_response(problem, endpoint, request, request_id)

    def _route(self, request: Request) -> tuple[Endpoint, dict[str, str]]:
        try:
            endpoint, arguments = ROUTES.bind("sandbox").match(request.path, method=request.method)
        except MethodNotAllowed as error:
            raise Refused(method_not_supported(request.method)) from error
        except HTTPException as error:
            raise Refused(NOT_FOUND) from error
        return endpoint, dict(arguments)

    def _call_endpoint(
        self, endpoint: Endpoint, arguments: dict[str, str], request: Request, request_id: str
    ) -> Response:
        model = self._model_of(endpoint, arguments, request)
        self._count(endpoint, model)
        skew = self._sandbox.faults.skew(endpoint=endpoint.name, model=model)
        request.environ[SKEW] = skew
        fault = self._sandbox.faults.take(endpoint=endpoint.name, model=model)
        if fault:
            self._injector.before_endpoint(fault, request)
        context = RequestContext(
            sandbox=self._sandbox,
            request=request,
            endpoint=endpoint.name,
            request_id=request_id,
            host_url=_host_url(request),
            now=self._sandbox.clock.now(),
            account="" if endpoint.is_object_store else self._account(request),
            fault=fault,
            skew=skew,
        )
        if fault and fault.effect_delay is not None:
            self._handle_later(fault.effect_delay, endpoint, arguments, context)
            raise CutConnection(abruptly=True)
        response = endpoint.handle(context, **arguments)
        return self._injector.after_endpoint(fault, request, response) if fault else response

    def _handle_later(
        self, delay: float, endpoint: Endpoint, arguments: dict[str, str], context: RequestContext
    ) -> None:
        """Let the request take effect after ``delay`` seconds, without a response."""
        context.request.get_data()  # the connection is closed by then

        def handle() -> None:
            if self._sandbox.stopping.wait(delay):
                return
            with suppress(Refused):
                endpoint.handle(replace(context, now=self._sandbox.clock.now()), **arguments)

        threading.Thread(target=handle, name="sandbox-late-effect", daemon=True).start()

    def _count(self, endpoint: Endpoint, model: str) -> None:
        if endpoint.name == "submit":
            self._sandbox.stats.count_submit(model=model, at=self._sandbox.clock.now())
        else:
            self._sandbox.stats.count(COUNTERS[endpoint.name], model=model)

    def _account(self, request: Request) -> str:
        """Return the account of the API key.

        Any text after ``Bearer`` counts as a key, because the formats of real keys vary.
        """
        header = request.headers.get("Authorization", "").strip()
        scheme, _, key = header.partition(" ")
        if not header or (scheme.lower() == "bearer" and not key.strip()):
            raise Refused(NO_KEY)
        options = self._sandbox.options
        known = options.api_keys
        if scheme.lower() != "bearer" or (known and key.strip() not in known):
            raise Refused(WRONG_KEY)
        return account_of("" if options.shared_account else key.strip())

    def _model_of(self, endpoint: Endpoint, arguments: dict[str, str], request: Request) -> str:
        """Return the model a request is about, or "", before any check of the request."""
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
    """Return the base URL for links in the response.

    It repeats the ``Host`` header, because the client can reach that name; if the header
    is invalid, it names the listening socket.
    """
    environ = request.environ
    return f"http://{request.host or '{SERVER_NAME}:{SERVER_PORT}'.format_map(environ)}"


def _error_response(
    problem: Problem, endpoint: Endpoint | None, request: Request, request_id: str
) -> Response:
    if endpoint and endpoint.is_object_store:
        return responses.xml_error_response(problem, request_id=request_id, host=request.host)
    name = endpoint.name if endpoint else ""
    body = responses.error_body(problem, request_id=request_id, endpoint=name)
    return responses.json_response(body, request_id=request_id, status=problem.status)
