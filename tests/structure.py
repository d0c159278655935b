"""Measure the structure of the code; ``python -m tests.structure`` prints the report.

It lists long modules, import circles, status filters outside ``models/`` and words that
the project has replaced. With ``--time`` it also runs ``make test`` and prints its wall time.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.vocabulary import ALLOWED, BANNED, NOT_SCANNED, SCANNED, SUFFIXES

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [ROOT / "django_outfitanyone", ROOT / "local" / "outfitanyone_local"]
MOST_LINES = 300
MAY_BE_LONG = {
    "django_outfitanyone.engines.dashscope.error_table": "one row per documented error, no code",
}
QUERY_CALLS = {
    "Q", "When", "aget", "aupdate", "create", "exclude", "filter", "get", "get_or_create",
    "update", "update_or_create",
}  # fmt: skip
STATUS_KEYWORD = re.compile(r"(?:\w+__)?status(?:__\w+)?")


@dataclass(frozen=True)
class Hit:
    """One place that breaks a rule."""

    path: Path
    line: int
    text: str
    why: str = ""

    def __str__(self) -> str:
        place = f"{self.path.relative_to(ROOT)}:{self.line}"
        return f"{place}: {self.why + ': ' if self.why else ''}{self.text.strip()[:100]}"


def modules(package: Path) -> dict[str, Path]:
    """Return every module of a package by its dotted name, migrations left out."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        if "migrations" not in parts:
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def long_modules() -> dict[str, int]:
    """Return the number of lines of each module that has more than ``MOST_LINES``."""
    counts = {
        name: len(path.read_text("utf-8").splitlines())
        for package in PACKAGES
        for name, path in modules(package).items()
    }
    return {name: count for name, count in counts.items() if count > MOST_LINES}


def import_circles(package: Path) -> list[list[str]]:
    """Return the groups of modules that import each other, directly or not.

    Imports inside functions count; those under ``if TYPE_CHECKING`` do not.
    """
    known = modules(package)
    graph = {
        name: set(imports_of(tree_of(path), name, is_package=path.stem == "__init__", known=known))
        for name, path in known.items()
    }
    reachable = {name: _reachable(graph, name) for name in graph}
    circles: list[list[str]] = []
    for name in graph:
        circle = sorted(other for other in reachable[name] if name in reachable[other])
        if circle and circle not in circles:
            circles.append(circle)
    return circles


def imports_of(
    tree: ast.Module, name: str, *, is_package: bool, known: dict[str, Path]
) -> Iterator[str]:
    """Yield the known modules that a module imports at run time, itself left out."""
    for node in _runtime_nodes(tree):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, name, is_package=is_package)
            wanted = [
                dotted if (dotted := f"{origin}.{alias.name}") in known else origin
                for alias in node.names
            ]
        else:
            continue
        yield from (module for module in wanted if module in known and module != name)


def _origin(node: ast.ImportFrom, name: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    above = name.split(".") if is_package else name.split(".")[:-1]
    above = above[: len(above) - node.level + 1]
    return ".".join([*above, node.module] if node.module else above)


def _runtime_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for branch in node.orelse:
                yield branch
                yield from _runtime_nodes(branch)
        else:
            yield node
            yield from _runtime_nodes(node)


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def status_queries() -> list[Hit]:
    """Return the places outside ``models/`` that filter rows by status or change a status."""
    package = PACKAGES[0]
    hits = []
    for path in modules(package).values():
        if package / "models" in path.parents:
            continue
        lines = path.read_text("utf-8").splitlines()
        hits += [
            Hit(path, node.lineno, lines[node.lineno - 1])
            for node in ast.walk(tree_of(path))
            if _queries_status(node) or _sets_status(node)
        ]
    return sorted(set(hits), key=lambda hit: (hit.path, hit.line))


def _queries_status(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    called = node.func.id if isinstance(node.func, ast.Name) else called
    keywords = [keyword.arg for keyword in node.keywords if keyword.arg]
    return called in QUERY_CALLS and any(map(STATUS_KEYWORD.fullmatch, keywords))


def _sets_status(node: ast.AST) -> bool:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    return any(
        isinstance(target, ast.Attribute)
        and target.attr == "status"
        and not (isinstance(target.value, ast.Name) and target.value.id == "self")
        for target in targets
    )


def banned_words() -> list[Hit]:
    """Return the lines that use a word the project has replaced."""
    return [hit for path in scanned_files() for hit in banned_in(path)]


def scanned_files() -> Iterator[Path]:
    for place in SCANNED:
        top = ROOT / place
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            name = path.relative_to(ROOT).as_posix()
            if (path == top or path.suffix in SUFFIXES) and not NOT_SCANNED.search(name):
                yield path


def banned_in(path: Path) -> Iterator[Hit]:
    """Yield a hit for each replaced word in a file, in reading order."""
    name = path.relative_to(ROOT).as_posix()
    banned = [word for word in BANNED if not word.where or re.search(word.where, name)]
    allowed = [entry.line for entry in ALLOWED if re.search(entry.path, name)]
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        matches = [(match, word) for word in banned for match in word.pattern.finditer(line)]
        for match, word in sorted(matches, key=lambda pair: pair[0].start()):
            if not any(_covers(pattern, line, match) for pattern in allowed):
                yield Hit(path, number, line, f"“{match.group()}”, say {word.instead}")


def _covers(allowed: re.Pattern[str], line: str, match: re.Match[str]) -> bool:
    return any(
        found.start() <= match.start() and match.end() <= found.end()
        for found in allowed.finditer(line)
    )


def time_of_make_test() -> float:
    """Return the wall time of ``make test`` in seconds."""
    started = time.monotonic()
    subprocess.run(["make", "test"], cwd=ROOT, check=True)
    return time.monotonic() - started


def main() -> int:
    """Print the report; the exit code is 1 if a rule is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--time", action="store_true", help="run `make test` and print its time")
    wanted = parser.parse_args()
    longs = long_modules()
    sections: dict[str, list[str]] = {
        f"Modules over {MOST_LINES} lines": [
            f"{name}: {count} lines"
            for name, count in sorted(longs.items(), key=lambda item: -item[1])
            if name not in MAY_BE_LONG
        ],
        "Import circles": [
            " <-> ".join(circle) for package in PACKAGES for circle in import_circles(package)
        ],
        "Status queries outside models/": [str(hit) for hit in status_queries()],
        "Replaced words": [str(hit) for hit in banned_words()],
    }
    for title, found in sections.items():
        print(f"{title}: {len(found)}")
        for text in found:
            print(f"  {text}")
    print(f"Long on purpose: {', '.join(MAY_BE_LONG)}")
    if wanted.time:
        print(f"make test: {time_of_make_test():.0f} s")
    return int(any(sections.values()))


if __name__ == "__main__":
    raise SystemExit(main())
