"""Run benchmarks one after the other: ``python -m benchmarks [name …]``.

Each is a module of this folder that prints JSON lines; a table of all results follows.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.report import table

BENCHMARKS = (
    "makespan",
    "calls",
    "statements",
    "deliveries",
    "bulk",
    "scale",
    "idle",
    "worker_memory",
    "engine",
    "storefront",
    "api",
    "uploads",
)
HERE = Path(__file__).parent


def run(benchmark: str) -> tuple[list[dict[str, Any]], bool]:
    """Run one benchmark and return its lines and whether it exited with 0."""
    print(f"\n=== {benchmark}", file=sys.stderr, flush=True)
    lines = []
    with subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{benchmark}"], stdout=subprocess.PIPE, text=True
    ) as process:
        for text in process.stdout or ():
            print(text, end="", flush=True)
            if text.startswith('{"measure"'):
                lines.append(json.loads(text))
    return lines, process.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    known = [name for name in BENCHMARKS if (HERE / f"{name}.py").exists()]
    parser.add_argument("benchmarks", nargs="*", metavar="name", help=", ".join(known))
    chosen = parser.parse_args().benchmarks or known
    lines, failed = [], []
    for benchmark in chosen:
        printed, succeeded = run(benchmark)
        lines += printed
        if not succeeded:
            failed.append(benchmark)
    missed = [line["measure"] for line in lines if line.get("holds") is False]
    print(f"\n{table(lines)}")
    for title, names in (("Failed", failed), ("Missed their bar", missed)):
        if names:
            print(f"\n{title}: {', '.join(names)}")
    return 1 if failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
