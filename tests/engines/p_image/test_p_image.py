from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from django_outfitanyone.engines.base import Picture, RemoteState, Result, TryOnOrder
from django_outfitanyone.engines.capabilities import Answers, OrderSize
from django_outfitanyone.engines.p_image import PImage
from django_outfitanyone.exceptions import RequestRefused, ServerFault
from tests.engines import sent
from tests.engines.cases import KEY, P_IMAGE, PHOTO, TOP, order_of
from tests.engines.dashscope.listener import answers, response
from tests.orders import worn

OUTFIT = {
    kind: f"https://shop.example/{kind}.jpg"
    for kind in ("top", "bottom", "outerwear", "shoes", "bag", "hat")
}


@pytest.fixture
def server(listen):
    return listen(answers(response(P_IMAGE.submitted)))


@pytest.fixture
def engine(engine_at, server):
    return engine_at(P_IMAGE, server)


def test_submit__body_of_the_vendors_documents(engine, server):
    report = engine.submit(order_of("p-image-try-on", *worn(**OUTFIT), seed=7), key="1")

    assert (report.handle, report.state) == ("t-1", RemoteState.WAITING)
    (request,) = server.requests
    assert sent.target(request) == "POST /v1/predictions"
    found = sent.headers(request)
    assert (found["apikey"], found["model"]) == (KEY, "p-image-try-on")
    assert "try-sync" not in found
    assert "authorization" not in found
    assert sent.body(request) == {
        "input": {
            "person_image": PHOTO,
            "garment_images": list(OUTFIT.values()),
            "prompt": "",
            "turbo": False,
            "output_format": "png",
            "preserve_input_size": True,
            "seed": 7,
        }
    }


@pytest.mark.parametrize(
    "garments",
    [
        (),
        worn(glasses=TOP),
        (*worn(top=TOP), *worn(top=PHOTO)),
        (*worn(top=TOP), *worn(bottom=TOP)) * 6,
    ],
    ids=["none", "unknown kind", "two tops", "too many"],
)
def test_submit__what_it_cannot_wear_is_not_sent(engine, server, garments):
    order = TryOnOrder(model="m", person=Picture(url=PHOTO), garments=garments)

    with pytest.raises(RequestRefused):
        engine.submit(order, key="1")

    assert server.requests == []


def test_submit__picture_without_an_address_is_not_sent(engine, server):
    order = TryOnOrder(model="m", person=Picture(load=lambda: b"x"), garments=worn(top=TOP))

    with pytest.raises(RequestRefused, match="address"):
        engine.submit(order, key="1")

    assert server.requests == []


def test_submit__several_results_are_not_asked_for(engine, server):
    with pytest.raises(RequestRefused, match="one picture"):
        engine.submit(order_of("p-image-try-on", count=2), key="1")

    assert server.requests == []


def test_submit__synchronous_answer_is_final(listen, engine_at):
    server = listen(answers(response({**P_IMAGE.ready, "id": ""})))

    report = engine_at(P_IMAGE, server, options={"SYNC": True}).submit(P_IMAGE.order, key="1")

    assert sent.headers(server.requests[0])["try-sync"] == "true"
    assert (report.handle, report.state) == ("", RemoteState.SUCCEEDED)
    assert report.results == (Result(url="/v1/predictions/delivery/t-1"),)


def test_submit__synchronous_answer_may_still_be_a_task(listen, engine_at):
    server = listen(answers(response(P_IMAGE.submitted)))

    report = engine_at(P_IMAGE, server, options={"SYNC": True}).submit(P_IMAGE.order, key="1")

    assert (report.handle, report.state) == ("t-1", RemoteState.WAITING)


def test_submit__failure_at_once(listen, engine_at):
    answer = response({"id": "t-1", "status": "failed", "error": "CUDA error"})

    report = engine_at(P_IMAGE, listen(answers(answer))).submit(P_IMAGE.order, key="1")

    assert (report.state, report.message) == (RemoteState.FAILED, "CUDA error")
    assert report.results == ()


def test_submit__waits_for_a_synchronous_answer(listen):
    with P_IMAGE.engine("http://127.0.0.1:1", options={"SYNC": True}) as engine:
        assert engine._client._http._timeout[1] >= 60
    assert PImage.capabilities("m", {"SYNC": True}).longest_submit > 75


