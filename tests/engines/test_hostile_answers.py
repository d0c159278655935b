"""No answer, however odd, raises anything but the app's errors or leads to another host."""

from __future__ import annotations

import json
import re

import pytest

from django_outfitanyone.engines.base import RemoteState, TaskReport
from django_outfitanyone.engines.transport import ANSWER_LIMIT
from django_outfitanyone.exceptions import APIError, OutcomeUnknown, ServerFault
from django_outfitanyone.storable_text import is_storable
from tests.engines.cases import KEY, each_engine
from tests.engines.dashscope.listener import answers, response

DEEP = b'{"status":' + b"[" * 5000 + b"]" * 5000 + b"}"
BODIES = {
    "list": b"[]",
    "text": b'"ok"',
    "number": b"7",
    "null": b"null",
    "NaN": b'{"id": NaN, "status": Infinity}',
    "numbers for texts": b'{"id": 7, "status": 5, "polling_url": 3, "generation_url": 9}',
    "objects for texts": b'{"id": {}, "status": {}, "output": {}, "result": 3, "error": {}}',
    "lists for texts": b'{"id": [], "status": [], "output": [[]], "result": [], "error": [1]}',
    "null for all": b'{"id": null, "status": null, "output": null, "result": null, "error": null}',
    "empty texts": b'{"id": "", "status": "", "get_url": "", "error": ""}',
    "deep": DEEP,
    "huge": b'{"message": "' + b"x" * (ANSWER_LIMIT + 5) + b'"}',
    "huge number": b'{"id": ' + b"9" * 5000 + b"}",
    "huge id": b'{"id": "' + b"x" * 501 + b'"}',
    "NUL in the id": b'{"id": "t\\u0000\\n1", "status": "x\\u0000\\ud800"}',
    "page": b"<!doctype html><title>Log in</title>",
    "half": b'{"id": "t-1", "sta',
    "nothing": b"",
    "not UTF-8": b"\xff\xfe\x00",
}
bodies = pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)


def is_usable(report):
    """Whether a row can store the report."""
    return (
        isinstance(report, TaskReport)
        and len(report.handle) <= 500
        and is_storable([report.handle, report.code, report.message, dict(report.raw)])
        and bool(json.dumps(dict(report.raw), allow_nan=False))
    )


def outcome(call, *arguments, **options):
    """Return what the call returns, or the error of this app that it raises."""
    try:
        return call(*arguments, **options)
    except (OutcomeUnknown, APIError) as error:
        return error


@each_engine
@bodies
def test_submit__odd_answer_leaves_the_outcome_unknown(listen, engine_at, case, body):
    engine = engine_at(case, listen(answers(response(body))))

    found = outcome(engine.submit, case.order, key="1")

    assert isinstance(found, OutcomeUnknown) or (is_usable(found) and found.handle)


@each_engine
@bodies
def test_query__odd_answer_is_a_fault_of_the_server(listen, engine_at, case, body):
    engine = engine_at(case, listen(answers(response(body))))

    found = outcome(engine.query, "t-1")

    if isinstance(found, Exception):
        assert isinstance(found, ServerFault)
        assert is_storable([found.code, found.message])
    else:
        assert is_usable(found)
        assert found.state is not RemoteState.SUCCEEDED


@each_engine
@pytest.mark.parametrize("status", [400, 404, 409, 418, 429, 500, 503])
@bodies
def test_error__odd_body_is_explained(listen, engine_at, case, body, status):
    engine = engine_at(case, listen(answers(response(body, status=status))))

    found = outcome(engine.query, "t-1")

    if isinstance(found, Exception):
        assert is_storable([found.code, found.message])
        assert engine.classify(found.code, found.message).help
    else:
        assert found.state is RemoteState.GONE


@each_engine
@pytest.mark.parametrize(
    "address",
    [
        None,
        7,
        {},
        "",
        "None",
        "file:///etc/passwd",
        "ftp://x.example/a.png",
        "javascript:alert(1)",
        "data:text/html;base64,PGI+",
        "data:image/png;base64,%%%",
        "data:image/png;base64,",
        "https://" + "x" * 20_000,
    ],
)
def test_query__success_without_a_usable_picture_is_polled_again(listen, engine_at, case, address):
    engine = engine_at(case, listen(answers(response(case.ready_with(address)))))

    with pytest.raises(ServerFault, match=re.compile("no picture|beginning|longer")):
        engine.query("t-1")


@each_engine
def test_query__about_a_finished_task_names_its_picture(listen, engine_at, case):
    report = engine_at(case, listen(answers(response(case.ready)))).query("t-1")

    assert report.state is RemoteState.SUCCEEDED
    assert report.image_count == len(report.results) == 1
    assert report.handle == "t-1"
    assert report.raw == case.ready


@each_engine
def test_query__unknown_status_keeps_polling(listen, engine_at, case):
    report = engine_at(case, listen(answers(response({"status": "Pondering"})))).query("t-1")

    assert report.state is RemoteState.UNKNOWN
    assert not report.state.is_final


@each_engine
def test_query__about_a_running_task(listen, engine_at, case):
    report = engine_at(case, listen(answers(response(case.running)))).query("t-1")

    assert not report.state.is_final
    assert report.state is not RemoteState.UNKNOWN


@each_engine
@pytest.mark.parametrize("handle", ["../../v1/credits", "a b", "ü", "t?x=1#y", "%2e%2e/x"])
def test_query__handle_stays_in_its_place(listen, engine_at, case, handle):
    server = listen(answers(response({**case.running, "id": ""})))

    engine_at(case, server).query(handle)

    target = server.requests[0].split()[1].decode()
    assert re.fullmatch(r"/v1/(?:status/|predictions/status/|get_result\?id=)[\w.%-]+", target)


@each_engine
def test_error__never_shows_the_key(listen, engine_at, case):
    answer = response({"error": "BadRequest", "message": f"bad {KEY}"}, status=400)
    engine = engine_at(case, listen(answers(answer)))

    with pytest.raises(APIError) as caught:
        engine.submit(case.order, key="1")

    assert KEY not in str(caught.value)
    assert KEY not in repr(engine) + repr(engine.config)


@each_engine
@pytest.mark.parametrize("key", ["", " ", "two words", "schlüssel", "line\nbreak"])
def test_engine__key_that_cannot_be_sent(case, key):
    with pytest.raises(ValueError, match="API key"):
        case.engine_class(type(case.engine("http://x").config)(api_key=key, base_url="http://x"))


@each_engine
@pytest.mark.parametrize("base_url", ["ftp://api.example", "api.example", "https://"])
def test_engine__base_url_that_cannot_be_used(case, base_url):
    with pytest.raises(ValueError, match="base URL"):
        case.engine(base_url)
