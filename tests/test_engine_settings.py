from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import pytest

from django_outfitanyone.conf import ConfigurationError, EngineNotConfigured, EngineSettings, conf
from django_outfitanyone.engine_entry import known_engine_settings
from django_outfitanyone.engines.capabilities import OrderSize, Rate
from django_outfitanyone.engines.dashscope import OutfitAnyone
from tests.toy_engine import ToyEngine

TOY = "tests.toy_engine.ToyEngine"


@pytest.fixture
def toy(settings):
    """Return a toy engine with these keys."""

    def make(**keys):
        settings.OUTFITANYONE = {"ENGINES": {"toy": {"BACKEND": TOY, **keys}}}
        return conf.engine("toy")

    return make


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("REPEAT_UNCLEAR_PARSES_UP_TO", Decimal(0), None),
        ("API_KEY", "sk-1", 5),
        ("API_KEY_ENV", "MY_KEY", ""),
        ("BASE_URL", "http://127.0.0.1:1/api/v1", "localhost:1"),
        ("BASE_URL", None, "ftp://a.test"),
        ("CONCURRENT_TASKS", 1, 0),
        ("CONCURRENT_TASKS", None, True),
        ("SUBMITS", "50/60s", "50 per minute"),
        ("SUBMITS", "10/s", 10),
        ("QUERIES", "1/0.5s", "0/s"),
        ("QUERIES", None, ""),
        ("REMOTE_MODELS", ["a"], []),
        ("REMOTE_MODELS", ("a", "b"), "a"),
        ("REMOTE_MODELS", None, [""]),
        ("IS_SANDBOX", None, "no"),
        ("POLL_INTERVAL", 0.5, 0),
        ("PRICES", {}, {"aitryon": 0.2}),
        ("PRICES", None, {"aitryon": Decimal(-1)}),
        ("FREE_IMAGES", {"aitryon": 0}, {"aitryon": -1}),
        ("FREE_IMAGES", {"aitryon": 1}, {"aitryon": True}),
        ("FREE_IMAGES", {"aitryon": 1}, {5: 1}),
        ("RESOLUTIONS", (-1, 512), [512]),
        ("RESOLUTIONS", [-1, 10_000], [-1, 10_001]),
        ("RESOLUTIONS", [-1], [-1, 512, 512]),
        ("RESOLUTIONS", None, [-1, True]),
        ("OPTIONS", {"A": 1}, ["A"]),
        ("CURRENCY", "EUR", "euro"),
    ],
)
def test_key__accepts_only_valid_values(name, good, bad):
    accepts = known_engine_settings()[name].accepts

    assert accepts(good)
    assert not accepts(bad)


def test_values__that_are_left_out_come_from_the_backend(toy):
    assert conf.default_engine.links == OutfitAnyone.LINKS
    engine = toy()

    assert engine.backend_class is ToyEngine
    assert (engine.title, engine.currency, engine.base_url) == (
        "Toy",
        "USD",
        "https://toy.example/v1",
    )
    assert (engine.concurrent_tasks, engine.submits, engine.queries) == (
        2,
        Rate(50, 60),
        Rate(50, 10),
    )
    assert engine.remote_models == ("toy-1", "toy-2")
    assert engine.options == {"COLOUR": "red"}
    assert engine.links == ToyEngine.LINKS


def test_values__of_the_shop_come_first(toy):
    engine = toy(
        BASE_URL="https://other.example",
        CURRENCY="EUR",
        CONCURRENT_TASKS=7,
        SUBMITS="3/2s",
        REMOTE_MODELS=["toy-9"],
        OPTIONS={"COLOUR": "blue"},
    )

    assert (engine.base_url, engine.currency) == ("https://other.example", "EUR")
    assert (engine.concurrent_tasks, engine.submits) == (7, Rate(3, 2))
    assert engine.remote_models == ("toy-9",)
    assert engine.default_model == "toy-9"
    assert engine.options == {"COLOUR": "blue"}


