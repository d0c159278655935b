"""What has left this machine, and how a connection ends."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from queue import Queue

import pytest

from django_outfitanyone.engines.base import SendWindow
from django_outfitanyone.exceptions import (
    OutcomeUnknown,
    RequestNotSent,
)
from tests.engines.dashscope.calls import any_call
from tests.engines.dashscope.conftest import ORDER, TASK, unused_port
from tests.engines.dashscope.listener import (
    answers,
    response,
)


@any_call
def test_refused_connection__sends_nothing(client_of, call):
    with pytest.raises(RequestNotSent, match="refused"):
        call(client_of(f"http://127.0.0.1:{unused_port()}/api/v1"))


def test_unknown_host__sends_nothing(client_of, monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(RequestNotSent, match="Name or service not known"):
        client_of("https://api.invalid/api/v1").submit(ORDER)


def test_connection_that_is_not_accepted__sends_nothing(client_of):
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for waiting in (first, second):  # fill the queue, so that further connections hang
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        port = server.getsockname()[1]

        with pytest.raises(RequestNotSent, match="timed out"):
            client_of(f"http://127.0.0.1:{port}/api/v1", connect_timeout=0.2).submit(ORDER)


def test_connection_that_took_too_long__is_not_used(listen, client_of, monkeypatch):
    """The lease of its worker may have expired, and another worker may send the same request."""
    server = listen(answers(response(TASK)))
    resolve = socket.getaddrinfo

    def resolve_slowly(*args, **kwargs):
        time.sleep(0.2)
        return resolve(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_slowly)

    with pytest.raises(RequestNotSent, match="longer than the connect timeout"):
        client_of(server.base_url, connect_timeout=0.1).submit(ORDER)
    assert server.requests == []


@pytest.mark.parametrize(
    "base_url", ["http://.example/api/v1", "http://exa mple/api/v1", f"http://{'a' * 70}.example/"]
)
def test_invalid_address__sends_nothing(client_of, base_url):
    with pytest.raises(RequestNotSent):
        client_of(base_url).submit(ORDER)


def test_missing_ca_bundle__sends_nothing(listen, client_of, monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    server = listen(answers(response(TASK)))

    with pytest.raises(RequestNotSent, match="CA certificate"):
        client_of(f"https://{server.address}/api/v1").submit(ORDER)


# -- what leaves late


class _Ending:
    """What the server sees of the connection after the client has left."""

    def __init__(self):
        self.seen = Queue()

    def __call__(self, visit):
        visit.read_request()
        try:
            self.seen.put(visit.connection.recv(1))
        except ConnectionResetError:
            self.seen.put("reset")


def test_paid_requests__connection_without_an_answer_is_reset(listen, client_of):
    ending = _Ending()
    server = listen(ending)

    with pytest.raises(OutcomeUnknown):
        client_of(server.base_url, read_timeout=0.2).submit(ORDER)

    assert ending.seen.get(timeout=5) == "reset"


def test_paid_requests__connection_with_an_answer_is_closed_politely(listen, client_of):
    ending = _Ending()

    def behaviour(visit):
        visit.read_request()
        visit.send(response(TASK))
        ending(visit)

    server = listen(behaviour)
    client_of(server.base_url).submit(ORDER)

    assert ending.seen.get(timeout=5) == b""


@pytest.mark.parametrize("clock", ["monotonic", "wall"])
def test_window_that_is_over__sends_nothing(listen, client_of, clock):
    server = listen(answers(response(TASK)))
    now = {"monotonic": time.monotonic(), "wall": time.time()}
    window = SendWindow(seconds=10, **{**now, clock: now[clock] - 11})

    with pytest.raises(RequestNotSent, match="too much time"):
        client_of(server.base_url).submit(replace(ORDER, window=window))
    assert server.requests == []


def test_window_that_ends_while_connecting__sends_nothing(listen, client_of, monkeypatch):
    server = listen(answers(response(TASK)))
    resolve = socket.getaddrinfo

    def resolve_slowly(*args, **kwargs):
        time.sleep(0.3)
        return resolve(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_slowly)

    with pytest.raises(RequestNotSent, match="too much time"):
        client_of(server.base_url).submit(replace(ORDER, window=SendWindow(seconds=0.2)))
    assert server.requests == []


def test_window_that_is_open__lets_the_request_leave(listen, client_of):
    server = listen(answers(response(TASK)))
    window = SendWindow(seconds=10)

    assert client_of(server.base_url).submit(replace(ORDER, window=window)).handle == "t-1"
