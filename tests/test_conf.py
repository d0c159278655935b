from __future__ import annotations

import pytest

from django_outfitanyone.conf import (
    ConfigurationError,
    Settings,
    conf,
    known_settings,
    product_model_name,
)
from django_outfitanyone.engines.dashscope import DashScope


def test_defaults__are_valid_themselves():
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


def test_settings__that_are_no_dict(settings):
    settings.OUTFITANYONE = ["API_KEY"]
    with pytest.raises(ConfigurationError, match="must be a dict"):
        _ = conf.TRY_ON_MODEL


def test_setting__on_the_class_is_its_description():
    assert Settings.CONCURRENT_TASKS.expects == "a whole number of at least 1"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
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
    ],
)
def test_setting__what_it_accepts(name, good, bad):
    accepts = known_settings()[name].accepts

    assert accepts(good)
    assert not accepts(bad)


def test_api_key__from_the_environment(settings, monkeypatch):
    settings.OUTFITANYONE = {}
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-env")

    assert conf.require_api_key() == "sk-env"


def test_api_key__from_the_settings_first(settings, monkeypatch):
    settings.OUTFITANYONE = {"API_KEY": "sk-settings"}
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-env")

    assert conf.require_api_key() == "sk-settings"


def test_api_key__missing_says_what_to_do(settings, monkeypatch):
    settings.OUTFITANYONE = {}
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="Set the environment variable"):
        _ = conf.require_api_key()


def test_price__unknown_model_costs_nothing():
    assert conf.price("some-other-model") == 0


def test_load_provider__is_set_up_from_the_settings():
    provider = conf.load_engine()

    assert isinstance(provider, DashScope)
    assert "sk-for-tests" not in repr(provider)
    provider.close()


def test_lease__outlives_any_request():
    assert conf.lease.total_seconds() > conf.CONNECT_TIMEOUT + conf.READ_TIMEOUT


def test_product_model_name__default(settings):
    assert product_model_name() == "django_outfitanyone.Product"
    settings.OUTFITANYONE_PRODUCT_MODEL = "shop.Article"
    assert product_model_name() == "shop.Article"
