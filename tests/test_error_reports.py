"""The API key is in no report of an error: not in its frames, its causes or the settings."""

from __future__ import annotations

import sys

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from django_outfitanyone import checks
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.engines.base import EngineConfig
from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.engines.secret_text import SecretText
from django_outfitanyone.engines.transport import Transport
from django_outfitanyone.exceptions import OutcomeUnknown, OutfitAnyoneError, RequestNotSent
from tests.engine_keys import shop
from tests.orders import try_on_order
from tests.toy_engine import ToyEngine

KEY = "sk-4f1d2c3b5a69788796a5b4c3d2e1f00f"
ODD_KEY = f"{KEY}\u200b"
ORDER = try_on_order(model="m", person="https://shop.example/p.jpg")


class BrokenEngine(ToyEngine):
    """An engine of the shop whose constructor has a bug."""

    def __init__(self, config):
        super().__init__(config)
        key = config.api_key
        self.label = f"{key}" + 1


class RefusingEngine(ToyEngine):
    """An engine of the shop that refuses its settings, and repeats the key."""

    def __init__(self, config):
        raise ValueError(f"I do not like {config.api_key}")


class OldEngine(ToyEngine):
    """An engine whose constructor takes what those of older versions took."""

    def __init__(self, api_key, *, base_url):
        pass


@pytest.fixture(params=[True, False], ids=["debug", "production"], autouse=True)
def _debug(request, settings):
    """With DEBUG, Django shows all local variables of all frames."""
    settings.DEBUG = request.param


@pytest.fixture
def with_key(settings, monkeypatch):
    """Configure the app, with the key in the settings and in the environment."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)

    def change(**keys):
        own = {"API_KEY": KEY, "BASE_URL": "http://127.0.0.1:9/api/v1"}
        settings.OUTFITANYONE = shop(**{**own, **keys})

    change()
    return change


def reports_of(action, error):
    """Return all that Django's error pages and mails show of the error that the action raises."""
    request = RequestFactory().get("/", DASHSCOPE_API_KEY=KEY)
    try:
        action()
    except error:
        reporter = ExceptionReporter(request, *sys.exc_info())
        return reporter.get_traceback_html() + reporter.get_traceback_text()
    pytest.fail("no error was raised")


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ({"BASE_URL": "ftp://api.example"}, ConfigurationError),
        ({"BASE_URL": "http://["}, ConfigurationError),
        ({"WORKSPACE": "ключ"}, ConfigurationError),
        ({"API_KEY": ODD_KEY}, ConfigurationError),
        ({"API_KEY": f"{KEY} {KEY}"}, ConfigurationError),
        ({"BACKEND": "no.such.Engine"}, ConfigurationError),
        ({"BACKEND": f"{__name__}.RefusingEngine"}, ConfigurationError),
        ({"BACKEND": f"{__name__}.BrokenEngine"}, TypeError),
        ({"BACKEND": f"{__name__}.OldEngine"}, TypeError),
        ({"CONNECT_TIMEOUT": None, "BACKEND": 5}, AttributeError),
    ],
    ids=str,
)
def test_error_of_the_configuration__has_no_key(with_key, keys, error):
    with_key(**keys)

    report = reports_of(conf.default_engine.load, error)

    assert error.__name__ in report
    assert KEY not in report


def test_configuration_error__has_no_cause(with_key):
    """Other reporters follow the cause even where Django does not show it."""
    with_key(API_KEY=ODD_KEY)

    with pytest.raises(ConfigurationError) as caught:
        conf.default_engine.load()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_settings_that_are_no_dict__are_not_shown_by_the_error(settings):
    settings.OUTFITANYONE = [f"API_KEY={KEY}"]

    with pytest.raises(ConfigurationError) as caught:
        _ = conf.RUN_BUDGET

    frames = []
    trace = caught.tb
    while trace:
        frames.append(trace.tb_frame.f_locals)
        trace = trace.tb_next
    assert KEY not in repr(frames[1:])


def test_engine_made_by_hand__has_no_key_in_its_errors():
    def make():
        OutfitAnyone(EngineConfig(api_key=sys.modules[__name__].KEY, base_url="ftp://api.example"))

    assert KEY not in reports_of(make, ValueError)


@pytest.mark.parametrize(
    "fault",
    [
        RuntimeError("bug"),
        UnicodeError("bug"),
        RecursionError("bug"),
        TypeError("bug"),
        KeyError("bug"),
        OSError("bug"),
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "call",
    [
        lambda engine: engine.submit(ORDER, key="k"),
        lambda engine: engine.query("t-1"),
        lambda engine: engine.upload(b"x", filename="a.jpg", model="m"),
    ],
    ids=["submit", "query", "upload"],
)
def test_any_error_below_the_transport__has_no_key(with_key, monkeypatch, fault, call):
    def send(adapter, request, **_options):
        headers = dict(request.headers)
        assert KEY in headers["Authorization"]
        raise fault

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", send)
    engine = conf.default_engine.load()

    report = reports_of(lambda: call(engine), OutfitAnyoneError)

    assert type(fault).__name__ in report
    assert KEY not in report


def test_unexpected_error_of_a_paid_request__leaves_its_outcome_unknown(with_key, monkeypatch):
    def fail(*_args, **_options):
        raise RuntimeError("bug")

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", fail)

    with pytest.raises(OutcomeUnknown):
        conf.default_engine.load().submit(ORDER, key="k")


def test_connection_error__has_no_key(with_key):
    with_key(CONNECT_TIMEOUT=0.2)
    engine = conf.default_engine.load()

    assert KEY not in reports_of(lambda: engine.submit(ORDER, key="k"), RequestNotSent)


def test_error_beside_the_engine__has_no_key(with_key):
    """Frames that hold the engine show its repr only."""

    def fail():
        engine = conf.default_engine.load()
        key = conf.default_engine.api_key()
        transport = engine._http
        assert isinstance(transport, Transport)
        raise RuntimeError(repr([engine, key, transport, vars(transport)]))

    assert KEY not in reports_of(fail, RuntimeError)


@pytest.mark.parametrize("name", ["API_KEYS", "APIKEY", "api_key"])
def test_checks__do_not_repeat_a_key_under_a_misspelled_name(settings, name):
    settings.OUTFITANYONE = {"ENGINES": {"default": {name: KEY}}}

    messages = checks.check_engines()

    assert "API_KEY" in messages[0].hint
    assert KEY not in repr([(message.msg, message.hint) for message in messages])


def test_secret_text__is_a_string_that_shows_itself_only_as_text():
    secret = SecretText("abc")

    assert (str(secret), f"{secret}", secret + "d", secret == "abc") == ("abc", "abc", "abcd", True)
    assert "abc" not in repr(secret) + repr([secret]) + f"{secret!r}"