def test_settings__are_read_live(toy):
    engine = toy(CONCURRENT_TASKS=1)
    toy(CONCURRENT_TASKS=3)

    assert engine.concurrent_tasks == 3


def test_gone_engine__raises(toy, settings):
    engine = toy()
    settings.OUTFITANYONE = {}

    with pytest.raises(EngineNotConfigured, match="toy"):
        _ = engine.concurrent_tasks


@pytest.mark.parametrize(
    ("keys", "plus", "refiner"),
    [
        ({}, "0.50", "0.30"),
        ({"CURRENCY": "USD"}, "0.071677", None),
        ({"CURRENCY": "USD", "PRICES": {"aitryon-refiner": Decimal("0.05")}}, None, "0.05"),
        ({"CURRENCY": "EUR"}, None, None),
    ],
)
def test_price__is_that_of_the_vendors_list_unless_prices_are_set(configure, keys, plus, refiner):
    configure(**keys)
    found = [conf.default_engine.price(name) for name in ("aitryon-plus", "aitryon-refiner")]

    assert found == [value and Decimal(value) for value in (plus, refiner)]


class TestPrice:
    def test_list_price_depends_on_what_the_order_asks_for(self, toy):
        assert toy().price("toy-1") == Decimal("1.00")
        assert toy().price("toy-1", OrderSize(garments=3, count=2)) == Decimal("4.00")

    def test_price_of_the_shop_is_for_one_picture(self, toy):
        engine = toy(PRICES={"toy-1": Decimal("0.07")})

        assert engine.price("toy-1", OrderSize(garments=3, count=2)) == Decimal("0.14")
        assert engine.price("toy-2") is None
        assert not engine.knows_price("toy-2")

    def test_other_currency_has_no_list_price(self, toy):
        engine = toy(CURRENCY="EUR")

        assert engine.price("toy-1") is None
        assert engine.prices == {}
        assert engine.remote_models == ("toy-1",)  # the default is offered in any case

    @pytest.mark.parametrize(
        ("most", "price", "may"),
        [("0.05", "0.05", True), ("0.05", "0.06", False), ("0", "0", False)],
    )
    def test_may_repeat_parses(self, configure, most, price, may):
        prices = {"aitryon-parsing-v1": Decimal(price)}
        configure(REPEAT_UNCLEAR_PARSES_UP_TO=Decimal(most), PRICES=prices)
        assert conf.parser.may_repeat_parses is may

    def test_parse_without_a_price_is_not_repeated(self, configure):
        configure(PRICES={})

        assert not conf.parser.may_repeat_parses


class TestSandbox:
    @pytest.mark.parametrize(
        ("url", "is_sandbox"),
        [
            (None, False),
            ("https://eu.toy.example/v1", False),
            ("http://8.8.8.8/v1", False),
            ("http://127.0.0.1:8000/v1", True),
            ("http://sandbox:8000/v1", True),
            ("http://10.0.0.7/v1", True),
            ("http://[::1]:8000/", True),
            ("http://toy.internal/", True),
        ],
    )
    def test_is_an_address_that_is_not_public(self, toy, url, is_sandbox):
        assert toy(BASE_URL=url).is_sandbox is is_sandbox

    @pytest.mark.parametrize("given", [True, False])
    def test_setting_decides(self, toy, given):
        for url in (None, "http://127.0.0.1/"):
            assert toy(BASE_URL=url, IS_SANDBOX=given).is_sandbox is given

    def test_engine_that_makes_previews_is_one(self, toy):
        assert toy(BACKEND="tests.toy_engine.PreviewToy").is_sandbox


