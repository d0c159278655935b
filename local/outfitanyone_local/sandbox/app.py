"""The WSGI application: routing, API keys, fault injection and error responses."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from . import host_check
from .control import CONTROL_PATH, Control
from .emulator import MAX_BODY_BYTES, Emulator, Endpoint, RequestContext
from .emulators import ROUTES, emulator_of
from .errors import Problem, Refused
from .fault_injection import FaultInjector
from .request_handler import CutConnection
from .sandbox import Sandbox, account_of

logger = logging.getLogger("outfitanyone_local.sandbox")
SKEW = "sandbox.skew"
"""Key of the WSGI environment: seconds by which the shown clock is ahead."""
COUNTERS = {
    "parse": "parses",
    "query": "queries",
    "list": "lists",
    "cancel": "cancels",
    "policy": "policies",
    "upload": "uploads",
    "download": "downloads",
    "account": "accounts",
}


class App:
    """WSGI application that responds like each vendor's API below its base path.

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
        emulator, endpoint = emulator_of(request.path), None
        try:
            allowed = (self._host, *self._sandbox.options.allowed_hosts)
            host_check.check(request, allowed=allowed)
            if f"{request.path}/".startswith(CONTROL_PATH):
                return self._control.handle(request)
            emulator, endpoint, arguments = _route(request, emulator)
            return self._call_endpoint(emulator, endpoint, arguments, request, request_id)
        except (CutConnection, TimeoutError):
            raise
        except Exception as error:  # noqa: BLE001 - every error becomes a response
            problem = _problem_of(error, emulator, endpoint, request)
        return emulator.error_response(problem, endpoint, request, request_id=request_id)

    def _call_endpoint(
        self,
        emulator: Emulator,
        endpoint: Endpoint,
        arguments: dict[str, str],
        request: Request,
        request_id: str,
    ) -> Response:
        request.max_content_length = endpoint.max_body_bytes
        model = emulator.model_of(self._sandbox, endpoint, arguments, request)
        subject = {"model": model, "engine": emulator.engine_of(model)}
        self._count(endpoint, **subject)
        skew = self._sandbox.faults.skew(endpoint=endpoint.name, **subject)
        request.environ[SKEW] = skew
        fault = self._sandbox.faults.take(endpoint=endpoint.name, **subject)
        if fault:
            self._injector.before_endpoint(fault, request, emulator)
        context = RequestContext(
            sandbox=self._sandbox,
            request=request,
            endpoint=endpoint.name,
            request_id=request_id,
            host_url=_host_url(request),
            now=self._sandbox.clock.now(),
            engine=subject["engine"],
            account=self._account(emulator, request) if endpoint.needs_key else "",
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
        context.request.get_data(parse_form_data=True)  # the connection is closed by then

        def handle() -> None:
            if self._sandbox.stopping.wait(delay):
                return
            with suppress(Refused):
                endpoint.handle(replace(context, now=self._sandbox.clock.now()), **arguments)

        threading.Thread(target=handle, name="sandbox-late-effect", daemon=True).start()

    def _count(self, endpoint: Endpoint, *, model: str, engine: str) -> None:
        stats = self._sandbox.stats
        if endpoint.name == "submit":
            stats.count_submit(model=model, engine=engine, at=self._sandbox.clock.now())
        else:
            stats.count(COUNTERS[endpoint.name], model=model, engine=engine)

    def _account(self, emulator: Emulator, request: Request) -> str:
        """Return the account of the API key.

        Any text that is not empty counts as a key, because the formats of real keys vary.
        """
        key = emulator.key_of(request)
        options = self._sandbox.options
        if options.api_keys and key not in options.api_keys:
            raise Refused(emulator.wrong_key)
        return account_of("" if options.shared_account else key, scope=emulator.account_scope())


def _route(request: Request, fallback: Emulator) -> tuple[Emulator, Endpoint, dict[str, str]]:
    try:
        found, arguments = ROUTES.bind("sandbox").match(request.path, method=request.method)
    except MethodNotAllowed as error:
        raise Refused(fallback.wrong_method(request)) from error
    except HTTPException as error:
        raise Refused(fallback.not_found) from error
    emulator, endpoint = found
    return emulator, endpoint, dict(arguments)


def _problem_of(
    error: Exception, emulator: Emulator, endpoint: Endpoint | None, request: Request
) -> Problem:
    """Return what a response says about an error, in the words of its API."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, RequestEntityTooLarge):
        return emulator.body_too_large(endpoint)
    if isinstance(error, HTTPException):
        return emulator.invalid_body
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return emulator.internal


def _host_url(request: Request) -> str:
    """Return the base URL for links in the response.

    It repeats the ``Host`` header, because the client can reach that name; if the header
    is invalid, it names the listening socket.
    """
    environ = request.environ
    return f"http://{request.host or '{SERVER_NAME}:{SERVER_PORT}'.format_map(environ)}"
