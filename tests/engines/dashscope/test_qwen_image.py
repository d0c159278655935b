"""Qwen-Image: its requests, answers, prices and errors."""

from __future__ import annotations

import base64
import dataclasses
import json
from contextlib import ExitStack
from decimal import Decimal

import pytest

from django_outfitanyone.engines.base import (
    EngineConfig,
    Picture,
    RemoteState,
    TryOnOrder,
    WornPicture,
)
from django_outfitanyone.engines.capabilities import OrderSize, Unclear
from django_outfitanyone.engines.dashscope import QwenImage
from django_outfitanyone.engines.dashscope.results import results_of
from django_outfitanyone.exceptions import (
    AccountProblem,
    InputRejected,
    ModelGone,
    OutcomeUnknown,
    OutfitAnyoneError,
    RequestRefused,
    ServerFault,
    Throttled,
)
from tests.drawing import picture
from tests.engines.dashscope.conftest import KEY, TASK
from tests.engines.dashscope.listener import (
    answers,
    drops_after_reading,
    hangs_after_reading,
    response,
    sends,
)
from tests.orders import worn

MODEL = "qwen-image-3.0"
PERSON = "https://shop.example/p.jpg"
ORDER = TryOnOrder(
    model=MODEL,
    person=Picture(url=PERSON, width=600, height=800),
    garments=worn(top="https://shop.example/t.jpg", bottom="https://shop.example/b.jpg"),
)


def change(**fields):
    return dataclasses.replace(ORDER, **fields)


def inline(seed):
    data = picture(seed)
    return Picture(load=lambda: data, media_type="image/jpeg", width=200, height=300)


@pytest.fixture
def engine_of():
    with ExitStack() as stack:

        def make(base_url, **options):
            values = {"connect_timeout": 5.0, "read_timeout": 5.0, "allow_private_addresses": True}
            config = EngineConfig(api_key=KEY, base_url=base_url, options=options, **values)
            return stack.enter_context(QwenImage(config))

        yield make


@pytest.fixture
def sent(listen, engine_of):
    """Submit, and return headers and body of the request."""

    def submit(order, **options):
        server = listen(answers(response(TASK)))
        engine_of(server.base_url, **options).submit(order, key="k")
        (request,) = server.requests
        head, _, body = request.partition(b"\r\n\r\n")
        return head.decode(), json.loads(body)

    return submit


@pytest.fixture
def engine(sandbox, engine_of):
    return engine_of(sandbox.urls["qwen_image"])


@pytest.fixture
def finished(sandbox, engine):
    def report(order):
        handle = engine.submit(order, key="k").handle
        sandbox.settle()
        sandbox.clock.advance(120)
        return engine.query(handle)

    return report


def inline_order(**fields):
    garments = (
        WornPicture(picture=inline(2), kind="bottom"),
        WornPicture(picture=inline(3), kind="top"),
    )
    return TryOnOrder(model=MODEL, person=inline(1), garments=garments, **fields)


class TestRequest:
    def test_submit__sends_pictures_in_order_and_one_text(self, sent):
        head, body = sent(ORDER)
        assert head.startswith(
            "POST /api/v1/services/aigc/image-generation/generation HTTP/1.1\r\n"
        )
        assert "x-dashscope-async: enable" in head.lower()
        assert "ossresourceresolve" not in head.lower()
        (message,) = body["input"]["messages"]
        assert message["role"] == "user"
        *images, text = message["content"]
        assert [image["image"] for image in images] == [
            PERSON,
            "https://shop.example/t.jpg",
            "https://shop.example/b.jpg",
        ]
        assert "the top of image 2 and the trousers or skirt of image 3" in text["text"]
        assert body["model"] == MODEL

    def test_submit__always_sends_a_size_and_no_rewriter(self, sent):
        parameters = sent(ORDER)[1]["parameters"]
        assert parameters.pop("negative_prompt")
        assert parameters == {
            "n": 1,
            "size": "608*800",
            "prompt_extend": False,
            "watermark": False,
        }
        assert sent(change(resolution=1280))[1]["parameters"]["size"] == "960*1280"
        assert sent(change(person=Picture(url=PERSON)))[1]["parameters"]["size"] == "1296*1728"
        large = change(person=Picture(url=PERSON, width=3000, height=4000))
        assert sent(large, MAX_PIXELS=2048 * 2048)[1]["parameters"]["size"] == "1760*2352"

    def test_submit__sends_count_and_seed(self, sent):
        parameters = sent(change(count=4, seed=7))[1]["parameters"]
        assert (parameters["n"], parameters["seed"]) == (4, 7)

    def test_submit__sends_bytes_as_data_urls(self, sent):
        content = sent(inline_order())[1]["input"]["messages"][0]["content"]
        start, _, data = content[0]["image"].partition(",")
        assert start == "data:image/jpeg;base64"
        assert base64.b64decode(data) == picture(1)

    def test_submit__resolves_uploads_and_encodes_addresses(self, sent):
        head, body = sent(
            change(person=Picture(url="oss://a/b.jpg"), garments=worn(top="https://shop.example/é"))
        )
        assert "X-DashScope-OssResourceResolve: enable" in head
        assert body["input"]["messages"][0]["content"][1]["image"] == "https://shop.example/%C3%A9"

    @pytest.mark.parametrize(
        "order",
        [
            change(garments=()),
            change(garments=worn(top="t", bottom="b", one_piece="o")),
            change(count=7),
            change(count=0),
        ],
    )
    def test_submit__refuses_what_the_model_cannot_do(self, listen, engine_of, order):
        server = listen(answers(response(TASK)))
        with pytest.raises(RequestRefused):
            engine_of(server.base_url).submit(order, key="k")
        assert server.requests == []


