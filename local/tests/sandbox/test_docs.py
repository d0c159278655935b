"""docs/sandbox.md matches the code: its tests exist, its tables are complete."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from pathlib import Path

from outfitanyone_local.sandbox.control import ROUTES
from outfitanyone_local.sandbox.faults import ENDPOINTS, KINDS
from outfitanyone_local.sandbox.options import Options

HERE = Path(__file__).parent
TEXT = (HERE.parents[2] / "docs" / "sandbox.md").read_text("utf-8")


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


def test_control__endpoints_are_all_listed():
    listed = " ".join(row[0] for row in rows("## Control it over HTTP"))
    for rule in ROUTES.iter_rules():
        path = rule.rule.partition("/<")[0]
        assert path in listed, rule.rule
