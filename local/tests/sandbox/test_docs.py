"""docs/sandbox.md and README.md match the code: tests exist, tables are complete, code runs."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from pathlib import Path
from shutil import copy

import pytest
from PIL import Image

from outfitanyone_local import samples
from outfitanyone_local.engine.checks.findings import GARMENT_CODES, PERSON_CODES
from outfitanyone_local.sandbox.control import ROUTES
from outfitanyone_local.sandbox.emulators import EMULATORS, base_paths
from outfitanyone_local.sandbox.fault_kinds import ENDPOINTS, KINDS
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.picture_rules import ENGINE_FAILED, REASONS
from outfitanyone_local.sandbox.remote_models import MODELS

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TEXT = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
README = (ROOT / "local" / "README.md").read_text("utf-8")


def rows(heading):
    """The cells of the table rows under this heading."""
    section = TEXT.partition(f"\n{heading}\n")[2]
    section = re.split(r"\n#+ ", section)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[1:]]


@cache
def source_of(file):
    """The text of a test file; "engine/" is the folder beside this one."""
    folder = HERE.parent if file.startswith("engine/") else HERE
    return (folder / file).read_text("utf-8")


def test_checked_rows__name_tests_that_exist():
    named = re.findall(r"`((?:engine/)?test_\w+\.py)::(\w+)`", TEXT)
    assert len(named) > 50
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"^(def|class) {name}\b", source_of(file), re.MULTILINE)
    ]
    assert missing == []


def test_options__are_listed_with_their_defaults():
    listed = {row[0].strip("`"): row[1].strip("`") for row in rows("## Options")}
    defaults = {option.name: str(option.default) for option in fields(Options)}
    assert listed == defaults | {"api_keys": "any"}


def test_faults__are_all_listed():
    listed = {
        kind for row in rows("### Faults on demand") for kind in re.findall(r"`([\w-]+)`", row[0])
    }
    assert listed == set(KINDS)
    settings = {name for kind in KINDS.values() for name in kind.takes} | {"delay"}
    mentioned = {
        word for row in rows("### Faults on demand") for word in re.findall(r"`(\w+)`", row[-1])
    }
    assert settings <= mentioned
    assert f"`{' '.join(ENDPOINTS)}`" in TEXT


def test_engines__are_listed_with_address_and_models():
    table = {row[0].strip("`"): row for row in rows("## One server, six engines")}

    assert {name: row[1].strip("`") for name, row in table.items()} == base_paths()
    for name, model in MODELS.items():
        assert f"`{name}`" in table[model.engine][3], name


def test_faults__name_codes_that_the_apis_know():
    table = re.search(r"\| engine \| `code` of `error`.*?\n\n", TEXT, re.DOTALL)[0]
    for engine, codes, of_tasks in re.findall(r"\| (`.*) \| (.*) \| (.*) \|", table):
        emulator = next(each for each in EMULATORS if engine.split("`")[1] in each.engines)
        named = re.findall(r"`([\w. ]+)`", codes + of_tasks)
        assert [code for code in named if not emulator.find_problem(code)] == []


def test_control__endpoints_are_all_listed():
    listed = " ".join(row[0] for row in rows("## Control it over HTTP"))
    for rule in ROUTES.iter_rules():
        path = rule.rule.partition("/<")[0]
        assert path in listed, rule.rule


@pytest.mark.slow
def test_readme__library_examples_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    copy(samples.MODELS[1].path, "person.jpg")
    copy(samples.GARMENTS[0].path, "shirt.jpg")
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec("".join(blocks[:4]), {})  # each block continues the one before
    with Image.open("top.png") as top:
        assert top.mode == "RGBA"
    with Image.open("preview.jpg") as preview, Image.open("person.jpg") as person:
        assert preview.size == person.size
    sample = samples.MODELS[0]  # the last block prints it; the checks find nothing to print
    assert capsys.readouterr().out == f"{sample.title} {sample.path} {samples.GARMENTS[0].kind}\n"


def test_findings__are_all_listed():
    listed = {
        code
        for row in rows("## What is wrong with a picture")
        for code in re.findall(r"`([a-z_]+)`", row[1])
    }
    assert set(REASONS) <= listed
    for source in ("pictures", "downloads"):
        text = (ROOT / f"local/outfitanyone_local/sandbox/{source}.py").read_text("utf-8")
        used = re.findall(r'"((?:url|file|side)_[a-z_]+)"', text)
        assert used
        assert set(used) <= listed


def test_findings__are_those_of_the_engine():
    listed = {
        row[0]: set(re.findall(r"`([a-z_]+)`", row[1]))
        for row in rows("## What is wrong with a picture")
    }
    found = {*PERSON_CODES, *GARMENT_CODES}
    assert listed["model photo"] | listed["garment"] == found
    assert {*REASONS} == {*found, ENGINE_FAILED}
