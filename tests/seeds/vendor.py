"""A small HTTP server in the place of the vendor and of hosts with pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Body = bytes | Callable[[bytes], bytes]


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: Message
    body: bytes


class Vendor(ThreadingHTTPServer):
    """Serves what a test puts there and records what it receives."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[tuple[str, str], tuple[int, Body]] = {}
        self.received: list[Received] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def root_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def base_url(self) -> str:
        return f"{self.root_url}/api/v1"

    def answer(self, method: str, path: str, body: Body, *, status: int = 200) -> None:
        """Give this answer to every such request; the body goes out byte for byte.

        A function makes the body from that of the request.
        """
        self.pages[method, path] = (status, body)

    def serve(self, path: str, data: bytes) -> str:
        """Return the address of a picture."""
        self.answer("GET", path, data)
        return self.root_url + path

    def bodies(self, path: str) -> list[bytes]:
        """Return the bodies that arrived at this path, in their order."""
        return [request.body for request in self.received if request.path == path]

    def __enter__(self) -> Vendor:  # noqa: PYI034
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.received.append(Received(self.command, self.path, self.headers, body))
        status, page = self.server.pages.get((self.command, self.path), (404, b""))
        data = page(body) if callable(page) else page
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Keep the output of the tests quiet."""
