"""The API key of each engine is in one header of each request, and nowhere else."""

from __future__ import annotations

import logging
import pickle

import pytest

from django_outfitanyone.engines.base import EngineConfig, Result
from django_outfitanyone.exceptions import OutfitAnyoneError
from tests.engines import sent
from tests.engines.cases import FASHN, FLUX_VTO, KEY, P_IMAGE, each_engine
from tests.engines.dashscope.listener import (
    answers,
    drops_after_reading,
    hangs_after_reading,
    response,
    sends,
)
from tests.engines.dashscope.test_secrets import everything_about

ECHO = f"you sent {KEY}"
FAULTS = {
    "refused": answers(response({"error": "UnauthorizedAccess", "message": ECHO}, status=401)),
    "echoed in a code": answers(response({"error": KEY, "detail": ECHO}, status=400)),
    "echoed in a page": answers(response(f"<pre>{ECHO}</pre>".encode(), status=502)),
    "echoed in headers": answers(
        response(b"", status=429, headers=(f"X-Request-Id: {KEY}", f"Retry-After: {KEY}"))
    ),
    "echoed as no HTTP": sends(ECHO.encode() + b"\r\n\r\n"),
    "dropped": drops_after_reading,
    "hanging": hangs_after_reading,
    "unusable": answers(response({"a": 1})),
    "redirected": answers(response(b"", status=302, headers=("Location: /elsewhere",))),
}
HEADERS = {
    FASHN.name: ("authorization", f"Bearer {KEY}"),
    FLUX_VTO.name: ("x-key", KEY),
    P_IMAGE.name: ("apikey", KEY),
}


@each_engine
@pytest.mark.parametrize("behaviour", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("name", ["submit", "query"])
def test_errors__do_not_contain_the_key(listen, engine_at, case, behaviour, name, caplog):
    caplog.set_level(logging.DEBUG)
    engine = engine_at(case, listen(behaviour), read_timeout=0.3)

    with pytest.raises(OutfitAnyoneError) as caught:
        engine.query("t-1") if name == "query" else engine.submit(case.order, key="1")

    assert KEY not in everything_about(caught.value)
    assert KEY not in caplog.text


@pytest.mark.parametrize("behaviour", FAULTS.values(), ids=FAULTS)
def test_fetch__errors_do_not_contain_the_key(listen, engine_at, behaviour):
    engine = engine_at(P_IMAGE, listen(behaviour), read_timeout=0.3)
    try:
        engine.fetch(Result(url="/v1/predictions/delivery/t-1"), max_bytes=1000)
    except OutfitAnyoneError as error:
        assert KEY not in everything_about(error)  # noqa: PT017 - some answers are no errors


@each_engine
def test_requests__hold_the_key_in_one_header(listen, engine_at, case):
    server = listen(answers(response(case.submitted)))

    engine_at(case, server).submit(case.order, key="1")

    (request,) = server.requests
    name, value = HEADERS[case.name]
    assert sent.headers(request)[name] == value
    assert request.count(KEY.encode()) == 1


@each_engine
def test_engine__does_not_keep_the_key_where_reporters_see_it(case):
    with case.engine("http://127.0.0.1:1") as engine:
        assert engine.config.api_key == ""
        assert KEY not in repr(vars(engine)) + repr(vars(engine._client))


@each_engine
def test_engine__refused_key_is_not_in_the_error(case):
    with pytest.raises(ValueError, match="API key") as caught:
        case.engine_class(EngineConfig(api_key=f"{KEY} ü", base_url="http://x"))

    assert KEY not in everything_about(caught.value)


@each_engine
def test_errors__can_be_sent_to_another_process(listen, engine_at, case):
    with pytest.raises(OutfitAnyoneError) as caught:
        engine_at(case, listen(answers(response({"detail": "m"}, status=403)))).query("t-1")

    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
