"""Each engine makes a picture with its emulator, and pays once when the emulator fails."""

from __future__ import annotations

import hashlib
import io

import pytest
import requests
from PIL import Image

from django_outfitanyone.engines.base import Picture, RemoteState, TryOnOrder, WornPicture
from django_outfitanyone.exceptions import (
    AccountProblem,
    APIError,
    OutcomeUnknown,
    OutfitAnyoneError,
    ServerFault,
    Throttled,
)
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine
from tests.drawing import picture
from tests.engines.cases import FASHN, FLUX_VTO, P_IMAGE, each_engine

NAMES = {FASHN.name: "fashn", FLUX_VTO.name: "flux_vto", P_IMAGE.name: "p_image"}
SIZE = (300, 400)


@pytest.fixture(scope="module")
def server():
    with SandboxServer(options=Options(), engine=RectangleEngine()) as running:
        yield running


@pytest.fixture
def sandbox(server):
    server.reset()
    server.clock.freeze()
    return server


@pytest.fixture
def engine_of(sandbox):
    """Return a function that connects an engine to its emulator."""
    made = []

    def connect(case, **config):
        made.append(case.engine(sandbox.urls[NAMES[case.name]], **config))
        return made[-1]

    yield connect
    for engine in made:
        engine.close()


def shown(engine, case, seed):
    """Return a picture as the app hands it to this engine: uploaded, or as bytes."""
    data = picture(seed, size=SIZE)
    url = ""
    if case.engine_class.capabilities(case.model).inputs.takes_upload:
        url = engine.upload(data, filename="a.jpg", model=case.model).url
    return Picture(
        url=url,
        load=lambda: data,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type="image/jpeg",
        size=len(data),
        width=SIZE[0],
        height=SIZE[1],
    )


def order_for(engine, case, *kinds):
    garments = [
        WornPicture(picture=shown(engine, case, seed), kind=kind, name="Linen")
        for seed, kind in enumerate(kinds or ("top",), start=2)
    ]
    return TryOnOrder(model=case.model, person=shown(engine, case, 1), garments=garments, seed=7)


def finished(sandbox, engine, handle):
    sandbox.settle()
    sandbox.clock.advance(60)
    return engine.query(handle)


def bytes_of(engine, result):
    """Return the picture as the app does: by the engine, else by a plain download."""
    data = engine.fetch(result, max_bytes=10_000_000)
    return data if data is not None else requests.get(result.url, timeout=5).content


@each_engine
def test_try_on__from_submit_to_picture(sandbox, engine_of, case):
    engine = engine_of(case)

    report = engine.submit(order_for(engine, case), key="1")
    assert not report.state.is_final
    assert engine.query(report.handle).state in {RemoteState.WAITING, RemoteState.RUNNING}
    done = finished(sandbox, engine, report.handle)

    assert done.state is RemoteState.SUCCEEDED
    image = Image.open(io.BytesIO(bytes_of(engine, done.results[0])))
    assert (image.format, image.size) == ("PNG", SIZE)
    counts = sandbox.stats["engines"][NAMES[case.name]]
    assert (counts["submits"], counts["accepted"], counts["succeeded"]) == (1, 1, 1)


@pytest.mark.parametrize("case", [FLUX_VTO, P_IMAGE], ids=lambda case: case.name)
def test_try_on__whole_outfit_in_one_request(sandbox, engine_of, case):
    engine = engine_of(case)
    painter = sandbox.sandbox.image_service._engine
    painter.calls.clear()

    order = order_for(engine, case, "top", "bottom", "shoes")
    done = finished(sandbox, engine, engine.submit(order, key="1").handle)

    assert done.state is RemoteState.SUCCEEDED
    # the task of an earlier test may be painted only now
    assert (True, True) in [call[1:3] for call in painter.calls if call[0] == "try_on"]
    assert sandbox.stats["engines"][NAMES[case.name]]["submits"] == 1


def test_try_on__synchronous_answer_of_p_image(sandbox, engine_of):
    engine = engine_of(P_IMAGE, options={"SYNC": True})

    report = engine.submit(order_for(engine, P_IMAGE), key="1")

    assert report.state is RemoteState.SUCCEEDED
    assert Image.open(io.BytesIO(bytes_of(engine, report.results[0]))).size == SIZE


def test_try_on__handle_of_flux_is_the_polling_address(sandbox, engine_of):
    engine = engine_of(FLUX_VTO)

    handle = engine.submit(order_for(engine, FLUX_VTO), key="1").handle

    assert handle.startswith(f"{sandbox.urls['flux_vto']}/v1/get_result?id=")


