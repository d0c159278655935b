"""Checks of ``ENGINES``, ``PARSER`` and the keys of older versions."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.checks import run_checks

from django_outfitanyone import checks
from django_outfitanyone.engine_entry import known_engine_settings
from django_outfitanyone.engines import local
from tests.test_checks import ids

TOY = "tests.toy_engine.ToyEngine"
KEY = "sk-4f1d2c3b5a69788796a5b4c3d2e1f00f"


@pytest.fixture
def engine(configure):
    """Configure a single toy engine with these keys, which parses no clothes."""

    def change(**keys):
        configure(
            ENGINES={"toy": {"BACKEND": TOY, "API_KEY": KEY, **keys}, "parser": PREVIEW},
            PARSER="parser",
        )

    return change


PREVIEW = {"BACKEND": "tests.toy_engine.PreviewToy"}


def pasted(hint):
    """Return ``OUTFITANYONE`` of the line to paste in a hint."""
    line = hint[hint.index("OUTFITANYONE") :].rstrip("?")
    names = {"Decimal": Decimal}
    exec(line, names)
    return names["OUTFITANYONE"]


def test_good_engine__has_no_messages(engine):
    engine(CONCURRENT_TASKS=3, OPTIONS={"COLOUR": "blue", "PARSING_MODEL": "p"})

    assert run_checks(tags=["outfitanyone"]) == []


@pytest.mark.parametrize("name", sorted(known_engine_settings()))
def test_every_key__invalid_value_is_one_error_with_a_line_to_paste(engine, name):
    """No other check fails or reports anything because of it."""
    engine(**{name: object()})
    messages = run_checks(tags=["outfitanyone"])

    assert ids(messages) == ["E002"]
    entry = pasted(messages[0].hint)["ENGINES"]["toy"]
    assert known_engine_settings()[name].accepts(entry[name])


def test_unknown_key__names_the_nearest_one(engine):
    engine(CONCURENT_TASKS=3)
    (message,) = checks.check_engines()

    assert ids([message]) == ["E001"]
    assert pasted(message.hint) == {"ENGINES": {"toy": {"CONCURRENT_TASKS": 3}}}


@pytest.mark.parametrize("name", ["API_KEYS", "APIKEY", "api_key", "SECRET_API_KEY"])
def test_key_under_a_wrong_name__is_not_repeated(engine, name):
    engine(**{name: KEY})
    (message,) = checks.check_engines()

    assert "API_KEY" in message.hint
    assert KEY not in message.msg + message.hint


def test_backend__missing(configure):
    configure(ENGINES={"toy": {"API_KEY": KEY}})
    (message,) = checks.check_engines()

    assert ids([message]) == ["E010"]
    assert "BACKEND" in pasted(message.hint)["ENGINES"]["toy"]


@pytest.mark.parametrize("path", ["no.such.Engine", "datetime.datetime"])
def test_backend__must_be_an_engine_that_can_be_imported(engine, path):
    engine(BACKEND=path)

    assert ids(run_checks(tags=["outfitanyone"])) == ["E004"]


def test_option__unknown(engine):
    engine(OPTIONS={"COLOR": "blue"})
    (message,) = checks.check_engines()

    assert ids([message]) == ["E001"]
    assert pasted(message.hint) == {"ENGINES": {"toy": {"OPTIONS": {"COLOUR": "red"}}}}


def test_option__invalid_value(engine):
    engine(OPTIONS={"COLOUR": "green"})
    (message,) = checks.check_engines()

    assert ids([message]) == ["E002"]
    assert '"red" or "blue"' in message.msg


@pytest.mark.parametrize(("alias", "why"), [("nowhere", "no alias"), ("toy", "cannot parse")])
def test_parser__must_be_an_engine_that_parses(engine, configure, alias, why):
    engine()
    configure(PARSER=alias)
    (message,) = checks.check_engines()

    assert ids([message]) == ["E011"]
    assert why in message.msg
    assert pasted(message.hint) == {"PARSER": "local"}


@pytest.mark.parametrize(("is_installed", "expected"), [(True, []), (False, ["W014"])])
def test_local_parser__must_be_installed(configure, monkeypatch, is_installed, expected):
    monkeypatch.setattr(local, "is_installed", lambda: is_installed)
    configure(PARSER="local")
    messages = checks.check_local_parser()

    assert ids(messages) == expected
    assert all("pip install" in message.hint for message in messages)


def test_no_key__is_only_a_warning_so_that_migrate_works(engine, monkeypatch):
    monkeypatch.delenv("TOY_KEY", raising=False)
    engine(API_KEY="")
    (message,) = checks.check_keys()

    assert ids([message]) == ["W001"]
    assert message.hint == "export TOY_KEY=..."


@pytest.mark.parametrize(("url", "expected"), [(None, ["W015"]), ("http://127.0.0.1:9/api/v1", [])])
def test_model_that_the_vendor_has_ended(configure, url, expected):
    configure(BASE_URL=url)

    assert ids(checks.check_end_dates()) == expected


class TestMovedKeys:
    OLD = {
        "API_KEY": KEY,
        "BASE_URL": "http://127.0.0.1:9/api/v1",
        "WORKSPACE": "ws-1",
        "ACCOUNT": "shop",
        "PROVIDER": "django_outfitanyone.engines.dashscope.OutfitAnyone",
        "TRY_ON_MODEL": "aitryon",
        "PARSING_MODEL": "aitryon-parsing-v1",
        "CURRENCY": "USD",
        "PRICES": {"aitryon": Decimal("0.03")},
        "BUDGET_PER_DAY": Decimal(3),
        "SUBMITS_PER_SECOND": 4,
        "QUERIES_PER_SECOND": 8,
        "EXCLUSIVE_ACCOUNT": True,
        "EXPECTED_DURATION": 30,
        "UNCLEAR_SUBMIT_DELAY": 10,
        "TASK_DEADLINE": 3600,
        "EXPIRY_WARNING": 600,
        "POLL_INTERVAL": 2,
    }

    def test_one_error_shows_the_lines_to_paste(self, settings):
        settings.OUTFITANYONE = self.OLD
        (message,) = run_checks(tags=["outfitanyone"])

        assert ids([message]) == ["E009"]
        assert all(name in message.msg for name in self.OLD)
        assert KEY not in message.msg + message.hint
        (alias,) = pasted(message.hint)["ENGINES"]
        assert alias == pasted(message.hint)["PARSER"] == "shop"

    def test_pasted_lines_are_valid_and_say_the_same(self, settings):
        settings.OUTFITANYONE = self.OLD
        (message,) = checks.check_engines()
        new = pasted(message.hint)
        entry = new["ENGINES"]["shop"]
        settings.OUTFITANYONE = {**new, "ENGINES": {"shop": {**entry, "API_KEY": KEY}}}

        assert checks.check_settings() == checks.check_engines() == []
        assert (entry["SUBMITS"], entry["QUERIES"], entry["EXCLUSIVE"]) == ("4/s", "8/s", True)
        assert (entry["EXPECTED_SECONDS"], entry["UNCLEAR_DELAY"]) == (30, 10)
        assert entry["REMOTE_MODELS"] == ["aitryon"]
        assert entry["OPTIONS"] == {"WORKSPACE": "ws-1", "PARSING_MODEL": "aitryon-parsing-v1"}

    @pytest.mark.parametrize("name", sorted(checks.moved_keys.MOVED))
    def test_every_old_key_alone_is_one_error(self, settings, name):
        settings.OUTFITANYONE = {name: self.OLD.get(name, 5)}

        assert ids(run_checks(tags=["outfitanyone"])) == ["E009"]
