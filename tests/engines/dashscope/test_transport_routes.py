"""Faults of TLS and proxies, and whether the request may have passed them."""

from __future__ import annotations

import socket

import pytest
import requests

from django_outfitanyone.engines.dashscope import probe
from django_outfitanyone.exceptions import OutcomeUnknown, RequestNotSent
from tests.engines.dashscope.conftest import ORDER, TASK, unused_port
from tests.engines.dashscope.listener import (
    answers,
    behind_tls,
    drops_after_reading,
    hangs_after_reading,
    hangs_at_once,
    response,
    sends,
    speaks_first,
)


def test_tls__works_with_the_ca_bundle_of_the_environment(
    listen, client_of, certificate, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = listen(behind_tls(certificate, answers(response(TASK))))

    assert client_of(f"https://{server.address}/api/v1").submit(ORDER).handle == "t-1"


def test_tls__self_signed_certificate_sends_nothing(listen, client_of, certificate):
    server = listen(behind_tls(certificate, answers(response(TASK))))

    with pytest.raises(RequestNotSent, match="CERTIFICATE_VERIFY_FAILED"):
        client_of(f"https://{server.address}/api/v1").submit(ORDER)
    assert server.requests == []


def test_tls__server_without_tls_sends_nothing(listen, client_of):
    server = listen(speaks_first(b"HTTP/1.1 400 Bad Request\r\n\r\n"))

    with pytest.raises(RequestNotSent, match="SSL"):
        client_of(f"https://{server.address}/api/v1").submit(ORDER)


def test_tls__handshake_that_hangs_sends_nothing(listen, client_of):
    server = listen(hangs_at_once)

    with pytest.raises(RequestNotSent):
        client_of(f"https://{server.address}/api/v1", connect_timeout=0.2).submit(ORDER)


def test_tls__failure_after_the_request_leaves_the_outcome_unknown(
    listen, client_of, certificate, monkeypatch
):
    def breaks_the_record_layer(visit):
        visit.read_request()
        plain = socket.socket(fileno=visit.connection.detach())
        with plain:
            plain.sendall(b"\x17\x03\x03\x00\x20" + b"no TLS record, but as long as one")

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = listen(behind_tls(certificate, breaks_the_record_layer))

    with pytest.raises(OutcomeUnknown):
        client_of(f"https://{server.address}/api/v1").submit(ORDER)
    assert len(server.requests) == 1


# -- proxies


def test_proxy__of_the_environment_is_used(listen, client_of, monkeypatch):
    proxy = listen(answers(response(TASK)))
    monkeypatch.setenv("http_proxy", f"http://{proxy.address}")

    assert client_of("http://api.invalid/api/v1").submit(ORDER).handle == "t-1"
    assert proxy.requests[0].startswith(b"POST http://api.invalid/api/v1/services/")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy__unreachable_proxy_sends_nothing(client_of, monkeypatch, scheme):
    monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{unused_port()}")

    with pytest.raises(RequestNotSent):
        client_of(f"{scheme}://api.invalid/api/v1").submit(ORDER)


def test_proxy__unreachable_socks_proxy_sends_nothing(client_of, monkeypatch):
    """Whether or not the library that requests needs for SOCKS is installed."""
    monkeypatch.setenv("all_proxy", f"socks5h://127.0.0.1:{unused_port()}")

    with pytest.raises(RequestNotSent):
        client_of("https://api.invalid/api/v1").submit(ORDER)


def test_proxy__without_socks_support_is_a_local_fault(client_of, monkeypatch):
    def missing(*_args, **_kwargs):
        raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")

    monkeypatch.setattr("requests.adapters.SOCKSProxyManager", missing)
    monkeypatch.setenv("all_proxy", f"socks5h://127.0.0.1:{unused_port()}")

    with pytest.raises(RequestNotSent, match="SOCKS"):
        client_of("https://api.invalid/api/v1").submit(ORDER)


@pytest.mark.parametrize("scheme", ["http", "https", "all"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_proxy__is_never_used_to_reach_this_machine(listen, client_of, monkeypatch, scheme, host):
    proxy = listen(answers(response(b"<html>no</html>", status=403)))
    server = listen(answers(response(TASK)))
    monkeypatch.setenv(f"{scheme}_proxy", f"http://{proxy.address}")
    base_url = server.base_url.replace("127.0.0.1", host)

    client = client_of(base_url)

    assert client.submit(ORDER).handle == "t-1"
    assert probe.remote_time(base_url, timeout=(5, 5)) is None
    assert proxy.connections == 0
    assert server.connections == 2


@pytest.mark.parametrize(
    "behaviour",
    [
        sends(response(b"", status=407)),
        sends(response(b"", status=502)),
        drops_after_reading,
        hangs_after_reading,
    ],
)
def test_proxy__that_opens_no_tunnel_sends_nothing(listen, client_of, monkeypatch, behaviour):
    proxy = listen(behaviour)
    monkeypatch.setenv("https_proxy", f"http://{proxy.address}")

    with pytest.raises(RequestNotSent):
        client_of("https://api.invalid/api/v1", connect_timeout=0.5).submit(ORDER)
    assert proxy.requests[0].startswith(b"CONNECT api.invalid:443")
    assert b"Bearer" not in proxy.requests[0]


def test_proxy__that_drops_the_request_leaves_the_outcome_unknown(listen, client_of, monkeypatch):
    """urllib3 itself reports here that it could not connect to the proxy."""
    proxy = listen(drops_after_reading)
    monkeypatch.setenv("http_proxy", f"http://{proxy.address}")

    with pytest.raises(OutcomeUnknown):
        client_of("http://api.invalid/api/v1").submit(ORDER)