class TestCapabilities:
    def test_shop_may_know_better(self, toy):
        engine = toy(EXPECTED_SECONDS=9, RESOLUTIONS=[-1, 512], TASK_DEADLINE=600)
        found = engine.capabilities("toy-1")

        assert (found.expected_seconds, found.resolutions) == (9, (-1, 512))
        assert engine.result_life("toy-1") == timedelta(minutes=10)
        assert engine.expiry_warning("toy-1") == timedelta(seconds=100)

    def test_expiry_warning_of_a_day_comes_four_hours_before(self):
        assert conf.default_engine.expiry_warning("aitryon-plus") == timedelta(hours=4)

    def test_call_of_an_engine_that_answers_later_follows_the_timeouts(self, toy):
        assert toy().longest_call() == 35
        assert toy().lease() == timedelta(seconds=70)

    def test_call_of_an_engine_that_answers_now_takes_as_long_as_the_engine(self, toy):
        engine = toy(BACKEND="tests.toy_engine.SlowToy", API_KEY="k")

        assert engine.longest_call("toy-1") == 125
        assert engine.lease("toy-1") == timedelta(seconds=155)
        assert engine.load().config.read_timeout == 120

    def test_longest_effect__has_the_engines_own_delay_unless_the_shop_sets_one(self, toy):
        assert conf.default_engine.longest_effect("aitryon") == timedelta(seconds=335)
        assert toy(UNCLEAR_DELAY=5).longest_effect("toy-1") == timedelta(seconds=40)


def test_key__falls_back_to_the_environment_variable_of_the_backend(toy, monkeypatch):
    monkeypatch.setenv("TOY_KEY", "from-env")

    assert toy().api_key() == "from-env"
    assert toy(API_KEY="own").api_key() == "own"


class TestKey:
    def test_environment_variable_can_be_named(self, toy, monkeypatch):
        monkeypatch.setenv("SECOND_KEY", "second")

        assert toy(API_KEY_ENV="SECOND_KEY").api_key() == "second"

    @pytest.mark.parametrize("key", [None, ""])
    def test_missing_key_names_the_remedy(self, toy, monkeypatch, key):
        monkeypatch.delenv("TOY_KEY", raising=False)
        with pytest.raises(ConfigurationError, match=r"toy.*TOY_KEY"):
            toy(**({} if key is None else {"API_KEY": key})).api_key()

    def test_engine_that_needs_none(self, toy):
        assert toy(BACKEND="tests.toy_engine.PreviewToy").api_key() == ""

    def test_is_never_shown(self, toy):
        engine = toy(API_KEY="sk-secret")

        assert "sk-secret" not in repr([engine, engine.api_key(), vars(engine)])


class TestLoad:
    def test_engine_is_configured_by_the_settings(self):
        with closing(conf.default_engine.load()) as engine:
            assert isinstance(engine, OutfitAnyone)
            assert "sk-for-tests" not in repr(engine)

    def test_key_that_no_header_can_hold_is_a_configuration_error(self, configure):
        configure(API_KEY="sk-a b")
        with pytest.raises(ConfigurationError, match="API key"):
            conf.default_engine.load()

    def test_options_reach_the_engine(self, toy):
        assert toy(API_KEY="k", OPTIONS={"COLOUR": "blue"}).load().config.options == {
            "COLOUR": "blue"
        }

    def test_backend_that_cannot_be_imported(self, toy):
        engine = toy(BACKEND="no.such.Engine")

        assert not engine.is_importable
        with pytest.raises(ConfigurationError, match=r"no\.such\.Engine"):
            engine.load()


def test_parsing_and_refining_models__are_options(toy):
    assert (conf.default_engine.parsing_model, toy().refiner_model) == ("aitryon-parsing-v1", "")
    engine = toy(OPTIONS={"PARSING_MODEL": "p", "REFINER_MODEL": "r"})

    assert (engine.parsing_model, engine.refiner_model) == ("p", "r")
    assert engine.models == ("toy-1", "toy-2", "p", "r")
    assert isinstance(engine, EngineSettings)
    assert not engine.is_parser
