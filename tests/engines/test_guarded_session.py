from __future__ import annotations

import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import certifi
import pytest
import requests

from benchmarks.network import make_certificate
from django_outfitanyone.engines import guarded_session
from django_outfitanyone.engines.connections import plain_session
from django_outfitanyone.engines.guarded_session import shared_context


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments):
        """Keep the output of the tests clean."""


@pytest.fixture
def tls_server(tmp_path):
    """The address of a server with a certificate of its own, and a bundle that knows it."""
    certificate, bundle = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = HTTPServer(("0.0.0.0", 0), _Answer)  # so that it has a second address
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/", str(bundle)
    server.shutdown()
    server.server_close()


def test_shared_context__loads_a_bundle_once():
    assert shared_context(certifi.where()) is shared_context(certifi.where())


def test_shared_context__loads_a_replaced_bundle_again(tmp_path):
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(Path(certifi.where()).read_bytes())
    first = shared_context(str(bundle))
    os.utime(bundle, (1, 1))

    assert shared_context(str(bundle)) is not first


def test_session__connections_share_the_context(tls_server, monkeypatch):
    url, bundle = tls_server
    guarded_session._loaded_context.cache_clear()
    loads, load = [], ssl.SSLContext.load_verify_locations

    def count(context, *arguments, **options):
        loads.append(options)
        return load(context, *arguments, **options)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", count)
    for _connection in range(3):
        with plain_session() as session:
            assert session.get(url, verify=bundle, timeout=5).ok

    assert len(loads) == 1


def test_session__refuses_a_certificate_that_the_bundle_does_not_know(tls_server):
    """Also after another session has trusted it with another bundle."""
    url, bundle = tls_server
    with plain_session() as session:
        assert session.get(url, verify=bundle, timeout=5).ok
        with pytest.raises(requests.exceptions.ConnectionError, match="self-signed"):
            session.get(url, timeout=5)


def test_session__refuses_a_certificate_of_another_host(tls_server):
    url, bundle = tls_server
    other = url.replace("127.0.0.1", "127.0.0.2")
    refused = pytest.raises(requests.exceptions.ConnectionError, match="certificate is not valid")
    with plain_session() as session, refused:
        session.get(other, verify=bundle, timeout=5)
