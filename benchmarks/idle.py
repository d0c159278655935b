"""e. What it costs to have nothing to do: statements a minute at the database.

    python -m benchmarks.idle [--seconds 180]

A PostgreSQL of its own writes every statement down; the queue is Redis, as django-q2's
database broker alone asks five times a second.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import say
from benchmarks.servers import NotHere, PostgreSQL, Redis
from benchmarks.stage import Stage

OURS = "django_outfitanyone_"
QUEUE = "django_q_"


class Talkative(PostgreSQL):
    def command(self) -> list[str]:
        return [*super().command(), "-c", "log_statement=all", "-c", "log_line_prefix="]

    def statements(self) -> list[str]:
        log = (self.folder / "log").read_text()
        return [line for line in log.splitlines() if "execute " in line or "statement:" in line]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=180)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outfitanyone-idle-") as folder:
        try:
            database, broker = Talkative(Path(folder)), Redis(Path(folder))
        except NotHere as missing:
            print(f"idle: left out, no {missing} here", file=sys.stderr)
            return
        with Stage(database_url=database.url, broker=broker.url) as stage:
            stage.start_cluster()
            time.sleep(5)
            before = len(database.statements())
            time.sleep(wanted.seconds)
            heard = database.statements()[before:]
        broker.kill()
        database.kill()
    minutes = wanted.seconds / 60
    ours = [line for line in heard if OURS in line]
    queue = [line for line in heard if QUEUE in line and OURS not in line]
    say("idle: statements about our tables", len(ours) / minutes, "a minute")
    say("idle: statements of django-q2's scheduler", len(queue) / minutes, "a minute")
    say("idle: all statements", len(heard) / minutes, "a minute", seconds=wanted.seconds)


if __name__ == "__main__":
    main()