@pytest.mark.parametrize(
    ("get_url", "handle"),
    [
        ("http://{host}/v1/predictions/status/t-9", "http://{host}/v1/predictions/status/t-9"),
        ("/v1/predictions/status/t-9", "http://{host}/v1/predictions/status/t-9"),
    ],
)
def test_submit__task_known_by_its_address_only(listen, engine_at, get_url, handle):
    server = listen(lambda visit: None)
    host = server.address
    server.behaviour = answers(
        response({"get_url": get_url.format(host=host)}), response({"status": "processing"})
    )
    engine = engine_at(P_IMAGE, server)

    report = engine.submit(P_IMAGE.order, key="1")
    assert report.handle == handle.format(host=host)
    assert engine.query(report.handle).state is RemoteState.RUNNING

    assert sent.target(server.requests[1]) == "GET /v1/predictions/status/t-9"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/v1/x", "http://169.254.169.254/x", "https://evil.example/x"]
)
def test_query__address_of_another_server_is_not_requested(engine, server, address):
    with pytest.raises(ServerFault, match="BASE_URL"):
        engine.query(address)

    assert server.requests == []


@pytest.mark.parametrize("place", ["/v1/predictions/delivery/t-1", "http://{host}/v1/delivery/t-1"])
def test_fetch__own_picture_is_fetched_with_the_key(listen, engine_at, place):
    server = listen(answers(response(b"\x89PNG\xff")))
    address = place.format(host=server.address)

    data = engine_at(P_IMAGE, server).fetch(Result(url=address), max_bytes=100)

    assert data == b"\x89PNG\xff"
    assert sent.headers(server.requests[0])["apikey"] == KEY


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.example/t-1.png",
        "http://169.254.169.254/x",
        "//evil.example/x",
        "http://[::1]/",
    ],
)
def test_fetch__any_other_picture_is_left_to_the_download_without_the_key(engine, server, address):
    assert engine.fetch(Result(url=address), max_bytes=100) is None
    assert server.requests == []


def test_upload__returns_the_address_and_its_end(listen, engine_at):
    answer = {
        "urls": {"get": "https://api.pruna.ai/v1/files/f"},
        "expires_at": "2027-01-01T00:00:00Z",
    }
    server = listen(answers(response(answer)))

    upload = engine_at(P_IMAGE, server).upload(b"picture", filename="a.jpg", model="m")

    assert upload.url == "https://api.pruna.ai/v1/files/f"
    assert upload.expires_at == datetime(2027, 1, 1, tzinfo=timezone.utc)
    (request,) = server.requests
    assert sent.target(request) == "POST /v1/files"
    assert b'name="content"; filename="a.jpg"' in request
    assert b"picture" in request


def test_upload__relative_address_becomes_a_whole_one(listen, engine_at):
    server = listen(answers(response({"urls": {"get": "/v1/files/f"}})))

    upload = engine_at(P_IMAGE, server).upload(b"x", filename="a.jpg", model="m")

    assert upload.url == f"http://{server.address}/v1/files/f"


def test_upload__without_an_end_is_used_for_an_hour(listen, engine_at):
    answer = {"urls": {"get": "https://api.pruna.ai/v1/files/f"}, "expires_at": "never"}

    upload = engine_at(P_IMAGE, listen(answers(response(answer)))).upload(
        b"x", filename="a.jpg", model="m"
    )

    left = upload.expires_at - datetime.now(timezone.utc)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


@pytest.mark.parametrize(
    "answer", [{"id": "f"}, {"urls": []}, {"urls": {"get": 3}}, {"urls": {"get": "x"}}]
)
def test_upload__without_an_address_is_a_fault_of_the_server(listen, engine_at, answer):
    with pytest.raises(ServerFault, match="no address"):
        engine_at(P_IMAGE, listen(answers(response(answer)))).upload(
            b"x", filename="a.jpg", model="m"
        )


def test_query__unknown_task_is_gone(listen, engine_at):
    answer = response({"error": "Prediction not found"}, status=404)

    assert engine_at(P_IMAGE, listen(answers(answer))).query("t-1").state is RemoteState.GONE


@pytest.mark.parametrize(
    ("garments", "options", "price"),
    [(1, {}, "0.015"), (2, {}, "0.023"), (6, {}, "0.055"), (2, {"TURBO": True}, "0.016")],
)
def test_price__by_the_number_of_garments(garments, options, price):
    size = OrderSize(garments=garments)

    assert PImage.price("p-image-try-on", size, "USD", options) == Decimal(price)
    assert PImage.price("p-image-try-on", size, "CNY", options) is None
    assert PImage.price("other", size, "USD", options) is None


def test_capabilities__whole_outfits_and_both_ways_to_answer():
    found = PImage.capabilities("p-image-try-on")

    assert found.max_garments == 11
    assert found.kinds == set(OUTFIT) | {"one_piece"}
    assert found.inputs.takes_upload
    assert found.answers is Answers.LATER
    assert PImage.capabilities("p-image-try-on", {"SYNC": True}).answers is Answers.EITHER
