from __future__ import annotations

import base64
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from django_outfitanyone.engines.base import Picture, RemoteState, WornPicture
from django_outfitanyone.engines.capabilities import Answers, OrderSize, Unclear
from django_outfitanyone.engines.fashn import Fashn
from django_outfitanyone.exceptions import PictureRefused, RequestRefused
from tests.engines import sent
from tests.engines.cases import FASHN, KEY, PHOTO, TOP, order_of
from tests.engines.dashscope.listener import answers, response
from tests.orders import worn


@pytest.fixture
def server(listen):
    return listen(answers(response(FASHN.submitted)))


@pytest.fixture
def fashn(engine_at, server):
    return engine_at(FASHN, server)


def test_submit__body_of_the_vendors_documents(fashn, server):
    report = fashn.submit(order_of("tryon-v1.6", seed=7), key="1")

    assert (report.handle, report.state) == ("t-1", RemoteState.WAITING)
    (request,) = server.requests
    assert sent.target(request) == "POST /v1/run"
    assert sent.headers(request)["authorization"] == f"Bearer {KEY}"
    assert sent.body(request) == {
        "model_name": "tryon-v1.6",
        "inputs": {
            "model_image": PHOTO,
            "garment_image": TOP,
            "category": "tops",
            "mode": "balanced",
            "garment_photo_type": "flat-lay",
            "segmentation_free": True,
            "moderation_level": "permissive",
            "num_samples": 1,
            "output_format": "png",
            "seed": 7,
        },
    }


@pytest.mark.parametrize(
    ("kind", "category"), [("top", "tops"), ("bottom", "bottoms"), ("one_piece", "one-pieces")]
)
def test_submit__category_by_kind(fashn, server, kind, category):
    fashn.submit(order_of("tryon-v1.6", *worn(**{kind: TOP}), count=3), key="1")

    inputs = sent.body(server.requests[0])["inputs"]
    assert (inputs["category"], inputs["num_samples"]) == (category, 3)
    assert "seed" not in inputs


def test_submit__picture_without_an_address_is_sent_as_a_data_url(fashn, server):
    data = Picture(load=lambda: b"picture", media_type="image/png")

    fashn.submit(order_of("tryon-v1.6", WornPicture(picture=data, kind="top")), key="1")

    sent_as = sent.body(server.requests[0])["inputs"]["garment_image"]
    assert sent_as == f"data:image/png;base64,{base64.b64encode(b'picture').decode()}"


@pytest.mark.parametrize("garments", [worn(top=TOP, bottom=TOP), worn(shoes=TOP)])
def test_submit__what_it_cannot_wear_is_not_sent(fashn, server, garments):
    with pytest.raises(RequestRefused, match="one garment"):
        fashn.submit(order_of("tryon-v1.6", *garments), key="1")

    assert server.requests == []


@pytest.mark.parametrize("count", [0, 5])
def test_submit__more_results_than_it_makes_are_not_asked_for(fashn, server, count):
    with pytest.raises(RequestRefused, match="1 to 4"):
        fashn.submit(order_of("tryon-v1.6", count=count), key="1")

    assert server.requests == []


def test_submit__missing_file_is_not_sent(fashn, server):
    with pytest.raises(PictureRefused):
        fashn.submit(order_of("tryon-v1.6", WornPicture(picture=Picture(), kind="top")), key="1")

    assert server.requests == []


def test_submit__error_in_an_answer_with_200_names_no_task(listen, engine_at):
    """An id beside an error is no promise."""
    engine = engine_at(FASHN, listen(answers(response({"id": "t", "error": "BadRequest"}))))

    with pytest.raises(Exception, match="BadRequest"):
        engine.submit(FASHN.order, key="1")


def test_options__change_the_body(listen, engine_at):
    server = listen(answers(response(FASHN.submitted)))
    options = {"MODE": "quality", "MODERATION_LEVEL": "conservative"}

    engine_at(FASHN, server, options=options).submit(FASHN.order, key="1")

    inputs = sent.body(server.requests[0])["inputs"]
    assert (inputs["mode"], inputs["moderation_level"]) == ("quality", "conservative")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("starting", RemoteState.WAITING),
        ("in_queue", RemoteState.WAITING),
        ("processing", RemoteState.RUNNING),
        ("canceled", RemoteState.CANCELED),
        ("time_out", RemoteState.FAILED),
        ("failed", RemoteState.FAILED),
        ("napping", RemoteState.UNKNOWN),
    ],
)
def test_query__states(listen, engine_at, status, state):
    answer = response({"id": "t-1", "status": status, "output": None, "error": None})

    assert engine_at(FASHN, listen(answers(answer))).query("t-1").state is state


