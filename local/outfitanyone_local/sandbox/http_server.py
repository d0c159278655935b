"""``SandboxServer``: the sandbox on a socket, for tests and for the command line."""

from __future__ import annotations

import os
import socket
import socketserver
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .app import App
from .emulators import base_paths
from .engine_protocol import Engine
from .options import Options
from .progression import EVERY_MODEL, Progression
from .remote_models import OUTFIT_ANYONE
from .request_handler import RequestHandler
from .sandbox import Sandbox

if TYPE_CHECKING:
    from typing_extensions import Self

CLOSE_SECONDS = 5.0
POLL_SECONDS = 0.02


class SandboxServer:
    """A sandbox that listens from ``start`` to ``stop``, or inside a ``with`` block.

    >>> with SandboxServer(options=Options(speed=50)) as sandbox:
    ...     client = Client(base_url=sandbox.base_url, api_key="sk-anything")

    Port 0 means any free port. The constructor binds the port and raises ``OSError`` if it
    is in use.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        options: Options | None = None,
        engine: Engine | None = None,
        state_dir: Path | None = None,
    ) -> None:
        self._listener = _Listener(host, port)
        try:
            self.sandbox = Sandbox(options=options or Options(), engine=engine, state_dir=state_dir)
        except BaseException:
            self._listener.server_close()
            raise
        self._listener.app = App(self.sandbox, host=host)
        self._thread = threading.Thread(
            target=self._listener.serve_forever,
            args=(POLL_SECONDS,),
            name="sandbox-listener",
            daemon=True,
        )
        self._host = host
        self.clock = self.sandbox.clock
        self.faults = self.sandbox.faults
        self.stats = self.sandbox.stats

    @property
    def port(self) -> int:
        return int(self._listener.server_address[1])

    @property
    def root_url(self) -> str:
        """The URL before ``/sandbox/``; "all interfaces" becomes the loopback address."""
        host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The base URL for clients of OutfitAnyone."""
        return self.urls[OUTFIT_ANYONE]

    @property
    def urls(self) -> dict[str, str]:
        """Engine to the base URL for its clients."""
        return {engine: self.root_url + path for engine, path in base_paths().items()}

    def start(self) -> None:
        self.sandbox.start()
        self._thread.start()

    def stop(self) -> None:
        """Close all connections, finish the pictures in progress, delete temporary files."""
        self.sandbox.stopping.set()
        if self._thread.is_alive():
            self._listener.shutdown()
            self._thread.join()
        self._listener.server_close()
        self._listener.end_connections()
        self.sandbox.stop()

    def reset(self) -> None:
        """Delete tasks, files, faults and counts; restore the options and the clock."""
        self.sandbox.reset()

    def settle(self, *, timeout: float = 30.0) -> None:
        """Wait until no picture is in progress or queued; the clock does not move.

        Raises ``TimeoutError`` after ``timeout`` seconds.
        """
        self.sandbox.settle(timeout=timeout)

    def change_options(self, **changes: object) -> None:
        """Change ``Options`` fields by name; raises ``ValueError`` for invalid ones."""
        self.sandbox.change_options(**changes)

    def set_progression(
        self,
        stages: list[tuple[str, float]],
        *,
        model: str = EVERY_MODEL,
        unit: str = "seconds",
    ) -> None:
        """Set the stages of tasks submitted from now on: pairs of status and length.

        ``unit`` is "seconds" or "queries". Without stages, a task ends as soon as its
        picture is ready.
        """
        self.sandbox.progressions.set(Progression.of(stages, unit=unit), model=model)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Listener(socketserver.TCPServer):
    """TCP server with one thread for each connection; it can close them all."""

    allow_reuse_address = os.name == "posix"
    request_queue_size = 128
    # Werkzeug's request handler reads these from its server.
    app: App
    ssl_context = None
    multithread = True
    multiprocess = False

    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        super().__init__((host, port), RequestHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self._serve,
            args=(request, client_address),
            name="sandbox-connection",
            daemon=True,
        )
        with self._lock:
            self._connections[thread] = request
        thread.start()

    def end_connections(self) -> None:
        with self._lock:
            connections = dict(self._connections)
        for connection in connections.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in connections:
            thread.join(CLOSE_SECONDS)

    def shutdown_request(self, request: Any) -> None:
        """Close without a shutdown, which would turn a reset into a normal close."""
        self.close_request(request)

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:  # noqa: BLE001 - reported; the thread ends here
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)
            with self._lock:
                del self._connections[threading.current_thread()]
