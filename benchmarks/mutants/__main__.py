"""Change details of the modules that guard money, leases and permissions, and run their tests.

    python -m benchmarks.mutants [module …] [--sample 20 | --all] [--seed N]

A change that no test notices is a mutant that survives: it is printed. By default a random
sample of each module's mutants is tried; the seed makes it the same sample on every machine.
Exits with 1 if fewer than ``BAR`` of the mutants die.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.mutants.mirrors import APP, MIRRORS
from benchmarks.mutants.trial import ROOT, TIMED_OUT, Trial, killer_of, make_database

if TYPE_CHECKING:
    from benchmarks.mutants.mutations import Change

BAR = 0.95
PATIENCE = 75.0
"""Seconds that a mutant may take beyond five times what the tests take without a change.

A test that waits for the worker fails by itself after 60 s.
"""


@dataclass
class Result:
    """What became of the mutants of one module."""

    module: str
    mutants: int
    tried: int = 0
    timeouts: int = 0
    survivors: list[Change] = field(default_factory=list)

    @property
    def killed(self) -> int:
        return self.tried - len(self.survivors)


def main() -> int:
    arguments = _arguments()
    started = time.monotonic()
    with TemporaryDirectory() as folder, ThreadPoolExecutor(arguments.workers) as pool:
        database = Path(folder) / "migrated.sqlite3"
        make_database(database)
        results = [
            _result(module, arguments, database, pool) for module in arguments.modules or MIRRORS
        ]
    print(f"\n{_table(results)}\n")
    print(f"{time.monotonic() - started:.0f} s, {arguments.workers} at a time")
    return 0 if sum(r.killed for r in results) >= BAR * sum(r.tried for r in results) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="module", help="for example worker/lease")
    parser.add_argument("--sample", type=int, default=20, help="mutants of each module")
    parser.add_argument("--all", action="store_true", help="every mutant instead of a sample")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--verbose", action="store_true", help="also print what kills each mutant")
    arguments = parser.parse_args()
    unknown = set(arguments.modules) - set(MIRRORS)
    if unknown:
        parser.error(
            f"no tests are known for {', '.join(unknown)}; see benchmarks/mutants/mirrors.py"
        )
    return arguments


def _result(
    module: str, arguments: argparse.Namespace, database: Path, pool: ThreadPoolExecutor
) -> Result:
    """Try the mutants of one module, and print those that survive."""
    from benchmarks.mutants.mutations import changes_of  # the processes of the trials need it not

    path = ROOT / APP / f"{module}.py"
    changes = changes_of(path)
    result = Result(module, len(changes))
    if not arguments.all and len(changes) > arguments.sample:
        changes = random.Random(arguments.seed).sample(changes, arguments.sample)
    name = f"{APP}.{module.replace('/', '.')}"
    tests = [f"tests/{test}.py" for test in MIRRORS[module]]

    def trial(source: str) -> Trial:
        return Trial(module=name, path=path, source=source, tests=tests, database=database)

    started = time.monotonic()
    failed = killer_of(trial(path.read_text("utf-8")), seconds=600)
    if failed:
        raise SystemExit(f"The tests of {module} fail without a change: {failed}")
    seconds = 5 * (time.monotonic() - started) + PATIENCE
    killers = pool.map(lambda change: killer_of(trial(change.source()), seconds=seconds), changes)
    for change, killer in zip(changes, killers, strict=True):
        result.tried += 1
        result.timeouts += killer == TIMED_OUT
        if not killer:
            result.survivors.append(change)
        if not killer or arguments.verbose:
            print(f"{APP}/{module}.py:{change.line} {killer or 'SURVIVES'}\n{change}", flush=True)
    print(f"{module}: {result.killed} of {result.tried} killed", file=sys.stderr, flush=True)
    return result


def _table(results: Iterable[Result]) -> str:
    rows = [["module", "mutants", "tried", "killed", "of these by timeout", "rate"], ["---"] * 6]
    rows += [_row(result) for result in results]
    total = Result("all", 0)
    for result in results:
        total.mutants += result.mutants
        total.tried += result.tried
        total.timeouts += result.timeouts
        total.survivors += result.survivors
    return "\n".join("| " + " | ".join(row) + " |" for row in [*rows, _row(total)])


def _row(result: Result) -> list[str]:
    rate = f"{result.killed / result.tried:.1%}" if result.tried else ""
    counts = (result.mutants, result.tried, result.killed, result.timeouts)
    return [result.module, *map(str, counts), rate]


if __name__ == "__main__":
    sys.exit(main())
