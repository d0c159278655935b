"""docs/architecture.md names files, functions and tests that exist."""

from __future__ import annotations

import re

import pytest

from tests.pages import ROOT

APP = ROOT / "django_outfitanyone"
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
PATHS = sorted(set(re.findall(r"[\w./]+/[\w/]*\w+\.py|`\w+\.py`", PAGE)))
QUESTIONS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in PAGE.partition("## Ten questions")[2].splitlines()
    if line.startswith("| ") and "`" in line
]


def located(path):
    path = path.strip("`")
    return next((base / path for base in (APP, ROOT) if (base / path).exists()), None)


@pytest.mark.parametrize("path", PATHS)
def test_paths__exist(path):
    assert located(path)


def test_questions__are_ten():
    assert len(QUESTIONS) == 10


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row[0])
def test_questions__functions_are_in_the_files_named(row):
    _question, answer, tests = row
    sources = [located(path) for path in re.findall(r"`([\w/]+\.py)`", answer)]
    code = "".join(source.read_text("utf-8") for source in sources)
    for name in re.findall(r"`(\w+)\(\)`", answer):
        assert f"def {name}(" in code, name
    for name in re.findall(r"`([A-Z][A-Z_]+|[A-Z]\w+)`", answer):
        assert re.search(rf"\b{name}\b", code), name
    for path in re.findall(r"`(tests/[\w/]+\.py)`", tests):
        assert (ROOT / path).exists(), path


def test_rooms__are_all_listed():
    rooms = {path.parent.name for path in APP.glob("*/__init__.py")}
    modules = {path.name for path in APP.glob("*.py") if path.stem != "__init__"}
    listed = set(re.findall(r"`(\w+)/`", PAGE)) | set(re.findall(r"`(\w+\.py)`", PAGE))

    assert rooms - {"migrations", "sandbox"} <= listed
    assert modules - {"apps.py"} <= listed


def test_floors__are_those_that_import_linter_keeps():
    contract = (ROOT / "pyproject.toml").read_text("utf-8").partition('"Imports go one way"')[2]
    layers = re.findall(r'^    "(.+)",$', contract.partition("exhaustive")[0], re.MULTILINE)
    drawing = PAGE.partition("## Imports go one way")[2].split("```")[1]
    floors = [set(line.split()) for line in drawing.removeprefix("text").splitlines() if line]

    assert floors == [set(layer.split(" | ")) for layer in layers]


def test_rooms__list_their_modules():
    for room in ("jobs", "worker", "account", "pictures", "storefront", "diagnostics", "wakers"):
        (line,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{room}/`"))
        listed = set(re.findall(r"`(\w+)`", line))
        modules = {path.stem for path in (APP / room).glob("*.py")} - {"__init__"}
        assert listed == modules, room
