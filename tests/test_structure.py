"""The code keeps its structure and its words; ``python -m tests.structure`` lists all hits."""

from __future__ import annotations

import pytest

from benchmarks.mutants.mirrors import APP, MIRRORS
from tests import structure


def test_modules__are_short():
    too_long = set(structure.long_modules()) - set(structure.MAY_BE_LONG)

    assert not too_long
    assert set(structure.MAY_BE_LONG) <= set(structure.long_modules()), "no longer needed"


@pytest.mark.parametrize("package", structure.PACKAGES, ids=lambda package: package.name)
def test_imports__go_in_no_circle(package):
    assert structure.import_circles(package) == []


def test_status__is_filtered_and_changed_inside_models_only():
    assert [str(hit) for hit in structure.status_queries()] == []


def test_words__are_the_agreed_ones():
    assert [str(hit) for hit in structure.banned_words()] == []


@pytest.mark.parametrize("module", MIRRORS)
def test_mutated_modules__and_their_tests_exist(module):
    assert (structure.ROOT / APP / f"{module}.py").is_file()
    for name in MIRRORS[module]:
        assert (structure.ROOT / "tests" / f"{name}.py").is_file()


def test_import_circles__are_found(tmp_path):
    package = tmp_path / "p"
    package.mkdir()
    for name, source in {
        "__init__": "",
        "a": "from p.b import thing",
        "b": "def late():\n    from . import c",
        "c": "from .a import other",
        "d": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .e import F",
        "e": "import p.d",
    }.items():
        (package / f"{name}.py").write_text(source, "utf-8")

    assert structure.import_circles(package) == [["p.a", "p.b", "p.c"]]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("wish = 1", ["wish"]),
        ("def wish_for_two(): ...", ["wish"]),
        ("swish", []),
        ("# Somebody looks at the row.", ["Somebody", "looks at"]),
        ("search_fields = []", []),
        ("re.search(pattern, line)", []),
        ("It looks like a gateway string.", []),
    ],
)
def test_banned_words__are_whole_words(tmp_path, monkeypatch, line, expected):
    monkeypatch.setattr(structure, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(line, "utf-8")

    assert [hit.why.split("”")[0].strip("“") for hit in structure.banned_in(page)] == expected
