"""Answers, costs, errors and the doctor's check; a paid request is sent once."""

from __future__ import annotations

import base64
import io
import json
import time
from decimal import Decimal

import pytest
from PIL import Image

from django_outfitanyone.engines.base import EngineConfig, RemoteState, Result
from django_outfitanyone.engines.capabilities import Answers, OrderSize, Unclear
from django_outfitanyone.engines.images_edits import ImagesEdits
from django_outfitanyone.exceptions import (
    AccountProblem,
    DownloadRefused,
    InputRejected,
    ModelGone,
    OutcomeUnknown,
    OutfitAnyoneError,
    RequestNotSent,
    Throttled,
)
from django_outfitanyone.storable_text import is_storable
from tests.engines.dashscope.conftest import unused_port
from tests.engines.dashscope.listener import (
    answers,
    drops_after_reading,
    hangs_after_reading,
    resets_after_reading,
    response,
    sends,
    trickles,
)
from tests.engines.images_edits.conftest import KEY, MODEL, order_of

PNG = b"\x89PNG\r\n\x1a\nbytes"
B64 = base64.b64encode(PNG).decode()
ORDER = order_of("top")
PRICES = {"INPUT_TEXT": Decimal(5), "INPUT_IMAGE": Decimal(8), "OUTPUT": Decimal(30)}


@pytest.fixture
def submitted(listen, engine_at):
    """Submit to a server that gives this answer."""

    def submit(body, *, status=200, order=ORDER, **options):
        server = listen(answers(response(body, status=status)))
        return engine_at(f"http://{server.address}/v1", **options).submit(order, key="k")

    return submit


class TestSandbox:
    def test_submit__brings_the_pictures_at_once(self, engine):
        report = engine.submit(order_of("top", "bottom", count=3), key="k")
        assert (report.state, report.handle) == (RemoteState.SUCCEEDED, "")
        files = [engine.fetch(result, max_bytes=10**8) for result in report.results]
        assert len(set(files)) == report.image_count == 3
        image = Image.open(io.BytesIO(files[0]))
        assert (image.format, image.size) == ("PNG", (1024, 1536))

    def test_fetch__reads_relative_addresses_with_the_key(self, sandbox, engine_at):
        engine = engine_at(sandbox.urls["images_edits"], RESPONSE_FORMAT="url")
        (result,) = engine.submit(ORDER, key="k").results
        assert result.url.startswith("/")
        assert engine.fetch(result, max_bytes=10**8).startswith(b"\x89PNG")

    def test_cost__is_that_of_the_tokens(self, sandbox, engine_at):
        engine = engine_at(sandbox.urls["images_edits"], TOKEN_PRICES=PRICES)
        report = engine.submit(ORDER, key="k")
        usage = report.raw["usage"]
        text = usage["input_tokens_details"]["text_tokens"]
        image = usage["input_tokens_details"]["image_tokens"]
        expected = (text * 5 + image * 8 + usage["output_tokens"] * 30) / Decimal(1_000_000)
        assert report.cost == expected

    def test_check__lists_models(self, engine):
        (result,) = engine.check()
        assert result.is_good

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "drop-after"},
            {"kind": "drop-before"},
            {"kind": "error", "code": "server_error"},
            {"kind": "error", "code": "rate_limit_exceeded"},
            {"kind": "not-json"},
        ],
        ids=lambda fault: fault.get("code", fault["kind"]),
    )
    def test_submit__leaves_one_request(self, sandbox, engine, fault):
        sandbox.faults.add(**fault, endpoint="submit")
        with pytest.raises(OutfitAnyoneError):
            engine.submit(ORDER, key="k")
        assert sandbox.stats["submits"] == 1

    def test_answer__with_junk_beyond_the_limit_is_unclear(self, sandbox, engine, monkeypatch):
        engine._client._http._answer_limit = 3_000_000
        sandbox.faults.add("long-answer", bytes=4_000_000, place="start")
        with pytest.raises(OutcomeUnknown, match="longer than 3000000 bytes"):
            engine.submit(ORDER, key="k")


