from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.core.management import call_command

KEY = "sk-4f1d2c3b5a69788796a5b4c3d2e1f00f"


@pytest.fixture
def run(configure, capsys):
    """Run the command for two engines and one that is broken; return what it prints."""

    def run(*arguments, **keys):
        configure(
            API_KEY=KEY,
            ENGINES={
                "default": {
                    "BACKEND": "tests.toy_engine.ToyEngine",
                    "API_KEY": KEY,
                    "PRICES": {"toy-1": Decimal("0.070")},
                    **keys,
                },
                "preview": {"BACKEND": "tests.toy_engine.PreviewToy"},
                "broken": {"BACKEND": "no.such.Engine"},
            },
            PARSER="preview",
        )
        call_command("outfitanyone_engines", *arguments)
        return capsys.readouterr().out

    return run


def test_json__has_a_row_for_each_engine(run):
    engines = {row["alias"]: row for row in json.loads(run("--json"))["engines"]}
    (model,) = engines["default"]["models"]

    assert set(engines) == {"default", "preview", "broken", "local"}
    assert (model["name"], model["price"], model["price_text"]) == ("toy-1", "0.07", "USD 0.07")
    assert (model["wears"], model["max_garments"]) == (["bottom", "top"], 4)
    assert engines["default"]["submits"] == "50/60s"
    assert engines["preview"]["roles"] == {"default": False, "parser": True, "sandbox": True}
    assert engines["preview"]["models"][0]["price_text"] == "free"
    assert "no.such.Engine" in engines["broken"]["problem"]


def test_text__says_what_each_engine_does(run):
    out = run()

    for text in (
        "default: Toy (default)",
        "toy-1: USD 0.07",
        "wears   bottom, top, at most 4 in one call",
        "keeps   rest native, face always",
        "answers later, in about 5 s",
        "2 at a time, submits 50/60s, polls 50/10s",
        "preview: Toy preview (parser, sandbox)",
        "toy-parser: parses clothes, free",
    ):
        assert text in out


@pytest.mark.parametrize(("key", "state"), [(KEY, "set"), ("", "missing")])
def test_key__is_never_printed(run, monkeypatch, key, state):
    monkeypatch.delenv("TOY_KEY", raising=False)
    for arguments in ([], ["--json"]):
        out = run(*arguments, API_KEY=key)
        assert KEY not in out
        assert state in out
        assert "not needed" in out


def test_fallbacks__are_named_in_their_order(run, configure):
    assert json.loads(run("--json"))["fallbacks"] == []
    assert "fallbacks" not in run()

    configure(FALLBACKS=["preview", "default/toy-1"])
    assert json.loads(run("--json"))["fallbacks"] == ["preview/toy-preview", "default/toy-1"]
    assert "fallbacks, if not dearer: preview/toy-preview, default/toy-1" in run()
