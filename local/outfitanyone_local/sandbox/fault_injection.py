"""Apply faults to requests and responses."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from select import select
from typing import Any

from werkzeug.wrappers import Request, Response

from .emulator import Emulator
from .errors import Problem, Refused
from .faults import Fault
from .request_handler import CutConnection

EXPIRED = Problem(403, "AccessDenied", "Request has expired.")
TOO_LARGE_BYTES = 64 * 1024 * 1024
LONG_ANSWER_BYTES = 2 * 1024 * 1024
ELSEWHERE = "http://169.254.169.254/latest/meta-data/"
"""The metadata address of cloud machines; no client may follow a redirect to it."""
BLOCK = bytes(64 * 1024)


class FaultInjector:
    """Faults in action. The event ``stopping`` ends every wait, so that the server can stop."""

    def __init__(self, *, stopping: threading.Event) -> None:
        self._stopping = stopping

    def before_endpoint(self, fault: Fault, request: Request, emulator: Emulator) -> None:
        """Apply the fault before the endpoint runs; raises to stop the request."""
        self._stopping.wait(fault.delay)
        if fault.kind == "drop-before":
            raise CutConnection(abruptly=True)
        if fault.kind == "hang-before":
            self._hang(fault, request)
        if fault.kind == "error":
            raise Refused(fault.problem(emulator.find_problem, internal=emulator.internal))
        if fault.kind == "expired":
            raise Refused(EXPIRED)

    def after_endpoint(self, fault: Fault, request: Request, response: Response) -> Response:
        """Apply the fault to the response of the endpoint."""
        if fault.kind == "drop-after":
            raise CutConnection(abruptly=True)
        if fault.kind == "hang-after":
            self._hang(fault, request)
        change = _RESPONSE_CHANGES.get(fault.kind)
        return change(fault, response) if change else response

    def _hang(self, fault: Fault, request: Request) -> None:
        """Wait, then cut the connection; end early if the client leaves, to free the thread."""
        seconds = fault.settings.get("seconds")
        deadline = time.monotonic() + seconds if seconds is not None else None
        connection = request.environ["werkzeug.socket"]
        while not self._stopping.wait(0.05):
            gone = select([connection], [], [], 0)[0]
            if gone or (deadline and time.monotonic() >= deadline):
                break
        raise CutConnection(abruptly=True)


def _without_content_type(_fault: Fault, response: Response) -> Response:
    del response.headers["Content-Type"]
    return response


def _not_json(_fault: Fault, response: Response) -> Response:
    response.set_data(b"upstream connect error or disconnect/reset before headers")
    return response


def _long_answer(fault: Fault, response: Response) -> Response:
    """Add a member to the JSON object, first or last, and leave any other body as it is."""
    try:
        body = json.loads(response.get_data())
    except ValueError:
        return response
    if isinstance(body, dict):
        junk = {"junk": "x" * int(fault.settings.get("bytes", LONG_ANSWER_BYTES))}
        is_first = fault.settings.get("place") == "start"
        body = {**junk, **body} if is_first else {**body, **junk}
        response.set_data(json.dumps(body, separators=(",", ":")).encode())
    return response


def _other_status(fault: Fault, response: Response) -> Response:
    """Set the status and drop the fields that belong to other statuses."""
    body: dict[str, Any] = json.loads(response.get_data())
    status = str(fault.settings.get("word", "SUSPENDED"))
    output = body.get("output")
    if "status" in body:
        body = {"id": body.get("id"), "status": status}
    elif isinstance(output, dict):
        body["output"] = {"task_id": output["task_id"], "task_status": status}
        body.pop("usage", None)
    response.set_data(json.dumps(body, separators=(",", ":")).encode())
    return response


def _cut_short(_fault: Fault, response: Response) -> Response:
    data = response.get_data()

    def half() -> Iterator[bytes]:
        yield data[: len(data) // 2]
        raise CutConnection

    broken = Response(half(), response.status, content_type=response.content_type)
    broken.headers["Content-Length"] = str(len(data))
    return broken


def _wrong_type(_fault: Fault, response: Response) -> Response:
    return Response("This is not a picture.", response.status, content_type="text/plain")


def _too_large(fault: Fault, response: Response) -> Response:
    size = int(fault.settings.get("bytes", TOO_LARGE_BYTES))
    data = response.get_data()

    def flood() -> Iterator[bytes]:
        yield data
        for _ in range((size - len(data)) // len(BLOCK) + 1):
            yield BLOCK

    return Response(flood(), response.status, content_type=response.content_type)


def _redirected(fault: Fault, _response: Response) -> Response:
    location = str(fault.settings.get("location", ELSEWHERE))
    return Response(b"", 302, {"Location": location})


_RESPONSE_CHANGES = {
    "no-content-type": _without_content_type,
    "not-json": _not_json,
    "long-answer": _long_answer,
    "task-status": _other_status,
    "cut-short": _cut_short,
    "wrong-type": _wrong_type,
    "too-large": _too_large,
    "redirect": _redirected,
}
