"""Run benchmarks one after the other: ``python -m benchmarks [name …] [--quick]``.

Each prints JSON lines and is repeated; a table of medians and spreads follows. The run ends with
an error if a bar was missed or a benchmark failed. An undecided bar is named, but is no error.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.report import merged, table
from benchmarks.runs import BENCHMARKS, Benchmark


def run(module: str, arguments: str, *, quick: bool) -> tuple[list[dict[str, Any]], bool]:
    """Run a benchmark and return its lines and whether it ended as it should.

    Some end with an error for a missed bar, which their lines say too.
    """
    command = [sys.executable, "-m", f"benchmarks.{module}", *shlex.split(arguments)]
    print(f"\n=== {' '.join(command[2:])}", file=sys.stderr, flush=True)
    environment = {**os.environ, "QUICK": "1" if quick else ""}
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        for text in process.stdout or ():
            print(text, end="", flush=True)
            if text.startswith('{"measure"'):
                lines.append(json.loads(text))
    has_missed = any(line.get("holds") is False for line in lines)
    return lines, process.returncode == 0 or has_missed


def repeated(
    benchmark: Benchmark, *, quick: bool, repeats: int = 0
) -> tuple[list[dict[str, Any]], bool]:
    """Run a benchmark as often as it needs; return its merged lines and whether all runs worked."""
    found: list[dict[str, Any]] = []
    succeeded = True
    for arguments in benchmark.quick if quick else benchmark.full:
        each = []
        for _number in range(repeats or (benchmark.quick_repeats if quick else benchmark.repeats)):
            lines, worked = run(benchmark.module, arguments, quick=quick)
            each.append(lines)
            succeeded = succeeded and worked
        found += merged(each)
    return found, succeeded


def summary(lines: Sequence[dict[str, Any]], failed: Sequence[str], empty: Sequence[str]) -> str:
    """Return the table, and the names of what is not as it should be."""
    undecided = [line["measure"] for line in lines if line.get("holds", True) is None]
    parts = [table(lines)]
    for title, names in (
        ("Failed", failed),
        ("Skipped, or without a measure", empty),
        ("Missed their bar", missed(lines)),
        ("Undecided: the bar lies within the spread", undecided),
    ):
        if names:
            parts.append(f"{title}: {', '.join(names)}")
    return "\n\n".join(parts)


def missed(lines: Sequence[dict[str, Any]]) -> list[str]:
    return [line["measure"] for line in lines if line.get("holds") is False]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("benchmarks", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--repeats", type=int, default=0, help="instead of each one's own number")
    parser.add_argument(
        "--quick",
        action="store_true",
        default=bool(os.environ.get("QUICK")),
        help="under five minutes, for everyday use; so does the environment variable QUICK",
    )
    options = parser.parse_args()
    if unknown := set(options.benchmarks) - set(BENCHMARKS):
        parser.error(
            f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}"
        )
    everything = [name for name, one in BENCHMARKS.items() if one.quick or not options.quick]
    started = time.monotonic()
    lines, failed, empty = [], [], []
    for name in options.benchmarks or everything:
        found, succeeded = repeated(BENCHMARKS[name], quick=options.quick, repeats=options.repeats)
        lines += found
        if not succeeded:
            failed.append(name)
        elif not found:
            empty.append(name)
    print(f"\n{summary(lines, failed, empty)}")
    print(f"\nTook {time.monotonic() - started:.0f} s.")
    return 1 if failed or missed(lines) else 0


if __name__ == "__main__":
    sys.exit(main())
