"""A network between the app and the sandbox: round trips that take time, and TLS.

A new connection costs a round trip, with TLS one more, and each request costs one. Half of it
passes before the sandbox acts, so that a task begins and ends where a distant server's would.
"""

# ruff: noqa: SLF001 - the sandbox has no network that could be set

from __future__ import annotations

import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi

if TYPE_CHECKING:
    from outfitanyone_local.sandbox.http_server import SandboxServer

NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Return a new certificate with its key, and a CA bundle: the usual one and this."""
    certificate, bundle = folder / "server.pem", folder / "bundle.pem"
    subprocess.run(
        (
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", NAMES),
            *("-keyout", str(certificate), "-out", str(folder / "only.pem")),
        ),
        check=True,
        capture_output=True,
    )
    own = (folder / "only.pem").read_text()
    with certificate.open("a") as file:
        file.write(own)
    bundle.write_text(Path(certifi.where()).read_text() + own)
    return certificate, bundle


def place_behind(server: SandboxServer, *, round_trip: float, certificate: Path | None) -> None:
    """Let the sandbox answer as if it were ``round_trip`` seconds away, and speak TLS."""
    from outfitanyone_local.sandbox import app as sandbox_app

    listener: Any = server._listener
    serve, answer = listener._serve, listener.app
    context = _tls(certificate) if certificate else None
    if context:
        listener.ssl_context = context
        sandbox_app._host_url = lambda request: request.host_url.rstrip("/")

    def serve_late(request: Any, address: Any) -> None:
        time.sleep(round_trip)
        if context:
            time.sleep(round_trip)
            try:
                request = context.wrap_socket(request, server_side=True)
            except OSError:  # the client has given up
                listener._connections.pop(threading.current_thread(), None)
                return
        serve(request, address)

    def answer_late(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/sandbox/"):
            return answer(environ, start)  # type: ignore[no-any-return]
        time.sleep(round_trip / 2)
        body = answer(environ, start)
        time.sleep(round_trip / 2)
        return body  # type: ignore[no-any-return]

    listener._serve, listener.app = serve_late, answer_late


def _tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