def test_try_on__cost_of_fashn_comes_with_the_picture(sandbox, engine_of):
    engine = engine_of(FASHN)

    done = finished(sandbox, engine, engine.submit(order_for(engine, FASHN), key="1").handle)

    assert str(done.cost) == "0.075"


@each_engine
def test_check__says_that_the_key_works(engine_of, case):
    (found,) = engine_of(case).check()

    assert found.is_good


@each_engine
def test_query__of_another_account_is_gone(engine_of, case, sandbox):
    assert engine_of(case).query("0" * 8).state is RemoteState.GONE


PAID_ONCE = {
    "500": ({"kind": "error", "status": 500}, OutfitAnyoneError),
    "429": ({"kind": "error", "status": 429, "code": "x"}, Throttled),
    "cut before": ({"kind": "drop-before"}, OutcomeUnknown),
    "cut after": ({"kind": "drop-after"}, OutcomeUnknown),
    "hung": ({"kind": "hang-after"}, OutcomeUnknown),
    "not JSON": ({"kind": "not-json"}, OutcomeUnknown),
}


@each_engine
@pytest.mark.parametrize(("fault", "error"), PAID_ONCE.values(), ids=PAID_ONCE)
def test_submit__is_sent_once(sandbox, engine_of, case, fault, error):
    engine = engine_of(case, read_timeout=1.0)
    order = order_for(engine, case)
    settings = {**fault, "engine": NAMES[case.name], "endpoint": "submit", "times": None}
    sandbox.faults.add(settings.pop("kind"), **settings)

    with pytest.raises(error):
        engine.submit(order, key="1")

    assert sandbox.stats["engines"][NAMES[case.name]]["submits"] == 1


def test_submit__500_of_fashn_created_no_task(sandbox, engine_of):
    sandbox.faults.add("error", engine="fashn", endpoint="submit", status=500)
    engine = engine_of(FASHN)

    with pytest.raises(ServerFault):
        engine.submit(order_for(engine, FASHN), key="1")

    assert sandbox.stats["engines"]["fashn"].get("accepted", 0) == 0


@pytest.mark.parametrize(
    ("case", "code"),
    [(FASHN, "OutOfCredits"), (FLUX_VTO, "InsufficientCredits"), (P_IMAGE, "PaymentRequired")],
    ids=["Fashn", "FluxVTO", "PImage"],
)
def test_submit__without_credits_stops_the_account(sandbox, engine_of, case, code):
    sandbox.faults.add("error", engine=NAMES[case.name], endpoint="submit", code=code)
    engine = engine_of(case)

    with pytest.raises(AccountProblem):
        engine.submit(order_for(engine, case), key="1")


@each_engine
def test_submit__with_a_wrong_key_stops_the_account(case):
    with (
        SandboxServer(options=Options(api_keys=("other",)), engine=RectangleEngine()) as server,
        case.engine(server.urls[NAMES[case.name]]) as engine,
        pytest.raises(AccountProblem),
    ):
        engine.submit(case.order, key="1")


@each_engine
def test_submit__of_an_unknown_model_is_refused(engine_of, case):
    engine = engine_of(case)
    order = order_for(engine, case)

    with pytest.raises(APIError):
        engine.submit(TryOnOrder(model="no", person=order.person, garments=order.garments), key="1")


@each_engine
def test_query__odd_status_keeps_polling(sandbox, engine_of, case):
    engine = engine_of(case)
    handle = engine.submit(order_for(engine, case), key="1").handle
    sandbox.faults.add("task-status", engine=NAMES[case.name], word="napping")

    assert engine.query(handle).state is RemoteState.UNKNOWN
    assert finished(sandbox, engine, handle).state is RemoteState.SUCCEEDED


@each_engine
def test_query__picture_that_cannot_be_used_fails(sandbox, engine_of, case):
    engine = engine_of(case)
    empty = io.BytesIO()
    Image.new("RGB", SIZE, "grey").save(empty, "PNG")
    url = ""
    if case is P_IMAGE:
        url = engine.upload(empty.getvalue(), filename="a.png", model=case.model).url
    person = Picture(url=url, load=empty.getvalue, media_type="image/png")
    garments = order_for(engine, case).garments
    order = TryOnOrder(model=case.model, person=person, garments=garments)

    done = finished(sandbox, engine, engine.submit(order, key="1").handle)

    assert done.state is RemoteState.FAILED
    assert done.message
    found = engine.classify(done.code, done.message)
    assert (found.fixed_by, found.is_temporary) == ("shop", False)
