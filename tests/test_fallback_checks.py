"""Checks of ``FALLBACKS``."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.checks import run_checks

from django_outfitanyone import checks
from django_outfitanyone.conf import conf
from tests.test_checks import ids
from tests.test_engine_checks import PREVIEW, pasted
from tests.toy_engine import ToyEngine

TOY = {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "toy-key"}
CHEAP = {**TOY, "PRICES": {"toy-1": Decimal("0.40"), "toy-2": Decimal("0.40")}}


@pytest.fixture
def order(configure):
    """Configure an engine, a cheaper one and one that makes previews, and this order."""

    def change(value, **engines):
        configure(
            ENGINES={"default": TOY, "cheap": CHEAP, "preview": PREVIEW, **engines},
            PARSER="preview",
            FALLBACKS=value,
        )

    return change


@pytest.mark.parametrize("value", [[], ["cheap"], ("cheap/toy-2", "cheap/toy-1")])
def test_good_order__has_no_messages(order, value):
    order(value)

    assert run_checks(tags=["outfitanyone"]) == []
    assert list(conf.FALLBACKS) == list(value)


@pytest.mark.parametrize("value", ["cheap", 5, {"cheap": 1}, [5], [""], [None], None])
def test_wrong_type__is_one_error_with_a_line_to_paste(order, value):
    order(value)
    (message,) = run_checks(tags=["outfitanyone"])

    assert ids([message]) == ["E002"]
    assert pasted(message.hint) == {"FALLBACKS": []}


@pytest.mark.parametrize("name", ["cheep", "cheap/toy-9", "preview/toy-1"])
def test_unknown_engine_or_model__names_the_nearest_one(order, name):
    order(["default", name])
    messages = checks.check_fallback_order()

    assert ids(messages) == ["E012"]
    assert name in messages[0].msg
    assert pasted(messages[0].hint)["FALLBACKS"][0] == "default"
    order(pasted(messages[0].hint)["FALLBACKS"])
    assert checks.check_fallback_order() == []


def test_engine_that_only_parses__makes_no_pictures(order):
    order(
        ["parses"], parses={**PREVIEW, "REMOTE_MODELS": None, "BACKEND": f"{__name__}.OnlyParses"}
    )

    assert ids(checks.check_fallback_order()) == ["E012"]


@pytest.mark.parametrize("twice", [["cheap", "cheap"], ["cheap", "cheap/toy-1"]])
def test_engine_that_comes_twice(order, twice):
    order(twice)
    (message,) = checks.check_fallback_order()

    assert ids([message]) == ["E012"]
    assert pasted(message.hint) == {"FALLBACKS": ["cheap"]}


def test_engine_that_trains_on_pictures(order):
    flux = {"BACKEND": "django_outfitanyone.engines.flux_vto.FluxVTO", "API_KEY": "k"}
    order(["cheap", "flux"], flux=flux)
    (message,) = checks.check_fallbacks()

    assert ids([message]) == ["W016"]
    assert "allow training" in message.msg
    assert pasted(message.hint.partition(", or")[0]) == {"FALLBACKS": ["cheap/toy-1"]}


@pytest.mark.parametrize(
    ("alias", "changes", "why"),
    [
        ("cheap", {"PRICES": {"toy-1": Decimal(9)}}, "would be dearer"),
        ("cheap", {"PRICES": {}}, "is not known"),
        ("cheap", {"CURRENCY": "EUR"}, "another currency"),
        ("cheap", {"IS_SANDBOX": True}, "previews only"),
    ],
)
def test_engine_that_nothing_can_fall_back_to(order, alias, changes, why):
    order([alias], **{alias: {**CHEAP, **changes}})
    messages = checks.check_fallbacks()

    assert ids(messages) == ["W017"]
    assert why in messages[0].msg
    assert pasted(messages[0].hint) == {"FALLBACKS": []}


class OnlyParses(ToyEngine):
    DEFAULTS = type(ToyEngine.DEFAULTS)(base_url="https://toy.example/v1")
