from __future__ import annotations

import pytest

from django_outfitanyone.engines.base import Picture
from django_outfitanyone.engines.dashscope import classify
from django_outfitanyone.exceptions import (
    AccountProblem,
    InputRejected,
    ModelGone,
    ServerFault,
    Throttled,
)
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine
from tests.engines.dashscope.conftest import PARSING, TRY_ON
from tests.engines.dashscope.listener import answers, response
from tests.orders import try_on_order


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidApiKey", AccountProblem),
        ("Arrearage", AccountProblem),
        ("PostpaidBillOverdue", AccountProblem),
        ("Endpoint.AccessDenied", ModelGone),
        ("Throttling.RateQuota", Throttled),
        ("DataInspectionFailed", InputRejected),
        ("ServiceUnavailable", ServerFault),
        ("InternalError", ServerFault),
    ],
)
@pytest.mark.parametrize("method", ["submit", "parse", "query", "cancel", "upload"])
def test_refusals__raise_the_same_error_for_every_method(client, sandbox, code, error, method):
    url = "https://shop.example/person.jpg"
    calls = {
        "submit": lambda: client.submit(try_on_order(model=TRY_ON, person=url)),
        "parse": lambda: client.parse(Picture(url=url), ["upper"], model=PARSING),
        "query": lambda: client.query("t-1"),
        "cancel": lambda: client.cancel("t-1"),
        "upload": lambda: client.upload(b"x", filename="a.png", model=TRY_ON),
    }
    sandbox.faults.add("error", code=code)

    with pytest.raises(error) as caught:
        calls[method]()

    assert type(caught.value) is error
    assert caught.value.code == code
    assert caught.value.request_id


@pytest.mark.parametrize(
    "document",
    [
        {"code": "Throttling", "message": "slow down", "request_id": "r-1"},
        {"output": {"code": "Throttling", "message": "slow down"}, "request_id": "r-1"},
    ],
)
@pytest.mark.parametrize("method", ["submit", "parse", "query"])
def test_refusals__with_status_200_raise_an_error_too(listen, client_of, document, method):
    client = client_of(listen(answers(response(document))).base_url)
    calls = {
        "submit": lambda: client.submit(try_on_order(model=TRY_ON, person="https://s.example/p")),
        "parse": lambda: client.parse(Picture(url="https://s.example/p"), ["upper"], model=PARSING),
        "query": lambda: client.query("t-1"),
    }

    with pytest.raises(Throttled) as caught:
        calls[method]()
    assert (caught.value.message, caught.value.request_id) == ("slow down", "r-1")


def test_refusal__of_a_key(client_of):
    with (
        SandboxServer(options=Options(api_keys=("sk-right",)), engine=RectangleEngine()) as strict,
        pytest.raises(AccountProblem) as caught,
    ):
        client_of(strict.base_url, key="sk-wrong").query("t-1")
    assert (caught.value.code, caught.value.http_status) == ("InvalidApiKey", 401)


@pytest.mark.parametrize("model", ["aitryon-ultra", "aitryon-gone"])
def test_refusal__of_a_model(client, order, model):
    with pytest.raises(ModelGone):
        client.submit(
            try_on_order(model=model, person=order.person.url, top=order.garments[0].picture.url)
        )


def test_refusal__of_too_many_submits(client, sandbox, order):
    sandbox.change_options(submits_per_second=1)
    client.submit(order)

    with pytest.raises(Throttled):
        client.submit(order)


def test_wrong_base_url__is_fixed_by_the_developer(sandbox, client_of):
    with pytest.raises(AccountProblem) as caught:
        client_of(f"{sandbox.root_url}/api/v2").query("t-1")
    error = caught.value
    kind = classify(error.code, http_status=error.http_status, message=error.message)
    assert kind.fixed_by == "developer"