class TestPaidOnce:
    @pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 422, 429, 500, 502, 503, 504])
    def test_submit__is_sent_once_whatever_the_status(self, listen, engine_at, status):
        refusal = response({"error": {"message": "m", "type": "t"}}, status=status)
        server = listen(answers(refusal, response({"data": [{"b64_json": B64}]})))
        with pytest.raises(OutfitAnyoneError):
            engine_at(server.base_url).submit(ORDER, key="k")
        assert len(server.requests) == server.connections == 1

    @pytest.mark.parametrize(
        "behaviour",
        [
            drops_after_reading,
            resets_after_reading,
            hangs_after_reading,
            trickles(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"),
            sends(response({"data": [{"b64_json": B64}]})[:-9]),
        ],
        ids=["cut", "reset", "no answer", "endless", "half"],
    )
    def test_submit__lost_answer_is_unclear(self, listen, engine_at, behaviour):
        server = listen(behaviour)
        with pytest.raises(OutcomeUnknown):
            engine_at(server.base_url, ANSWER_SECONDS=1).submit(ORDER, key="k")
        assert len(server.requests) == server.connections == 1

    def test_submit__is_not_sent_without_a_connection(self, engine_at):
        with pytest.raises(RequestNotSent):
            engine_at(f"http://127.0.0.1:{unused_port()}/v1").submit(ORDER, key="k")

    def test_capabilities__say_that_nothing_settles_a_lost_answer(self):
        capabilities = ImagesEdits.capabilities(MODEL)
        assert (capabilities.answers, capabilities.unclear) == (Answers.NOW, Unclear.NEVER)
        assert capabilities.longest_submit == 300


ODD = {
    "list": b"[]",
    "text": b'"ok"',
    "page": b"<!doctype html><title>Log in</title>",
    "nothing": b"",
    "not UTF-8": b"\xff\xfe\x00",
    "deep": b'{"data":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "no data": b'{"created": 1}',
    "empty data": b'{"data": []}',
    "data as a text": b'{"data": "x"}',
    "data as an object": b'{"data": {"b64_json": "eA=="}}',
    "wrong types": b'{"data": [1, null, "x", [], {"b64_json": 7}, {"url": {}}]}',
    "empty base64": b'{"data": [{"b64_json": ""}]}',
    "no base64": b'{"data": [{"b64_json": "<html>"}]}',
    "base64 cut short": b'{"data": [{"b64_json": "iVBORw0KGgo0"}, {"b64_json": "iVBORw0KGgoAA"}]}'[
        :60
    ],
    "truncated base64": json.dumps({"data": [{"b64_json": B64[:-3]}]}).encode(),
    "script as an address": b'{"data": [{"url": "javascript:alert(1)"}]}',
    "file as an address": b'{"data": [{"url": "file:///etc/passwd"}]}',
    "text as data URL": b'{"data": [{"url": "data:text/html;base64,PGI+"}]}',
}


class TestAnswer:
    @pytest.mark.parametrize("body", ODD.values(), ids=ODD)
    def test_submit__odd_answer_is_unclear(self, submitted, body):
        with pytest.raises(OutcomeUnknown) as caught:
            submitted(body)
        assert is_storable(str(caught.value))

    def test_submit__keeps_the_complete_pictures(self, submitted):
        data = [{"b64_json": B64[:-3]}, {"b64_json": B64}, {"url": "https://cdn.example/a.png"}]
        report = submitted({"data": data})
        assert [result.data for result in report.results] == [PNG, None]
        assert report.results[1].url == "https://cdn.example/a.png"
        assert report.image_count == 2

    @pytest.mark.parametrize(
        "text", [f"data:image/png;base64,{B64}", f"{B64[:10]}\n{B64[10:]}\n"], ids=["URL", "lines"]
    )
    def test_submit__reads_other_forms_of_base64(self, submitted, text):
        assert submitted({"data": [{"b64_json": text}]}).results[0].data == PNG

    def test_submit__reads_a_data_url_in_the_place_of_an_address(self, submitted):
        report = submitted({"data": [{"url": f"data:image/png;base64,{B64}"}]})
        assert report.results[0].data == PNG

    def test_raw__holds_no_picture(self, submitted):
        data = base64.b64encode(b"x" * 100_000).decode()
        report = submitted({"created": 7, "data": [{"b64_json": data}]})
        assert len(report.results[0].data) == 100_000
        assert report.raw["created"] == 7
        assert data[:100] not in json.dumps(dict(report.raw))

    def test_picture__beyond_its_limit_is_left_out(self, submitted, monkeypatch):
        monkeypatch.setattr("django_outfitanyone.engines.images_edits.answers.RESULT_LIMIT", 1000)
        bomb = base64.b64encode(b"x" * 2000).decode()
        with pytest.raises(OutcomeUnknown):
            submitted({"data": [{"b64_json": bomb}]})

    def test_answer__is_read_only_up_to_its_limit(self, listen, engine_at):
        """The server would send for ever; the engine stops at the limit."""
        head = b'HTTP/1.1 200 OK\r\n\r\n{"data": [{"b64_json": "'

        def floods(visit):
            visit.read_request()
            visit.send(head)
            while not visit.listener.over.is_set():
                visit.send(b"A" * 65536)

        engine = engine_at(listen(floods).base_url)
        engine._client._http._answer_limit = 1_000_000
        with pytest.raises(OutcomeUnknown, match="longer than 1000000 bytes"):
            engine.submit(ORDER, key="k")

    @pytest.mark.parametrize(
        ("usage", "cost"),
        [
            ({"input_tokens": 1000, "output_tokens": 1000}, "0.038"),
            (
                {
                    "input_tokens": 1000,
                    "input_tokens_details": {"text_tokens": 100, "image_tokens": 900},
                    "output_tokens": 1000,
                },
                "0.0377",
            ),
            (
                {
                    "input_tokens": 1000,
                    "input_tokens_details": {"text_tokens": 100},
                    "output_tokens": 0,
                },
                "0.0077",
            ),
            ({"output_tokens": 10}, None),
            ({"input_tokens": "many", "output_tokens": 10}, None),
            ({"input_tokens": -1, "output_tokens": 10}, None),
            ([], None),
            (None, None),
        ],
    )
    def test_cost__needs_both_counts(self, submitted, usage, cost):
        body = {"data": [{"b64_json": B64}], "usage": usage}
        report = submitted(body, TOKEN_PRICES=PRICES)
        assert report.cost == (None if cost is None else Decimal(cost))
        assert submitted(body).cost is None


class TestFetch:
    @pytest.fixture
    def engine(self, engine_at):
        return engine_at("http://gpu.example/edits/v1")

    def test_fetch__bytes_within_the_limit(self, engine):
        assert engine.fetch(Result(data=b"123"), max_bytes=3) == b"123"
        with pytest.raises(DownloadRefused):
            engine.fetch(Result(data=b"1234"), max_bytes=3)

    def test_fetch__leaves_other_hosts_to_the_download(self, engine):
        assert engine.fetch(Result(url="https://cdn.example/a.png"), max_bytes=3) is None

    @pytest.mark.parametrize(
        ("base", "address", "target"),
        [
            ("/v1", "/v1/images/a/content", "/v1/images/a/content"),
            ("/v1", "/files/a.png", "/v1/files/a.png"),
            ("/gpu/v1", "/v1/images/a/content", "/gpu/v1/images/a/content"),
            ("/gpu/v1", "/gpu/v1/images/a/content", "/gpu/v1/images/a/content"),
            ("", "/images/a/content", "/images/a/content"),
        ],
    )
    def test_fetch__finds_relative_addresses(self, listen, engine_at, base, address, target):
        server = listen(answers(response(PNG)))
        engine = engine_at(f"http://{server.address}{base}")
        assert engine.fetch(Result(url=address), max_bytes=100) == PNG
        (request,) = server.requests
        assert request.startswith(f"GET {target} HTTP/1.1\r\n".encode())
        assert f"Authorization: Bearer {KEY}".encode() in request


def error_body(code, *, kind="invalid_request_error", message="m"):
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "body", "error", "fixed_by"),
        [
            (401, error_body("invalid_api_key"), AccountProblem, "account"),
            (403, error_body("unsupported_country_region_territory"), AccountProblem, "account"),
            (402, error_body(None), AccountProblem, "account"),
            (401, error_body("401", kind="None"), AccountProblem, "account"),
            (403, error_body(None), AccountProblem, "account"),
            (429, error_body("insufficient_quota"), AccountProblem, "account"),
            (400, error_body("billing_hard_limit_reached"), AccountProblem, "account"),
            (429, error_body("rate_limit_exceeded", kind="requests"), Throttled, "nobody"),
            (503, error_body("engine_overloaded"), Throttled, "nobody"),
            (400, error_body("moderation_blocked"), InputRejected, "shop"),
            (500, error_body("content_policy_violation"), InputRejected, "shop"),
            (400, error_body("invalid_image_file"), InputRejected, "shop"),
            (400, error_body(None), InputRejected, "developer"),
            (404, error_body("model_not_found"), ModelGone, "developer"),
            (400, error_body("400", kind="BadRequestError"), InputRejected, "developer"),
            (
                404,
                {"object": "error", "message": "The model `x` is gone", "type": "NotFoundError"},
                ModelGone,
                "developer",
            ),
            (422, {"detail": [{"loc": ["body", "image"], "msg": "missing"}]}, InputRejected, None),
        ],
    )
    def test_submit__raises_what_the_error_says(self, submitted, status, body, error, fixed_by):
        with pytest.raises(error) as caught:
            submitted(body, status=status)
        explanation = ImagesEdits.classify(caught.value.code, caught.value.message)
        assert fixed_by in {None, explanation.fixed_by}
        assert explanation.is_temporary is (error is Throttled)

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
    @pytest.mark.parametrize("body", [error_body("server_error"), error_body(None), b"<html>"])
    def test_submit__server_error_may_be_billed(self, submitted, status, body):
        with pytest.raises(OutcomeUnknown):
            submitted(body, status=status)

    def test_throttled__names_the_pause(self, listen, engine_at):
        refusal = response(
            error_body("rate_limit_exceeded"), status=429, headers=("Retry-After: 17",)
        )
        with pytest.raises(Throttled) as caught:
            engine_at(listen(answers(refusal)).base_url).submit(ORDER, key="k")
        assert caught.value.retry_after == 17

    def test_error__hides_the_key(self, submitted):
        with pytest.raises(InputRejected) as caught:
            submitted(error_body("x", message=f"Bad key {KEY}"), status=400)
        assert KEY not in str(caught.value)


