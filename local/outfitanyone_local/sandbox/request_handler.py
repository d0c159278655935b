"""HTTP/1.1 with keep-alive on top of Werkzeug, with JSON errors for malformed requests.

Werkzeug's own handler closes the connection after each response and cannot end it
without one. This handler keeps it open, and reads the rest of an unread body first.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import struct
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import IO, Any, cast

from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import DechunkedInput, WSGIRequestHandler
from werkzeug.wsgi import LimitedStream

from .host_check import REACHED

logger = logging.getLogger("outfitanyone_local.sandbox")
IDLE_SECONDS = 60.0
LINGER_SECONDS = 0.5
MAX_LINGER_BLOCKS = 1024
LINGER_FORMAT = "hh" if os.name == "nt" else "ii"
MAX_UNREAD_BYTES = 256 * 1024 * 1024
SERVER_NAME = "OutfitAnyone-sandbox"


class CutConnection(Exception):
    """Signal to end the connection now, even in the middle of a response.

    abruptly: by a reset, which also discards data in flight; otherwise by a normal close.
    """

    def __init__(self, *, abruptly: bool = False) -> None:
        super().__init__()
        self.abruptly = abruptly


class RequestHandler(WSGIRequestHandler):
    """Handler of all requests of one connection."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # responses to 0.9 have no status line
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def run_wsgi(self) -> None:
        started = time.monotonic()
        self.status = 0
        length = self._content_length()
        if length is None:
            self.send_error(HTTPStatus.BAD_REQUEST, "Bad Content-Length")
            return
        try:
            self.environ = environ = self.make_environ()
        except ValueError:
            self.send_error(HTTPStatus.BAD_REQUEST, "Bad address")
            return
        body = environ["wsgi.input"]
        if not isinstance(body, DechunkedInput):
            environ["wsgi.input"] = body = LimitedStream(cast("IO[bytes]", self.rfile), length)
        try:
            self._respond(environ)
            self.wfile.flush()
            self._read_rest(body)
        except CutConnection as cut:
            self._cut(abruptly=cut.abruptly)
        except (ClientDisconnected, OSError):
            self.close_connection = True
        self._log(time.monotonic() - started)

    def make_environ(self) -> dict[str, Any]:
        return {**super().make_environ(), REACHED: str(self.connection.getsockname()[0])}

    def version_string(self) -> str:
        return SERVER_NAME

    def setup(self) -> None:
        super().setup()
        self._is_cut = False

    def finish(self) -> None:
        """Read what still arrives for a moment before closing.

        Closing with unread data would reset the connection, and the client would lose the
        response.
        """
        try:
            super().finish()
        except OSError:  # the client is gone; socketserver then leaves the reader open
            self.rfile.close()
            return
        if self._is_cut:
            return
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(LINGER_SECONDS)
            for _ in range(MAX_LINGER_BLOCKS):
                if not self.connection.recv(64 * 1024):
                    break

    def handle_expect_100(self) -> bool:
        """Flush the interim response; otherwise both sides would wait."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a malformed request, which never reaches the WSGI application."""
        text = message or explain or HTTPStatus(code).phrase
        body = {"code": "BadRequest", "message": text, "request_id": str(uuid.uuid4())}
        data = json.dumps(body).encode()
        self.close_connection = True
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(data)))]
        self._send_head(f"{int(code)} {HTTPStatus(code).phrase}", headers)
        self.wfile.write(data)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Do nothing: ``_log`` writes one line for each request after its response."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ARG002 - inherited
        logger.debug(message, *args)

    def _respond(self, environ: dict[str, Any]) -> None:
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            head[:] = [status, headers]

        blocks: Iterable[bytes] = self.server.app(environ, start_response)
        try:
            self._send_head(*head)
            for block in blocks:
                self.wfile.write(block)
        finally:
            close = getattr(blocks, "close", None)
            if close:
                close()

    def _send_head(self, status: str, headers: list[tuple[str, str]]) -> None:
        code, _, phrase = status.partition(" ")
        self.status = int(code)
        names = {name.lower() for name, _ in headers}
        self.send_response_only(self.status, phrase)
        self.send_header("Server", self.version_string())
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        if "content-length" not in names and self.status not in {204, 304}:
            self.close_connection = True
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _content_length(self) -> int | None:
        text = self.headers.get("Content-Length", "0").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None

    def _read_rest(self, body: Any) -> None:
        """Read the rest of the body, because the next request follows it on the connection."""
        unread = 0
        while not self.close_connection and (block := body.read(64 * 1024)):
            unread += len(block)
            if unread > MAX_UNREAD_BYTES:
                self.close_connection = True

    def _cut(self, *, abruptly: bool) -> None:
        self.close_connection = self._is_cut = True
        if abruptly:
            self.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(LINGER_FORMAT, 1, 0)
            )
        else:
            self.wfile.flush()

    def _log(self, seconds: float) -> None:
        """Log the path without its query string, which may hold a signature."""
        path = repr(self.path.partition("?")[0])[1:-1]
        status = self.status or "cut"
        logger.info("%s %s %s %.0f ms", self.command, path, status, seconds * 1000)
