from __future__ import annotations

import base64
import io
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from PIL import Image

from django_outfitanyone.engines.base import (
    EngineConfig,
    Picture,
    RemoteState,
    TryOnOrder,
    WornPicture,
)
from django_outfitanyone.engines.capabilities import OrderSize, Unclear
from django_outfitanyone.engines.flux_vto import FluxVTO
from django_outfitanyone.exceptions import RequestRefused, ServerFault
from tests.drawing import encoded, picture
from tests.engines import sent
from tests.engines.cases import FLUX_VTO, KEY, PHOTO, TOP, order_of
from tests.engines.dashscope.listener import answers, response
from tests.orders import worn

SMALL = {"width": 800, "height": 1000}


@pytest.fixture
def server(listen):
    return listen(answers(response(FLUX_VTO.submitted)))


@pytest.fixture
def engine(engine_at, server):
    return engine_at(FLUX_VTO, server)


def garment(kind="top", *, url="", seed=1, size=(300, 400)):
    shown = Picture(url=url, load=lambda: picture(seed, size=size), width=size[0], height=size[1])
    return WornPicture(picture=shown, kind=kind)


def test_submit__body_of_the_vendors_documents(engine, server):
    small = WornPicture(picture=Picture(url=TOP, **SMALL), kind="top")

    report = engine.submit(order_of("vto-v2", small, seed=7), key="1")

    assert (report.handle, report.state) == ("t-1", RemoteState.WAITING)
    (request,) = server.requests
    assert sent.target(request) == "POST /v1/flux-tools/vto-v2"
    assert sent.headers(request)["x-key"] == KEY
    assert sent.body(request) == {
        "prompt": "The person of image 1, maintaining exactly their face and pose, wearing the "
        "top of image 2.",
        "person": PHOTO,
        "garment": TOP,
        "safety_tolerance": 2,
        "output_format": "png",
        "seed": 7,
    }


def sent_garment(server):
    data = base64.b64decode(sent.body(server.requests[0])["garment"], validate=True)
    return Image.open(io.BytesIO(data))


def test_submit__outfit_is_one_canvas(engine, server):
    engine.submit(order_of("vto-v2", garment(url=TOP), garment("bottom", seed=2)), key="1")

    canvas = sent_garment(server)
    assert canvas.width > 2 * 300
    assert "top and the trousers or skirt of image 2" in sent.body(server.requests[0])["prompt"]


def test_submit__large_garment_is_made_smaller_for_its_price(engine, server):
    engine.submit(order_of("vto-v2", garment(url=TOP, size=(1500, 1500))), key="1")

    canvas = sent_garment(server)
    assert canvas.width * canvas.height <= 1_000_000


def test_submit__person_without_an_address_is_sent_as_bare_base64(engine, server):
    photo = picture(1)
    person = Picture(load=lambda: photo)

    engine.submit(TryOnOrder(model="vto-v2", person=person, garments=worn(top=TOP)), key="1")

    assert base64.b64decode(sent.body(server.requests[0])["person"], validate=True) == photo


@pytest.mark.parametrize(("model", "most"), [("vto-v2", 4_000_000), ("vto-v1", 2_000_000)])
def test_submit__large_photo_is_made_smaller(engine, server, model, most):
    photo = encoded(Image.new("RGB", (3000, 4000), "red"))
    person = Picture(url=PHOTO, load=lambda: photo, width=3000, height=4000)

    engine.submit(TryOnOrder(model=model, person=person, garments=worn(top=TOP)), key="1")

    data = base64.b64decode(sent.body(server.requests[0])["person"], validate=True)
    width, height = Image.open(io.BytesIO(data)).size
    assert 0.99 * most < width * height <= most
    assert width / height == pytest.approx(0.75, abs=0.01)


def test_submit__several_results_are_not_asked_for(engine, server):
    with pytest.raises(RequestRefused, match="one picture"):
        engine.submit(order_of("vto-v2", count=2), key="1")

    assert server.requests == []


@pytest.mark.parametrize("garments", [worn(glasses=TOP), worn(top=TOP) * 5])
def test_submit__what_it_cannot_wear_is_not_sent(engine, server, garments):
    with pytest.raises(RequestRefused, match="1 to 4"):
        engine.submit(order_of("vto-v2", *garments), key="1")

    assert server.requests == []


def test_submit__handle_is_the_address_to_poll(listen, engine_at):
    server = listen(lambda visit: None)
    polling_url = f"http://{server.address}/v1/get_result?id=t-1&region=eu"
    server.behaviour = answers(
        response({"id": "t-1", "polling_url": polling_url, "cost": 4.75}),
        response(FLUX_VTO.running),
    )
    engine = engine_at(FLUX_VTO, server)

    report = engine.submit(FLUX_VTO.order, key="1")
    assert (report.handle, report.cost) == (polling_url, Decimal("0.0475"))
    assert engine.query(report.handle).state is RemoteState.WAITING

    assert sent.target(server.requests[1]) == "GET /v1/get_result?id=t-1&region=eu"
    assert sent.headers(server.requests[1])["x-key"] == KEY


