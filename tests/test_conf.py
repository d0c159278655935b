from __future__ import annotations

from contextlib import closing
from decimal import Decimal

import pytest

from django_outfitanyone.conf import (
    ConfigurationError,
    Settings,
    conf,
    known_settings,
    product_model_name,
)
from django_outfitanyone.engines.dashscope import DashScope
from tests.toy_engine import ToyEngine


def test_defaults__are_accepted():
    for name, setting in known_settings().items():
        assert setting.accepts(setting.default), name


def test_settings__are_read_live(settings):
    settings.OUTFITANYONE = {"CONCURRENT_TASKS": 7}
    assert conf.CONCURRENT_TASKS == 7
    settings.OUTFITANYONE = {}
    assert conf.CONCURRENT_TASKS == 5


def test_settings__may_be_absent(settings):
    del settings.OUTFITANYONE

    assert conf.TRY_ON_MODEL == "aitryon-plus"


def test_settings__must_be_a_dict(settings):
    settings.OUTFITANYONE = ["API_KEY"]
    with pytest.raises(ConfigurationError, match="must be a dict"):
        _ = conf.TRY_ON_MODEL


def test_setting__on_the_class_is_the_description_of_the_key():
    assert Settings.CONCURRENT_TASKS.expects == "a whole number of at least 1"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("REPEAT_UNCLEAR_PARSES_UP_TO", Decimal(0), None),
        ("REPEAT_UNCLEAR_PARSES_UP_TO", Decimal("0.01"), 0.01),
        ("API_KEY", "sk-1", 5),
        ("BASE_URL", "http://127.0.0.1:1/api/v1", "localhost:1"),
        ("BASE_URL", "https://a.test", "ftp://a.test"),
        ("CONCURRENT_TASKS", 1, 0),
        ("CONCURRENT_TASKS", 9, True),
        ("POLL_INTERVAL", 0.5, 0),
        ("PARSE_RESULTS", False, "no"),
        ("DELIVERY", "upload", "ftp"),
        ("PRICES", {}, {"aitryon": 0.2}),
        ("PRICES", {}, [1]),
        ("PRICES", None, {"aitryon": Decimal(-1)}),
        ("FREE_IMAGES", {}, None),
        ("FREE_IMAGES", {"aitryon-parsing-v1": 400}, {"aitryon-parsing-v1": "400"}),
        ("FREE_IMAGES", {"aitryon": 0}, {"aitryon": -1}),
        ("FREE_IMAGES", {"aitryon": 1}, {"aitryon": True}),
        ("FREE_IMAGES", {"aitryon": 1}, {5: 1}),
        ("RESOLUTIONS", [-1], []),
        ("RESOLUTIONS", (-1, 512), [512]),
        ("RESOLUTIONS", [2048, -1], [-1, -2]),
        ("RESOLUTIONS", [1, -1], [-1, 0]),
        ("RESOLUTIONS", [-1, 10_000], [-1, 10_001]),
        ("RESOLUTIONS", [-1], [-1, 512, 512]),
        ("RESOLUTIONS", [-1], [-1, "512"]),
        ("RESOLUTIONS", [-1], [-1, True]),
        ("RESOLUTIONS", [-1], -1),
    ],
)
def test_setting__accepts_only_valid_values(name, good, bad):
    accepts = known_settings()[name].accepts

    assert accepts(good)
    assert not accepts(bad)


def test_require_api_key__falls_back_to_the_environment(settings, monkeypatch):
    settings.OUTFITANYONE = {}
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-env")

    assert conf.require_api_key() == "sk-env"


def test_require_api_key__prefers_the_settings(settings, monkeypatch):
    settings.OUTFITANYONE = {"API_KEY": "sk-settings"}
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-env")

    assert conf.require_api_key() == "sk-settings"


@pytest.mark.parametrize("key", [None, ""])
def test_require_api_key__error_names_the_remedy(settings, monkeypatch, key):
    settings.OUTFITANYONE = {} if key is None else {"API_KEY": key}
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="Set the environment variable DASHSCOPE_API_KEY"):
        conf.require_api_key()


def test_price__is_zero_for_an_unknown_model():
    assert conf.price("some-other-model") == 0


@pytest.mark.parametrize(
    ("keys", "plus", "refiner"),
    [
        ({}, "0.50", "0.30"),
        ({"CURRENCY": "USD"}, "0.071677", "0"),
        ({"CURRENCY": "USD", "PRICES": None}, "0.071677", "0"),
        ({"CURRENCY": "USD", "PRICES": {"aitryon-refiner": Decimal("0.05")}}, "0", "0.05"),
        ({"CURRENCY": "EUR"}, "0", "0"),
        ({"PROVIDER": "tests.toy_engine.ToyEngine"}, "0", "0"),
    ],
)
def test_price__is_that_of_the_vendors_list_unless_prices_are_set(configure, keys, plus, refiner):
    configure(**keys)

    assert conf.price("aitryon-plus") == Decimal(plus)
    assert conf.price("aitryon-refiner") == Decimal(refiner)


def test_links__are_those_of_the_engine(configure):
    assert conf.links == DashScope.LINKS
    configure(PROVIDER="tests.toy_engine.ToyEngine")
    assert conf.links == ()


def test_load_engine__is_configured_by_the_settings():
    with closing(conf.load_engine()) as engine:
        assert isinstance(engine, DashScope)
        assert "sk-for-tests" not in repr(engine)


def test_load_engine__needs_an_api_key(settings, monkeypatch):
    settings.OUTFITANYONE = {}
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="DASHSCOPE_API_KEY"):
        conf.load_engine()


def test_load_engine__key_that_no_header_can_hold_is_a_configuration_error(configure):
    configure(API_KEY="sk-a b")
    with pytest.raises(ConfigurationError, match="API key"):
        conf.load_engine()


def test_engine_class__is_named_by_the_settings(configure):
    assert conf.engine_class is DashScope
    configure(PROVIDER="tests.toy_engine.ToyEngine")
    assert conf.engine_class is ToyEngine


def test_lease__is_longer_than_any_request():
    assert conf.lease.total_seconds() > conf.CONNECT_TIMEOUT + conf.READ_TIMEOUT


def test_product_model_name__has_a_default(settings):
    assert product_model_name() == "django_outfitanyone.Product"
    settings.OUTFITANYONE_PRODUCT_MODEL = "shop.Article"
    assert product_model_name() == "shop.Article"