class TestPaidOnce:
    @pytest.mark.parametrize("status", [400, 401, 402, 403, 408, 429, 500, 502, 503, 504])
    def test_submit__is_sent_once_whatever_the_status(self, listen, engine_of, status):
        refusal = response({"code": "Some", "message": "m"}, status=status)
        server = listen(answers(refusal, response(TASK)))
        with pytest.raises(OutfitAnyoneError):
            engine_of(server.base_url).submit(ORDER, key="k")
        assert len(server.requests) == server.connections == 1

    @pytest.mark.parametrize(
        "behaviour",
        [drops_after_reading, sends(response(TASK)[:-9]), answers(response({"output": {}}))],
    )
    def test_submit__cut_or_empty_answer_is_unclear(self, listen, engine_of, behaviour):
        server = listen(behaviour)
        with pytest.raises(OutcomeUnknown):
            engine_of(server.base_url).submit(ORDER, key="k")
        assert len(server.requests) == 1

    def test_submit__leaves_one_request_in_the_sandbox(self, sandbox, engine):
        for fault in (
            {"kind": "drop-after"},
            {"kind": "error", "code": "Throttling"},
            {"kind": "error", "code": "InternalError", "status": 500},
        ):
            sandbox.reset()
            sandbox.faults.add(**fault, engine="qwen_image")
            with pytest.raises(OutfitAnyoneError):
                engine.submit(ORDER, key="k")
            assert sandbox.stats["submits"] == 1

    def test_lost_answer__is_found_in_the_task_list(self, sandbox, engine):
        sandbox.faults.add("drop-after", endpoint="submit")
        start = now(sandbox)
        with pytest.raises(OutcomeUnknown):
            engine.submit(ORDER, key="k")
        listed = engine.list_tasks(start=start, end=now(sandbox, 60), model=MODEL)
        assert [task.model for task in listed.tasks] == [MODEL]
        assert QwenImage.capabilities(MODEL).unclear is Unclear.LIST


def now(sandbox, ahead=0):
    from datetime import datetime, timezone

    return datetime.fromtimestamp(sandbox.clock.now() + ahead - 1, timezone.utc)


