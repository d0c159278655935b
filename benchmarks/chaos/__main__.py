"""Inject random faults, then count what was lost or paid twice.

    python -m benchmarks.chaos [--seconds 300] [--seed N] [--accounts 2] [--on sqlite+orm …]

Runs real clusters, database and broker servers that it stops and restarts, and a sandbox
with faults. ``--seconds`` is the total; every change runs the short form (75 s). Exits
with 1 when a guarantee was broken, or when the long form did not exercise every fault. The
seed chooses the faults, but not which request each one hits. With two accounts, both have
work all the time, each with its own limits.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.chaos.round import SKIPPED

PAIRS = ("sqlite+orm", "postgresql+redis", "mariadb+orm")
OVERHEAD = 35.0
"""Seconds of a round without faults: servers start, and open rows finish."""
LEAST = 10.0
COLUMNS = {
    "try_ons": "try-ons",
    "succeeded": "succeeded",
    "submits": "submits seen",
    "duplicates": "duplicates",
    "lost": "lost",
    "needs_attention": "needs attention",
    "unexplained": "unexplained",
    "task_not_offered": "task not offered",
    "wrong_task": "wrong task",
    "ledger_differs_by": "ledger differs by",
    "parses_not_charged": "parses not charged",
    "peak_in_flight": "peak in flight",
    "peak_submits_per_second": "peak submits/s",
    "value": "settled after, s",
}

Line = dict[str, Any]


def run(pair: str, seconds: float, seed: int, accounts: int) -> tuple[Line, int]:
    """Run one round and return its line and exit code."""
    database, _, broker = pair.partition("+")
    command = [sys.executable, "-m", "benchmarks.chaos.round", database, broker]
    command += ["--seconds", str(seconds), "--seed", str(seed)]
    command += ["--accounts", str(accounts)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, end="", flush=True)
    lines = [json.loads(text) for text in done.stdout.splitlines() if text.startswith("{")]
    return (lines[-1] if lines else {}), done.returncode


def results(lines: dict[str, Line]) -> str:
    """Return a Markdown table of the counts."""
    rows = [
        [pair, *(_cell(line.get(name, "?")) for name in COLUMNS)] for pair, line in lines.items()
    ]
    return _markdown(["", *COLUMNS.values()], rows)


def _cell(value: Any) -> Any:
    """Return a count as it is, and counts by account as a text."""
    if not isinstance(value, dict):
        return value
    return ", ".join(f"{account} {number}" for account, number in value.items())


def faults(lines: dict[str, Line]) -> str:
    """Return a Markdown table of the faults: how often each was injected, and how often it hit.

    A fault that can hit several calls, such as a wrong clock, may hit more often than that.
    """
    counts = {pair: line.get("faults", {}) for pair, line in lines.items()}
    names = dict.fromkeys(
        name for found in counts.values() for name, cell in found.items() if any(cell)
    )
    rows = []
    for name in names:
        cells = (found.get(name) for found in counts.values())
        rows.append([name, *("–" if cell is None else f"{cell[0]} / {cell[1]}" for cell in cells)])
    return _markdown(["injected / hit", *counts], rows)


def explain(line: Line) -> str:
    """Return what was broken in a round, and which faults hit nothing."""
    broken = line.get("broken", ["the round failed"])
    missing = [name for name, (_injected, hits) in line.get("faults", {}).items() if not hits]
    text = ", ".join(broken)
    return f"{text}; did not exercise: {', '.join(missing)}" if "not_exercised" in broken else text


def _markdown(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    seconds = float(os.environ.get("CHAOS_SECONDS") or 300)
    parser.add_argument("--seconds", type=float, default=seconds)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--accounts", type=int, choices=(1, 2), default=1)
    parser.add_argument("--on", nargs="+", choices=PAIRS, default=PAIRS)
    arguments = parser.parse_args()
    fault_seconds = max(LEAST, arguments.seconds / len(arguments.on) - OVERHEAD)
    print(f"Seed {arguments.seed}; {fault_seconds:.0f} s of faults each", file=sys.stderr)
    lines, codes = {}, {}
    for pair in arguments.on:
        line, codes[pair] = run(pair, fault_seconds, arguments.seed, arguments.accounts)
        if codes[pair] != SKIPPED:
            lines[pair] = line
    print(f"\n{results(lines)}\n\n{faults(lines)}")
    broken = [pair for pair, code in codes.items() if code not in {0, SKIPPED}]
    for pair in broken:
        print(f"BROKEN on {pair}: {explain(lines[pair])}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
