"""Run the measures one after the other: ``python -m benchmarks [name …]``.

Each is a module of this folder that prints JSON lines; a table of all stands at the end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.report import table

MEASURES = (
    "makespan",
    "calls",
    "deliveries",
    "bulk",
    "scale",
    "idle",
    "worker_memory",
    "engine",
    "storefront",
)
HERE = Path(__file__).parent


def run(measure: str) -> tuple[list[dict[str, Any]], bool]:
    """The lines it printed, and whether it ended well."""
    print(f"\n=== {measure}", file=sys.stderr, flush=True)
    lines = []
    with subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{measure}"], stdout=subprocess.PIPE, text=True
    ) as process:
        for text in process.stdout or ():
            print(text, end="", flush=True)
            if text.startswith('{"measure"'):
                lines.append(json.loads(text))
    return lines, process.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    known = [name for name in MEASURES if (HERE / f"{name}.py").exists()]
    parser.add_argument("measures", nargs="*", metavar="name", help=", ".join(known))
    wanted = parser.parse_args().measures or known
    lines, failed = [], []
    for measure in wanted:
        found, ended_well = run(measure)
        lines += found
        if not ended_well:
            failed.append(measure)
    missed = [line["measure"] for line in lines if line.get("holds") is False]
    print(f"\n{table(lines)}")
    for what, names in (("Broke off", failed), ("Beyond their bar", missed)):
        if names:
            print(f"\n{what}: {', '.join(names)}")
    return 1 if failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