class TestCheck:
    @pytest.mark.parametrize(
        ("status", "body", "is_good"),
        [
            (200, {"data": []}, True),
            (404, {"detail": "Not Found"}, True),
            (401, error_body("invalid_api_key"), False),
            (500, error_body("server_error"), False),
            (200, {"models": []}, False),
        ],
    )
    def test_check__needs_an_answer_of_the_api(self, listen, engine_at, status, body, is_good):
        server = listen(answers(response(body, status=status)))
        (result,) = engine_at(f"http://{server.address}/v1").check()
        assert result.is_good is is_good
        assert bool(result.remedy) is not is_good
        assert server.requests[0].startswith(b"GET /v1/models HTTP/1.1\r\n")

    def test_check__does_not_wait_as_long_as_for_a_picture(self, listen, engine_at):
        server = listen(hangs_after_reading)
        engine = engine_at(server.base_url, ANSWER_SECONDS=60)
        object.__setattr__(engine.config, "read_timeout", 0.2)
        start = time.monotonic()
        (result,) = engine.check()
        assert not result.is_good
        assert time.monotonic() - start < 3  # the listener ends the connection after 5


def test_price__is_set_by_the_shop():
    assert ImagesEdits.price(MODEL, OrderSize(), "USD") is None


def test_capabilities__follow_the_options():
    plain = ImagesEdits.capabilities(MODEL)
    assert plain.title == f"Images edits, {MODEL}"
    assert (plain.max_garments, plain.max_count, plain.has_seed) == (15, 4, False)
    assert plain.resolutions == (-1,)
    assert not plain.reports_cost
    own = ImagesEdits.capabilities(
        "klein",
        {
            "TITLE": "Own GPU",
            "MAX_GARMENTS": 3,
            "SENDS_N": False,
            "SEED_FIELD": "seed",
            "SIZE": "person",
            "TOKEN_PRICES": PRICES,
            "ANSWER_SECONDS": 600,
        },
    )
    assert own.title == "Own GPU, klein"
    assert (own.max_garments, own.max_count, own.has_seed) == (3, 1, True)
    assert own.resolutions == (-1, 1024, 1280)
    assert own.reports_cost
    assert own.longest_submit == 610


@pytest.mark.parametrize(("key", "base_url"), [("", "https://a/v1"), ("k", "ftp://a/v1")])
def test_engine__needs_a_key_and_an_address(key, base_url):
    with pytest.raises(ValueError, match=r"must|empty"):
        ImagesEdits(EngineConfig(api_key=key, base_url=base_url))
