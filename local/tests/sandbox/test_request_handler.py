"""HTTP: keep-alive, and malformed requests."""

from __future__ import annotations

import json
import logging
import random
import socket
import threading

import pytest

from outfitanyone_local.sandbox import request_handler
from outfitanyone_local.sandbox.remote_models import IMAGE_SYNTHESIS

from .conftest import Api


@pytest.fixture
def wire(server):
    """A plain socket to the sandbox."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
        yield sock


def received(wire):
    """All data until the sandbox closes the connection."""
    data = b""
    while block := wire.recv(65536):
        data += block
    return data


def answer_to(wire, data):
    wire.sendall(data)
    wire.shutdown(socket.SHUT_WR)
    head, _, body = received(wire).partition(b"\r\n\r\n")
    return head.decode("latin-1"), body


QUERY = b"GET /api/v1/tasks/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n"


def test_keep_alive__many_responses_on_one_connection(own_server):
    api = Api(own_server)
    for _ in range(5):
        api.query("x")
        api.policy()
        api.submit()
    assert len(own_server._listener._connections) == 1
    api.session.close()


def test_keep_alive__pipelined_requests_are_answered_in_order(wire):
    paths = [f"/api/v1/tasks/{n}" for n in range(3)]
    lines = "".join(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n\r\n"
        for path in paths
    )
    wire.sendall(lines.encode())
    wire.shutdown(socket.SHUT_WR)
    data = received(wire).decode()
    assert data.count("HTTP/1.1 200 OK") == 3
    assert [data.index(f'"task_id":"{n}"') for n in range(3)] == sorted(
        data.index(f'"task_id":"{n}"') for n in range(3)
    )


def test_keep_alive__unread_bodies_do_not_become_requests(wire):
    refused = (
        f"POST {IMAGE_SYNTHESIS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n"
        + "GET / " * 3
    )
    wire.sendall(refused.encode() + b"zz" + QUERY + b"\r\n")
    wire.shutdown(socket.SHUT_WR)
    data = received(wire).decode()
    assert data.count("HTTP/1.1 ") == 2
    assert "401" in data.splitlines()[0]
    assert '"task_status":"UNKNOWN"' in data


def test_keep_alive__ends_at_the_clients_request(wire):
    head, _ = answer_to(wire, QUERY + b"Connection: close\r\n\r\n")
    assert "Connection: close" in head


def test_http_1_0__is_answered_and_closed(wire):
    wire.sendall(b"GET /api/v1/tasks/x HTTP/1.0\r\nAuthorization: Bearer k\r\n\r\n")
    assert b"UNKNOWN" in received(wire)


def test_expect__gets_a_continue_before_the_body(wire):
    body = b'{"model": "x"}'
    wire.sendall(
        f"POST {IMAGE_SYNTHESIS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n"
        f"X-DashScope-Async: enable\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode()
    )
    assert wire.recv(100).startswith(b"HTTP/1.1 100 Continue")
    head, response = answer_to(wire, body)
    assert head.startswith("HTTP/1.1 400")
    assert json.loads(response)["message"] == "Model not exist."


def test_chunked_body__is_read(wire):
    body = b'{"model": "x"}'
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    head = (
        f"POST {IMAGE_SYNTHESIS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n"
        "X-DashScope-Async: enable\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    wire.sendall(head.encode() + chunks + QUERY + b"\r\n")
    wire.shutdown(socket.SHUT_WR)
    data = received(wire).decode()
    assert "Model not exist." in data
    assert "UNKNOWN" in data


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"hello\r\n\r\n",
        b"POST /\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/x\r\n\r\n",
        b"GET " + b"/a" * 40_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET //[/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /%00%ff%fe?%zz=%q HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
        b"GET /api/v1/tasks?page_no=%ff HTTP/1.1\r\nAuthorization: Bearer \xff\xff\r\n\r\n",
        b"\0 \0 HTTP/1.1\r\n\r\n",
    ],
)
def test_malformed_request__gets_a_json_error(wire, caplog, rubbish):
    head, body = answer_to(wire, rubbish)
    assert head.startswith("HTTP/1.")
    assert " 500 " not in head.splitlines()[0]
    assert "application/json" in head
    assert set(json.loads(body)) == {"code", "message", "request_id"}
    assert "Traceback" not in caplog.text


def test_random_bytes__never_stop_the_server(server, api, caplog):
    chance = random.Random(11)
    for _ in range(60):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
            sock.sendall(chance.randbytes(chance.randrange(200)) + b"\r\n\r\n")
    assert api.query("x").status_code == 200
    assert "Traceback" not in caplog.text


def test_missing_body__times_out(wire, monkeypatch, api, caplog):
    monkeypatch.setattr(request_handler.RequestHandler, "timeout", 0.2)
    with socket.create_connection(wire.getpeername(), timeout=5) as slow:
        slow.sendall(
            f"POST {IMAGE_SYNTHESIS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n"
            "X-DashScope-Async: enable\r\nContent-Type: application/json\r\n"
            "Content-Length: 100\r\n\r\n{".encode()
        )
        response = received(slow).decode()
    assert response.startswith("HTTP/1.1 400")
    assert "Required body invalid" in response
    assert "Traceback" not in caplog.text


def test_client__may_leave_early(server, api, caplog):
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
            sock.sendall(
                f"POST {IMAGE_SYNTHESIS} HTTP/1.1\r\nContent-Length: 100\r\n\r\n{{".encode()
            )
    assert api.query("x").status_code == 200
    assert "Traceback" not in caplog.text


def test_clients__forty_at_once(server, new_api):
    server.change_options(queries_per_second=10_000)
    responses = []

    def ask(api):
        responses.extend(api.query(str(n)).json()["output"]["task_id"] == str(n) for n in range(5))

    threads = [threading.Thread(target=ask, args=(new_api(f"sk-{n}"),)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert responses == [True] * 200


def test_log__one_line_without_key_or_signature(api, caplog, person, garment):
    caplog.set_level(logging.INFO, "outfitanyone_local.sandbox")
    task = api.submitted(person_image_url=person, top_garment_url=garment)
    api.call("GET", api.finished(task)["image_url"])
    api.call("GET", "/no/%1b%5b31m?secret=1")
    lines = [record.getMessage() for record in caplog.records]
    assert sum(line.startswith("POST /api/v1/services/aigc/") for line in lines) == 1
    assert all(word not in caplog.text for word in ("sk-tester", "Signature", "secret", "\x1b"))


def test_log__is_quiet_by_default(api, caplog):
    caplog.set_level(logging.WARNING, "outfitanyone_local.sandbox")
    api.query("x")
    api.call("GET", "/nothing")
    assert caplog.records == []
