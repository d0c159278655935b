"""Kill, cut off and refuse at random, and count what was lost or paid twice.

    python -m benchmarks.chaos [--seconds 300] [--seed N] [--on sqlite+orm …]

Real clusters, real servers of our own that fall and rise, a sandbox with faults. The
time is for everything together; the short form (75 s) is for every change. Ends with 1
when a promise was broken. The seed chooses the harm, not the moment at which it meets
which request: the same seed is the same storm, not the same shipwreck.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys

from benchmarks.chaos_round import LEFT_OUT

PAIRS = ("sqlite+orm", "postgresql+redis", "mariadb+orm")
OVERHEAD = 35.0
"""Seconds of a round that are not storm: servers start, and what is open settles."""
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
    "faults_met": "faults met",
    "value": "settled after, s",
}


def play(pair: str, seconds: float, seed: int) -> tuple[dict[str, object], int]:
    """The round's line and exit code."""
    database, _, broker = pair.partition("+")
    command = [sys.executable, "-m", "benchmarks.chaos_round", database, broker]
    command += ["--seconds", str(seconds), "--seed", str(seed)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(ended.stdout, end="", flush=True)
    lines = [json.loads(text) for text in ended.stdout.splitlines() if text.startswith("{")]
    return (lines[-1] if lines else {}), ended.returncode


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
    wanted = parser.parse_args()
    storm = max(LEAST, wanted.seconds / len(wanted.on) - OVERHEAD)
    print(f"Seed {wanted.seed}; {storm:.0f} s of storm each", file=sys.stderr)
    lines, codes = {}, {}
    for pair in wanted.on:
        line, codes[pair] = play(pair, storm, wanted.seed)
        if codes[pair] != LEFT_OUT:
            lines[pair] = line
    print(f"\n{table(lines)}")
    broken = [pair for pair, code in codes.items() if code not in {0, LEFT_OUT}]
    for pair in broken:
        print(f"BROKEN on {pair}: {lines[pair].get('broken', 'the round broke off')}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