class TestAnswer:
    def test_query__brings_all_candidates_with_their_size(self, finished):
        report = finished(inline_order(count=3))
        assert report.state is RemoteState.SUCCEEDED
        assert len({result.url for result in report.results}) == 3
        assert report.image_count == 3
        assert {(r.width, r.height) for r in report.results} == {(432, 640)}

    def test_query__failed_task_has_code_and_message(self, sandbox, finished):
        sandbox.faults.add("task-failed", code="DataInspectionFailed")
        report = finished(inline_order())
        assert report.state is RemoteState.FAILED
        assert report.code == "DataInspectionFailed"

    @pytest.mark.parametrize(
        "output",
        [
            {"choices": [{"message": {"content": [{"image": "https://a/1"}, {"text": "x"}]}}]},
            {"choices": [{"message": {"content": [{"image": "https://a/1"}]}}, {"message": 3}]},
            {"results": [{"url": "https://a/1"}, {"code": "InternalError"}]},
            {"image_url": "https://a/1", "results": [{"url": "https://a/1"}]},
            {"image_url": ["https://a/1"]},
        ],
    )
    def test_results__are_read_in_each_documented_place(self, output):
        assert [result.url for result in results_of({"output": output})] == ["https://a/1"]

    @pytest.mark.parametrize(
        ("usage", "size"),
        [
            ({"output_width": 3, "output_height": 4}, (3, 4)),
            ({"width": 3, "height": 4, "image_count": 1}, (3, 4)),
            ({"width": 3}, (0, 0)),
            ({"width": -3, "height": 4}, (0, 0)),
            ({"width": "3", "height": 10**9}, (0, 0)),
            ([], (0, 0)),
        ],
    )
    def test_results__have_the_size_that_the_usage_names(self, usage, size):
        document = {"output": {"image_url": "https://a/1"}, "usage": usage}
        (result,) = results_of(document)
        assert (result.width, result.height) == size

    @pytest.mark.parametrize(
        "output",
        [
            None,
            [],
            {"choices": 3},
            {"choices": [None, 1, "x", {"message": []}, {"message": {"content": {}}}]},
            {"choices": [{"message": {"content": [{"image": 7}, {"image": "x" * 20_000}]}}]},
            {"results": {"url": "https://a/1"}},
        ],
    )
    def test_results__of_an_odd_answer_are_none(self, output):
        assert results_of({"output": output}) == ()

    def test_results__are_limited(self):
        content = [{"image": f"https://a/{n}"} for n in range(1000)]
        document = {"output": {"choices": [{"message": {"content": content}}]}}
        assert len(results_of(document)) == 20

    def test_query__success_without_a_picture_is_a_fault(self, listen, engine_of):
        body = {"output": {"task_id": "t", "task_status": "SUCCEEDED", "choices": []}}
        engine = engine_of(listen(answers(response(body))).base_url)
        with pytest.raises(ServerFault):
            engine.query("t")

    def test_query__without_an_answer_may_be_repeated(self, listen, engine_of):
        server = listen(hangs_after_reading)
        engine = engine_of(server.base_url)
        engine._http._timeout = (1.0, 0.2)
        with pytest.raises(ServerFault):
            engine.query("t")


class TestPrice:
    @pytest.mark.parametrize(
        ("model", "size", "price"),
        [
            (MODEL, OrderSize(garments=1), "0.22"),
            (MODEL, OrderSize(garments=2, count=3), "0.60"),
            ("qwen-image-3.0-pro", OrderSize(garments=2), "0.31"),
            ("qwen-image-3.0-pro", OrderSize(garments=2, width=4000, height=6000), "0.31"),
        ],
    )
    def test_price__counts_results_and_inputs(self, model, size, price):
        assert QwenImage.price(model, size, "CNY") == Decimal(price)

    def test_price__of_large_pictures_is_higher_if_they_are_allowed(self):
        size = OrderSize(garments=1, width=4000, height=6000)
        options = {"MAX_PIXELS": 2048 * 2048}
        assert QwenImage.price("qwen-image-3.0-pro", size, "CNY", options) == Decimal("0.54")
        assert QwenImage.price(MODEL, size, "CNY", options) == Decimal("0.22")

    def test_price__is_not_known_for_other_models_and_currencies(self):
        assert QwenImage.price("qwen-image-9", OrderSize(), "CNY") is None
        assert QwenImage.price(MODEL, OrderSize(), "USD") is None


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "code", "message", "error"),
        [
            (400, "InvalidParameter", "Expected format: '<width>*<height>'", InputRejected),
            (400, "DataInspectionFailed", "", InputRejected),
            (400, "Arrearage", "", AccountProblem),
            (403, "Model.AccessDenied", "", AccountProblem),
            (403, "AllocationQuota.FreeTierOnly", "", AccountProblem),
            (404, "ModelNotFound", "", ModelGone),
            (429, "Throttling.RateQuota", "", Throttled),
        ],
    )
    def test_submit__raises_what_the_table_says(
        self, listen, engine_of, status, code, message, error
    ):
        body = {"code": code, "message": message, "request_id": "r"}
        server = listen(answers(response(body, status=status)))
        with pytest.raises(error) as caught:
            engine_of(server.base_url).submit(ORDER, key="k")
        assert caught.value.code == code

    def test_classify__speaks_of_these_models(self):
        assert "October" not in QwenImage.classify("ModelNotFound").help
        assert "10 MB" in QwenImage.classify("InvalidInputLength").help
        assert QwenImage.classify("Throttling").is_temporary
        assert QwenImage.classify("DataInspectionFailed").fixed_by == "shop"


@pytest.mark.parametrize("value", [512 * 512 - 1, 2048 * 2048 + 1, True, "x", None])
def test_option__max_pixels_has_bounds(value):
    assert not QwenImage.OPTIONS["MAX_PIXELS"].accepts(value)
    assert QwenImage.OPTIONS["MAX_PIXELS"].accepts(QwenImage.OPTIONS["MAX_PIXELS"].default)


def test_repr__has_no_key(engine_of):
    assert repr(engine_of("https://api.example/api/v1")) == "<QwenImage https://api.example/api/v1>"