@pytest.mark.parametrize(
    "polling_url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/v1/get_result?id=t-1",
        "https://evil.example/v1/get_result?id=t-1",
        "https://api.bfl.ai.evil.example/x",
        "https://api.bfl.ai@evil.example/x",
        "file:///etc/passwd",
        "data:text/plain,x",
        "http://{host}/" + "x" * 600,
        7,
        None,
    ],
)
def test_submit__address_that_must_not_get_the_key_is_not_kept(listen, engine_at, polling_url):
    server = listen(lambda visit: None)
    if isinstance(polling_url, str):
        polling_url = polling_url.format(host=server.address)
    server.behaviour = answers(
        response({"id": "t-1", "polling_url": polling_url}), response(FLUX_VTO.running)
    )
    engine = engine_at(FLUX_VTO, server)

    report = engine.submit(FLUX_VTO.order, key="1")
    engine.query(report.handle)

    assert report.handle == "t-1"
    assert sent.target(server.requests[1]) == "GET /v1/get_result?id=t-1"


@pytest.mark.parametrize("handle", ["http://169.254.169.254/x", "https://evil.example/x"])
def test_query__address_of_another_server_is_not_requested(engine, server, handle):
    with pytest.raises(ServerFault, match="BASE_URL"):
        engine.query(handle)

    assert server.requests == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Pending", RemoteState.WAITING),
        ("Reasoning", RemoteState.RUNNING),
        ("Generating", RemoteState.RUNNING),
        ("Error", RemoteState.FAILED),
        ("Task not found", RemoteState.GONE),
        ("Task_Not_Found", RemoteState.GONE),
        ("Dreaming", RemoteState.UNKNOWN),
    ],
)
def test_query__states(listen, engine_at, status, state):
    answer = response({"id": "t-1", "status": status})

    assert engine_at(FLUX_VTO, listen(answers(answer))).query("t-1").state is state


def test_query__unknown_task_with_404_is_gone(listen, engine_at):
    answer = response({"id": "t-1", "status": "Task not found"}, status=404)

    assert engine_at(FLUX_VTO, listen(answers(answer))).query("t-1").state is RemoteState.GONE


def test_query__result_lives_ten_minutes(listen, engine_at):
    report = engine_at(FLUX_VTO, listen(answers(response(FLUX_VTO.ready)))).query("t-1")

    left = report.results[0].expires_at - datetime.now(timezone.utc)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


@pytest.mark.parametrize(
    ("region", "base_url", "used"),
    [
        ("", "", "https://api.bfl.ai"),
        ("eu", "", "https://api.eu.bfl.ai"),
        ("us", "https://api.bfl.ai/", "https://api.us.bfl.ai"),
        ("eu", "https://proxy.example/bfl", "https://proxy.example/bfl"),
    ],
)
def test_region__chooses_the_server(region, base_url, used):
    config = EngineConfig(api_key=KEY, base_url=base_url, options={"REGION": region})
    with FluxVTO(config) as engine:
        assert engine.base_url == used


@pytest.mark.parametrize(
    ("size", "price"),
    [
        (OrderSize(width=1000, height=1000), "0.0475"),
        (OrderSize(width=1001, height=1000), "0.0575"),
        (OrderSize(width=1000, height=1000, garments=4), "0.0625"),
        (OrderSize(width=2000, height=2000), "0.0775"),
        (OrderSize(width=5000, height=6000), "0.0775"),
    ],
)
def test_price__by_megapixels_rounded_up(size, price):
    assert FluxVTO.price("vto-v2", size, "USD") == Decimal(price)
    assert FluxVTO.price("vto-v2", size, "CNY") is None
    assert FluxVTO.price("vto-v9", size, "USD") is None


def test_capabilities__say_what_to_be_careful_with():
    found = FluxVTO.capabilities("vto-v2")

    assert found.trains_on_inputs
    assert found.merges_garments
    assert found.result_life == timedelta(minutes=10)
    assert (found.unclear, found.max_garments) == (Unclear.NEVER, 4)
    assert found.inputs.max_pixels == 4_000_000
    assert FluxVTO.capabilities("vto-v1").inputs.max_pixels == 2_000_000


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [("REGION", "eu", "mars"), ("SAFETY_TOLERANCE", 5, 6), ("SAFETY_TOLERANCE", 0, True)],
)
def test_options__accept(name, good, bad):
    option = FluxVTO.OPTIONS[name]

    assert option.accepts(good)
    assert option.accepts(option.default)
    assert not option.accepts(bad)
