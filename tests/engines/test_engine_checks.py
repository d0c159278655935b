"""The free check of the doctor: key, address and credits."""

from __future__ import annotations

import pytest

from tests.engines.cases import FASHN, FLUX_VTO, P_IMAGE, each_engine
from tests.engines.dashscope.conftest import unused_port
from tests.engines.dashscope.listener import answers, drops_after_reading, response

GOOD = {
    "Fashn": response({"credits": {"total": 7, "subscription": 5, "on_demand": 2}}),
    "FluxVTO": response({"credits": 12.5}),
    "PImage": response({"error": "Prediction not found"}, status=404),
}


@each_engine
def test_check__good(listen, engine_at, case):
    server = listen(answers(GOOD[case.name]))

    (found,) = engine_at(case, server).check()

    assert found.is_good
    assert found.message
    assert b"GET /v1/" in server.requests[0]


@pytest.mark.parametrize(
    ("case", "answer"),
    [(FASHN, {"credits": {"total": 0}}), (FLUX_VTO, {"credits": 0})],
    ids=["Fashn", "FluxVTO"],
)
def test_check__without_credits(listen, engine_at, case, answer):
    (found,) = engine_at(case, listen(answers(response(answer)))).check()

    assert not found.is_good
    assert "no credits" in found.message
    assert found.remedy


@each_engine
@pytest.mark.parametrize("status", [401, 403])
def test_check__key_is_refused(listen, engine_at, case, status):
    answer = response({"detail": "no"}, status=status)

    (found,) = engine_at(case, listen(answers(answer))).check()

    assert not found.is_good
    assert "key" in found.message
    assert "key" in found.remedy


@each_engine
@pytest.mark.parametrize(
    "behaviour",
    [drops_after_reading, answers(response(b"<html>")), answers(response(b"<html>", status=404))],
    ids=["cut", "page", "page with 404"],
)
def test_check__no_usable_answer(listen, engine_at, case, behaviour):
    (found,) = engine_at(case, listen(behaviour)).check()

    assert not found.is_good


@each_engine
def test_check__no_server(case):
    with case.engine(f"http://127.0.0.1:{unused_port()}") as engine:
        (found,) = engine.check()

    assert not found.is_good
    assert "cannot be reached" in found.message


def test_check__of_p_image_is_signed(listen, engine_at):
    server = listen(answers(GOOD["PImage"]))

    engine_at(P_IMAGE, server).check()

    assert b"apikey: key-0123" in server.requests[0]
