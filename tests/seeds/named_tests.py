"""Which tests exist, read from the source without importing it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.structure import tree_of

ROOT = Path(__file__).resolve().parents[2]


def exists(node_id: str) -> bool:
    """Return whether pytest would collect this test: ``file::test`` or ``file::Class::test``.

    ``test[case]`` needs a test that is parametrized and a text ``case`` in its file.
    """
    file, _, name = node_id.partition("::")
    bare, _, case = name.rstrip("]").partition("[")
    known = tests_of(ROOT / file)
    return bare in known and (not case or (known[bare] and case in texts_of(ROOT / file)))


@cache
def tests_of(path: Path) -> dict[str, bool]:
    """Return the names of the tests of a file, and whether each is parametrized."""
    if not path.is_file() or not path.name.startswith("test_"):
        return {}
    tree = tree_of(path)
    found = _functions(tree.body)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            inside = _functions(node.body)
            found |= {f"{node.name}::{name}": value for name, value in inside.items()}
    return found


@cache
def texts_of(path: Path) -> set[str]:
    """Return all texts that stand in a file; the cases of a test are among them."""
    constants = (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant))
    return {node.value for node in constants if isinstance(node.value, str)}


def _functions(body: list[ast.stmt]) -> dict[str, bool]:
    return {
        node.name: any("parametrize" in ast.dump(mark) for mark in node.decorator_list)
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