def test_query__timeout_has_a_code_that_is_retried(listen, engine_at):
    answer = response({"id": "t-1", "status": "time_out"})

    report = engine_at(FASHN, listen(answers(answer))).query("t-1")

    assert Fashn.classify(report.code).is_temporary


def test_query__result_has_its_end_and_its_cost(listen, engine_at):
    answer = response(FASHN.ready, headers=("X-Fashn-Credits-Used: 2",))

    report = engine_at(FASHN, listen(answers(answer))).query("t-1")

    assert report.cost == Decimal("0.150")
    assert report.results[0].url == "https://cdn.fashn.ai/t-1/output_0.png"
    left = report.results[0].expires_at - datetime.now(timezone.utc)
    assert timedelta(hours=71) < left <= timedelta(hours=72)


@pytest.mark.parametrize("header", ["", "many", "-1", "NaN", "1e9"])
def test_query__odd_cost_is_none(listen, engine_at, header):
    answer = response(FASHN.ready, headers=(f"x-fashn-credits-used: {header}",))

    assert engine_at(FASHN, listen(answers(answer))).query("t-1").cost is None


def test_query__price_per_credit_of_the_shop(listen, engine_at):
    answer = response(FASHN.ready, headers=("x-fashn-credits-used: 1",))
    options = {"PRICE_PER_CREDIT": Decimal("0.049")}

    report = engine_at(FASHN, listen(answers(answer)), options=options).query("t-1")

    assert report.cost == Decimal("0.049")


def test_query__data_url_that_was_not_asked_for_is_taken(listen, engine_at):
    picture = f"data:image/png;base64,{base64.b64encode(b'picture').decode()}"

    report = engine_at(FASHN, listen(answers(response(FASHN.ready_with([picture]))))).query("t-1")

    assert report.results[0].data == b"picture"
    assert report.raw == {}


def test_query__several_results_up_to_four(listen, engine_at):
    urls = [f"https://cdn.fashn.ai/{number}.png" for number in range(9)]

    report = engine_at(FASHN, listen(answers(response(FASHN.ready_with(urls))))).query("t-1")

    assert [result.url for result in report.results] == urls[:4]
    assert report.image_count == 4


def test_query__task_of_another_id_is_refused(listen, engine_at):
    engine = engine_at(FASHN, listen(answers(response({**FASHN.ready, "id": "t-2"}))))

    with pytest.raises(Exception, match="another task"):
        engine.query("t-1")


def test_query__unknown_task_is_gone(listen, engine_at):
    answer = response({"error": "NotFound", "message": "m"}, status=404)

    report = engine_at(FASHN, listen(answers(answer))).query("t-1")

    assert (report.state, report.code) == (RemoteState.GONE, "TaskGone")


def test_price__of_one_garment():
    assert Fashn.price("tryon-v1.6", OrderSize(), "USD") == Decimal("0.075")
    assert Fashn.price("tryon-v1.6", OrderSize(count=4), "USD") == Decimal("0.300")
    assert Fashn.price("tryon-v1.6", OrderSize(), "EUR") is None
    assert Fashn.price("tryon-v9", OrderSize(), "USD") is None
    own = {"PRICE_PER_CREDIT": Decimal("0.05")}
    assert Fashn.price("tryon-v1.6", OrderSize(), "EUR", own) == Decimal("0.05")


def test_capabilities__one_garment_and_nothing_to_settle_a_lost_answer():
    found = Fashn.capabilities("tryon-v1.6")

    assert (found.max_garments, found.answers, found.unclear) == (1, Answers.LATER, Unclear.NEVER)
    assert found.result_life == timedelta(hours=72)
    assert (str(Fashn.DEFAULTS.submits), str(Fashn.DEFAULTS.queries)) == ("50/60s", "50/10s")


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("MODE", "quality", "best"),
        ("MODERATION_LEVEL", "none", None),
        ("PRICE_PER_CREDIT", Decimal("0.05"), 0.05),
        ("PRICE_PER_CREDIT", None, Decimal(0)),
    ],
)
def test_options__accept(name, good, bad):
    option = Fashn.OPTIONS[name]

    assert option.accepts(good)
    assert option.accepts(option.default)
    assert not option.accepts(bad)
