"""Each network fault means that nothing was sent, or that the outcome is unknown.

A socket on localhost makes real faults.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.engines.transport import ANSWER_LIMIT
from django_outfitanyone.exceptions import (
    ForeignAnswer,
    OutcomeUnknown,
    OutfitAnyoneError,
    ServerFault,
)
from tests.engines.dashscope.calls import any_call, free, paid
from tests.engines.dashscope.conftest import ORDER, TASK
from tests.engines.dashscope.listener import (
    answers,
    behind_tls,
    drops_after_reading,
    drops_unread,
    hangs_after_reading,
    resets_after_reading,
    response,
    sends,
    stalls_after,
    trickles,
)

MAY_HAVE_ARRIVED = {
    "dropped unread": drops_unread,
    "dropped after reading": drops_after_reading,
    "reset after reading": resets_after_reading,
    "no answer in time": hangs_after_reading,
    "half a status line": sends(b"HTTP/1.1 20"),
    "headers without an end": sends(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n"),
    "not HTTP": sends(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "half a body": sends(response(TASK)[:-20]),
    "half a body, then silence": stalls_after(response(TASK)[:-20]),
    "half a chunk": sends(
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"request_id": "r'
    ),
    "no chunk": sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}"),
    "two lengths": sends(response(TASK, headers=("Content-Length: 3",))),
    "not gzip": sends(response(TASK, headers=("Content-Encoding: gzip",))),
}
ENDLESS = {
    "status line": b"HTTP/1.1 200 ",
    "headers": b"HTTP/1.1 200 OK\r\nX-More: ",
    "body with a length": b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
    "body until the end": b"HTTP/1.1 200 OK\r\n\r\n",
    "complete JSON": b"HTTP/1.1 200 OK\r\n\r\n" + response(TASK).partition(b"\r\n\r\n")[2],
}
may_have_arrived = pytest.mark.parametrize(
    "behaviour", MAY_HAVE_ARRIVED.values(), ids=MAY_HAVE_ARRIVED
)


@may_have_arrived
def test_paid_requests__outcome_is_unknown_if_they_may_have_arrived(listen, client_of, behaviour):
    server = listen(behaviour)
    client = client_of(server.base_url, read_timeout=0.3)

    with pytest.raises(OutcomeUnknown, match="may have"):
        client.submit(ORDER)

    assert server.connections == 1
    assert len(server.requests) <= 1


@may_have_arrived
def test_free_requests__without_an_answer_may_be_repeated(listen, client_of, behaviour):
    server = listen(behaviour)
    client = client_of(server.base_url, read_timeout=0.3)

    with pytest.raises(ServerFault) as caught:
        client.query("t-1")

    assert caught.value.code in {
        "NoAnswer",
        "UnreadableAnswer",
    }  # older urllib3
    assert server.connections == 1


@pytest.mark.timeout(20)
@pytest.mark.parametrize("is_encrypted", [False, True])
@pytest.mark.parametrize("start", ENDLESS.values(), ids=ENDLESS)
def test_paid_request__whole_answer_has_a_time_limit(
    listen, client_of, monkeypatch, certificate, start, is_encrypted
):
    """Each byte restarts the time limit of the socket, so the whole needs its own limit."""
    if is_encrypted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        server = listen(behind_tls(certificate, trickles(start)))
    else:
        server = listen(trickles(start))
    base_url = server.base_url.replace("http:", "https:") if is_encrypted else server.base_url

    with pytest.raises(OutcomeUnknown, match="may have"):
        client_of(base_url, read_timeout=0.5).submit(ORDER)
    assert len(server.requests) == 1


@paid
def test_paid_requests__every_method_is_unclear_without_an_answer(listen, client_of, call):
    server = listen(drops_after_reading)

    with pytest.raises(OutcomeUnknown):
        call(client_of(server.base_url))

    assert len(server.requests) == 1


@free
def test_free_requests__every_method_may_be_repeated_without_an_answer(listen, client_of, call):
    server = listen(drops_after_reading)

    with pytest.raises(ServerFault):
        call(client_of(server.base_url))

    assert len(server.requests) == 1


# -- answers

PAGE = b"<!doctype html><title>Access denied</title>"
HTML = ("Content-Type: text/html; charset=utf-8",)


@free
@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 405, 407, 451, 511])
def test_page_of_a_proxy__is_temporary_and_said_to_be_foreign(listen, client_of, call, status):
    server = listen(answers(response(PAGE, status=status, headers=HTML)))

    with pytest.raises(
        ForeignAnswer, match=rf"no answer of the API \(HTTP {status}, text/html\)"
    ) as (caught):
        call(client_of(server.base_url))
    assert OutfitAnyone.classify(caught.value.code, caught.value.message).is_temporary


@paid
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 451])
def test_page_of_a_proxy__may_hide_that_a_paid_request_arrived(listen, client_of, call, status):
    server = listen(answers(response(PAGE, status=status, headers=HTML)))

    with pytest.raises(OutcomeUnknown, match="no answer of the API"):
        call(client_of(server.base_url))
    assert len(server.requests) == 1


@paid
@pytest.mark.parametrize("status", [302, 307, 407, 511])
def test_page_of_a_proxy__that_proves_that_nothing_was_passed_on(listen, client_of, call, status):
    server = listen(answers(response(PAGE, status=status, headers=HTML)))

    with pytest.raises(ForeignAnswer):
        call(client_of(server.base_url))


@pytest.mark.parametrize("status", [200, 302, 403, 407])
def test_page_of_a_proxy__instead_of_the_object_storage(listen, client_of, status):
    storage = listen(answers(response(PAGE, status=status, headers=HTML)))
    permit = {"policy": "p", "signature": "s", "upload_dir": "dir", "oss_access_key_id": "id"}
    data = {**permit, "upload_host": f"http://{storage.address}"}
    api = listen(answers(response({"data": data})))

    with pytest.raises(ForeignAnswer, match="no answer of the API"):
        client_of(api.base_url).upload(b"picture", filename="a.jpg", model="m")


def test_content_type__does_not_matter(listen, client_of):
    server = listen(answers(response(TASK, headers=("Content-Type: text/html",))))

    assert client_of(server.base_url).submit(ORDER).handle == "t-1"


@pytest.mark.parametrize("body", [b"", b"<html>ok</html>", b"{}", b'{"output": {}}'])
def test_success_without_a_task__leaves_the_outcome_of_a_submit_unknown(listen, client_of, body):
    server = listen(answers(response(body, headers=("X-Request-Id: r-9",))))

    with pytest.raises(OutcomeUnknown, match="r-9"):
        client_of(server.base_url).submit(ORDER)


@free
@pytest.mark.parametrize("body", [b"", b"<html>ok</html>", b"[]"])
def test_success_without_content__may_be_requested_again(listen, client_of, call, body):
    server = listen(answers(response(body)))

    with pytest.raises(ServerFault) as caught:
        call(client_of(server.base_url))
    assert caught.value.code == "UnreadableAnswer"


def test_answers__are_read_up_to_a_limit(listen, client_of):
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + b" " * (ANSWER_LIMIT + 1)
    server = listen(stalls_after(endless))

    with pytest.raises(ServerFault) as caught:
        client_of(server.base_url).query("t-1")
    assert caught.value.code == "UnreadableAnswer"


def test_answers__beyond_the_limit_still_have_a_status(listen, client_of):
    page = b"<html>" + b"x" * ANSWER_LIMIT
    server = listen(stalls_after(b"HTTP/1.1 403 No\r\nContent-Length: 99999999\r\n\r\n" + page))

    with pytest.raises(ForeignAnswer, match="HTTP 403"):
        client_of(server.base_url).query("t-1")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@any_call
def test_redirects__are_never_followed(listen, client_of, call, status):
    elsewhere = listen(answers(response(TASK)))
    server = listen(
        answers(response(b"", status=status, headers=(f"Location: {elsewhere.base_url}",)))
    )

    with pytest.raises(ForeignAnswer) as caught:
        call(client_of(server.base_url))
    assert caught.value.http_status == status
    assert elsewhere.requests == []


def test_redirects__are_not_read_beyond_the_limit(listen, client_of):
    head = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 99999999\r\n\r\n"
    server = listen(stalls_after(head + b" " * (ANSWER_LIMIT + 1)))

    with pytest.raises(ForeignAnswer):
        client_of(server.base_url).query("t-1")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@any_call
def test_every_request__is_sent_once(listen, client_of, call, status):
    server = listen(
        answers(response({"code": "X", "message": "m"}, status=status, headers=("Retry-After: 0",)))
    )

    with pytest.raises(OutfitAnyoneError):
        call(client_of(server.base_url))
    assert len(server.requests) == 1


# -- connections


def test_free_requests__share_a_connection(listen, client_of):
    running = {"output": {"task_id": "t-1", "task_status": "RUNNING"}}
    server = listen(answers(response(running)))
    client = client_of(server.base_url)

    for _ in range(3):
        client.query("t-1")

    assert server.connections == 1
    assert len(server.requests) == 3


def test_paid_requests__use_a_new_connection_each(listen, client_of):
    """The server may close a kept connection at the moment of its use: the outcome is unclear."""
    server = listen(answers(response({"output": {"task_id": "t-1", "task_status": "RUNNING"}})))
    client = client_of(server.base_url)

    client.query("t-1")
    for _ in range(3):
        client.submit(ORDER)

    assert server.connections == 4


def test_client__can_be_shared_by_threads(listen, client_of):
    server = listen(answers(response({"output": {"task_id": "t-1", "task_status": "RUNNING"}})))
    client = client_of(server.base_url)

    with ThreadPoolExecutor(4) as pool:
        orders = [pool.submit(client.submit, ORDER) for _ in range(12)]
        queries = [pool.submit(client.query, "t-1") for _ in range(12)]

    assert {future.result().handle for future in [*orders, *queries]} == {"t-1"}
    assert len(server.requests) == 24
