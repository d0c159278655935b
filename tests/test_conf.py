from __future__ import annotations

import pytest

from django_outfitanyone.conf import (
    ConfigurationError,
    EngineNotConfigured,
    Settings,
    conf,
    known_settings,
    product_model_name,
)

TOY = {"BACKEND": "tests.toy_engine.ToyEngine"}


def test_defaults__are_accepted():
    for name, setting in known_settings().items():
        assert setting.accepts(setting.default), name


def test_settings__are_read_live(settings):
    settings.OUTFITANYONE = {"RUN_BUDGET": 7}
    assert conf.RUN_BUDGET == 7
    settings.OUTFITANYONE = {}
    assert conf.RUN_BUDGET == 20


def test_settings__may_be_absent(settings):
    del settings.OUTFITANYONE

    assert conf.RUN_BUDGET == 20


def test_settings__must_be_a_dict(settings):
    settings.OUTFITANYONE = ["API_KEY"]
    with pytest.raises(ConfigurationError, match="must be a dict"):
        _ = conf.RUN_BUDGET


def test_setting__on_the_class_is_the_description_of_the_key():
    assert Settings.MAX_UPLOAD_BYTES.expects == "a whole number of at least 1"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("RUN_BUDGET", 0.5, 0),
        ("ENGINES", {"a": {}}, {"a": None}),
        ("ENGINES", {}, {"a" * 51: {}}),
        ("ENGINES", None, ["default"]),
        ("PARSE_RESULTS", False, "no"),
        ("DELIVERY", "upload", "ftp"),
        ("DEFAULT_CURRENCY", "CHF", "franc"),
    ],
)
def test_setting__accepts_only_valid_values(name, good, bad):
    accepts = known_settings()[name].accepts

    assert accepts(good)
    assert not accepts(bad)


def test_product_model_name__has_a_default(settings):
    assert product_model_name() == "django_outfitanyone.Product"
    settings.OUTFITANYONE_PRODUCT_MODEL = "shop.Article"
    assert product_model_name() == "shop.Article"


class TestEngines:
    def test_without_the_setting_there_is_outfit_anyone(self, settings):
        settings.OUTFITANYONE = {}

        assert list(conf.engines) == ["default", "local"]
        assert conf.default_engine.BACKEND.endswith("OutfitAnyone")
        assert conf.parser.alias == "local"

    def test_local_can_be_configured_by_the_shop(self, settings):
        settings.OUTFITANYONE = {"ENGINES": {"local": TOY}}

        assert list(conf.engines) == ["local"]
        assert conf.engine("local").title == "Toy"

    @pytest.mark.parametrize(
        ("aliases", "default"),
        [(["a", "default"], "default"), (["b", "a"], "b"), ([], "local")],
    )
    def test_default_alias(self, settings, aliases, default):
        settings.OUTFITANYONE = {"ENGINES": dict.fromkeys(aliases, TOY)}

        assert conf.default_alias == conf.default_engine.alias == default
        assert conf.engine("") == conf.engine(default)

    def test_unknown_alias(self):
        with pytest.raises(EngineNotConfigured, match="nowhere"):
            conf.engine("nowhere")

    def test_parser_may_be_any_engine(self, settings):
        settings.OUTFITANYONE = {"ENGINES": {"a": TOY}, "PARSER": "a"}

        assert conf.parser.alias == "a"

    def test_must_be_a_dict_of_dicts(self, settings):
        settings.OUTFITANYONE = {"ENGINES": ["sk-key"]}

        with pytest.raises(ConfigurationError, match="must be a dict"):
            _ = conf.engines
