"""A server of raw sockets on localhost, for faults that no HTTP server can make."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

Behaviour = Callable[["Visit"], None]


class Visit:
    """One accepted connection."""

    def __init__(self, listener: Listener, connection: socket.socket) -> None:
        self.listener = listener
        self.connection = connection

    def read_request(self) -> bytes:
        """Return one complete request; empty if the client closed the connection."""
        received = b""
        while b"\r\n\r\n" not in received:
            piece = self.connection.recv(65536)
            if not piece:
                return b""
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ),
            0,
        )
        while len(body) < length:
            body += self.connection.recv(65536)
        request = head + b"\r\n\r\n" + body
        self.listener.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def reset(self) -> None:
        """Make the close of the connection a reset, which the client sees as an error."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Listener:
    """Handles every connection with ``behaviour`` and records the requests."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.requests: list[bytes] = []
        self.connections = 0
        self.over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server(("127.0.0.1", 0))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def base_url(self) -> str:
        return f"http://{self.address}/api/v1"

    def __enter__(self) -> Listener:  # noqa: PYI034
        self._start(self._accept)
        return self

    def __exit__(self, *exc: object) -> None:
        self.over.set()
        with suppress(OSError):
            socket.create_connection(self._socket.getsockname()).close()  # wakes accept()
        for thread in self._threads:
            thread.join(5)
        self._socket.close()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self.over.is_set():
                connection.close()
                return
            self.connections += 1
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with connection, suppress(OSError):  # the client may close the connection at any point
            self.behaviour(Visit(self, connection))


def response(
    body: bytes | dict[str, object], *, status: int = 200, headers: tuple[str, ...] = ()
) -> bytes:
    """Return a complete HTTP answer; a dict becomes JSON."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    lines = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Length: {len(content)}",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def answers(*responses: bytes) -> Behaviour:
    """Send these answers in turn, over all connections, and repeat the last one."""
    remaining = list(responses)

    def behaviour(visit: Visit) -> None:
        while visit.read_request():
            visit.send(remaining.pop(0) if len(remaining) > 1 else remaining[0])

    return behaviour


def drops_unread(visit: Visit) -> None:
    visit.connection.recv(1, socket.MSG_PEEK)  # an earlier reset would prevent the connection
    visit.reset()


def drops_after_reading(visit: Visit) -> None:
    visit.read_request()


def resets_after_reading(visit: Visit) -> None:
    visit.read_request()
    visit.reset()


def hangs_after_reading(visit: Visit) -> None:
    visit.read_request()
    visit.listener.over.wait(5)


def hangs_at_once(visit: Visit) -> None:
    visit.listener.over.wait(5)


def sends(data: bytes) -> Behaviour:
    """Read the request, send exactly this and close the connection."""

    def behaviour(visit: Visit) -> None:
        visit.read_request()
        visit.send(data)

    return behaviour


def speaks_first(data: bytes) -> Behaviour:
    """Send exactly this without waiting for a request."""

    def behaviour(visit: Visit) -> None:
        visit.send(data)
        visit.listener.over.wait(5)

    return behaviour


def stalls_after(data: bytes) -> Behaviour:
    """Read the request, send exactly this and then nothing."""

    def behaviour(visit: Visit) -> None:
        visit.read_request()
        visit.send(data)
        visit.listener.over.wait(5)

    return behaviour


def trickles(start: bytes) -> Behaviour:
    """Read the request, send exactly this and then a byte now and then, for seconds."""

    def behaviour(visit: Visit) -> None:
        visit.read_request()
        visit.send(start)
        while not visit.listener.over.wait(0.1):
            visit.send(b"x")

    return behaviour


def behind_tls(certificate: Path, behaviour: Behaviour) -> Behaviour:
    """Return the behaviour inside a TLS connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def visit_inside(visit: Visit) -> None:
        with context.wrap_socket(visit.connection, server_side=True) as visit.connection:
            behaviour(visit)

    return visit_inside
