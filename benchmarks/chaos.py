"""Inject random faults, then count what was lost or paid twice.

    python -m benchmarks.chaos [--seconds 300] [--seed N] [--on sqlite+orm …]

Runs real clusters, database and broker servers that it stops and restarts, and a sandbox
with faults. ``--seconds`` is the total; every change runs the short form (75 s). Exits
with 1 when a guarantee was broken. The seed chooses the faults, but not which request
each one hits.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys

from benchmarks.chaos_round import SKIPPED

PAIRS = ("sqlite+orm", "postgresql+redis", "mariadb+orm")
OVERHEAD = 35.0
"""Seconds of a round without faults: servers start, and open rows finish."""
LEAST = 10.0
COLUMNS = {
    "try_ons": "try-ons",
    "submits": "submits seen",
    "duplicates": "duplicates",
    "lost": "lost",
    "needs_attention": "needs attention",
    "unexplained": "unexplained",
    "peak_in_flight": "peak in flight",
    "peak_submits_per_second": "peak submits/s",
    "faults_hit": "sandbox faults hit",
    "value": "settled after, s",
}


def run(pair: str, seconds: float, seed: int) -> tuple[dict[str, object], int]:
    """Run one round and return its line and exit code."""
    database, _, broker = pair.partition("+")
    command = [sys.executable, "-m", "benchmarks.chaos_round", database, broker]
    command += ["--seconds", str(seconds), "--seed", str(seed)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, end="", flush=True)
    lines = [json.loads(text) for text in done.stdout.splitlines() if text.startswith("{")]
    return (lines[-1] if lines else {}), done.returncode


def table(lines: dict[str, dict[str, object]]) -> str:
    rows = [["", *COLUMNS.values()], ["---"] * (len(COLUMNS) + 1)]
    rows += [[pair, *(str(line.get(c, "?")) for c in COLUMNS)] for pair, line in lines.items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    seconds = float(os.environ.get("CHAOS_SECONDS") or 300)
    parser.add_argument("--seconds", type=float, default=seconds)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--on", nargs="+", choices=PAIRS, default=PAIRS)
    arguments = parser.parse_args()
    fault_seconds = max(LEAST, arguments.seconds / len(arguments.on) - OVERHEAD)
    print(f"Seed {arguments.seed}; {fault_seconds:.0f} s of faults each", file=sys.stderr)
    lines, codes = {}, {}
    for pair in arguments.on:
        line, codes[pair] = run(pair, fault_seconds, arguments.seed)
        if codes[pair] != SKIPPED:
            lines[pair] = line
    print(f"\n{table(lines)}")
    broken = [pair for pair, code in codes.items() if code not in {0, SKIPPED}]
    for pair in broken:
        print(f"BROKEN on {pair}: {lines[pair].get('broken', 'the round failed')}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
