"""docs/images-edits.md matches the code: every option is listed, every recipe is accepted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from django_outfitanyone.engines.images_edits import ImagesEdits

TEXT = (Path(__file__).parents[3] / "docs" / "images-edits.md").read_text("utf-8")
RECIPES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def entries():
    found = []
    for recipe in RECIPES:
        lines = recipe.splitlines()
        indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        names = {}
        exec("\n".join(line[indent:] for line in lines), names)
        found += names["OUTFITANYONE"]["ENGINES"].values()
    return found


def test_options__are_listed_with_their_defaults():
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", TEXT, re.MULTILINE))
    assert {name: eval(value) for name, value in rows.items()} == {
        name: option.default for name, option in ImagesEdits.OPTIONS.items()
    }


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["OPTIONS"]["TITLE"])
def test_recipe__has_options_that_the_engine_accepts(entry):
    options = ImagesEdits.OPTIONS
    assert all(options[name].accepts(value) for name, value in entry["OPTIONS"].items())
    assert set(entry["PRICES"]) == set(entry["REMOTE_MODELS"])
    assert entry["BACKEND"].endswith(".images_edits.ImagesEdits")
    model = entry["REMOTE_MODELS"][0]
    assert ImagesEdits.capabilities(model, entry["OPTIONS"]).title.endswith(model)


def test_recipes__are_for_three_kinds_of_servers():
    assert len(entries()) == 3


def test_limit__is_the_one_in_the_text():
    assert str(ImagesEdits.ANSWER_LIMIT) in TEXT
