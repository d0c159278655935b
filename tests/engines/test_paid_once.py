"""Each engine sends a paid request once, whatever comes back, and knows what that proves."""

from __future__ import annotations

import pytest

from django_outfitanyone.engines.base import SendWindow
from django_outfitanyone.exceptions import (
    OutcomeUnknown,
    OutfitAnyoneError,
    RequestNotSent,
    ServerFault,
    Throttled,
)
from tests.engines.cases import FASHN, each_engine, order_of
from tests.engines.dashscope.conftest import unused_port
from tests.engines.dashscope.listener import (
    answers,
    drops_after_reading,
    hangs_after_reading,
    resets_after_reading,
    response,
    sends,
)

PAGE = b"<html>no such page</html>"
UNCLEAR = {
    "no answer": hangs_after_reading,
    "cut after reading": drops_after_reading,
    "reset after reading": resets_after_reading,
    "half a JSON": sends(response({"id": "t-1"})[:-4]),
    "page with 200": answers(response(PAGE, headers=("Content-Type: text/html",))),
    "page with 404": answers(response(PAGE, status=404)),
    "page with 500": answers(response(PAGE, status=500)),
    "gateway without an answer": answers(response(b"", status=502)),
    "JSON without a task": answers(response({"status": "accepted"})),
    "empty object": answers(response({})),
}


@each_engine
@pytest.mark.parametrize("behaviour", UNCLEAR.values(), ids=UNCLEAR)
def test_submit__outcome_is_unknown_if_it_may_have_arrived(listen, engine_at, case, behaviour):
    server = listen(behaviour)
    engine = engine_at(case, server, read_timeout=0.4)

    with pytest.raises(OutcomeUnknown):
        engine.submit(case.order, key="1")

    assert len(server.requests) == 1


@each_engine
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 422, 429, 500, 502, 503, 504])
def test_submit__is_sent_once_whatever_the_status(listen, engine_at, case, status):
    server = listen(answers(response({"detail": "no"}, status=status), response(case.submitted)))

    with pytest.raises(OutfitAnyoneError):
        engine_at(case, server).submit(case.order, key="1")

    assert len(server.requests) == server.connections == 1


@each_engine
def test_submit__429_pauses_as_long_as_the_answer_says(listen, engine_at, case):
    answer = response({"detail": "slow down"}, status=429, headers=("Retry-After: 17",))

    with pytest.raises(Throttled) as caught:
        engine_at(case, listen(answers(answer))).submit(case.order, key="1")

    assert caught.value.retry_after == 17


@each_engine
def test_submit__redirect_is_not_followed(listen, engine_at, case):
    server = listen(answers(response(b"", status=307, headers=("Location: /elsewhere",))))

    with pytest.raises(ServerFault):
        engine_at(case, server).submit(case.order, key="1")

    assert len(server.requests) == 1


@each_engine
def test_submit__without_a_server_is_not_sent(case):
    with (
        case.engine(f"http://127.0.0.1:{unused_port()}") as engine,
        pytest.raises(RequestNotSent),
    ):
        engine.submit(case.order, key="1")


@each_engine
def test_submit__after_its_window_is_not_sent(listen, engine_at, case):
    server = listen(answers(response(case.submitted)))
    over = SendWindow(seconds=0.0, monotonic=0.0)

    with pytest.raises(RequestNotSent):
        engine_at(case, server).submit(order_of(case.model, window=over), key="1")

    assert server.requests == []


@each_engine
def test_query__of_a_lost_answer_may_be_repeated(listen, engine_at, case):
    server = listen(drops_after_reading)

    with pytest.raises(ServerFault):
        engine_at(case, server).query("t-1")

    assert len(server.requests) == 1


def test_submit__error_of_fashn_proves_that_no_task_was_created(listen, engine_at):
    fault = {"error": "InternalServerError", "message": "too large"}

    with pytest.raises(ServerFault) as caught:
        engine_at(FASHN, listen(answers(response(fault, status=500)))).submit(FASHN.order, key="1")

    assert caught.value.code == "InternalServerError"
