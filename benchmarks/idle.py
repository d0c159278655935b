"""e. Idle load: database statements per minute while there is no work.

    python -m benchmarks.idle [--seconds 180]

A PostgreSQL server of its own logs every statement. The broker is Redis, because
django-q2's database broker alone sends five queries per second.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.environment import Environment
from benchmarks.report import print_measure
from benchmarks.servers import NotInstalled, PostgreSQL, Redis

OURS = "django_outfitanyone_"
QUEUE = "django_q_"


class LoggingPostgreSQL(PostgreSQL):
    def command(self) -> list[str]:
        return [*super().command(), "-c", "log_statement=all", "-c", "log_line_prefix="]

    def statements(self) -> list[str]:
        log = (self.folder / "log").read_text()
        return [line for line in log.splitlines() if "execute " in line or "statement:" in line]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=180)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outfitanyone-idle-") as folder:
        try:
            database, broker = LoggingPostgreSQL(Path(folder)), Redis(Path(folder))
        except NotInstalled as missing:
            print(f"idle: skipped, {missing} is not installed", file=sys.stderr)
            return
        with Environment(database_url=database.url, broker=broker.url) as environment:
            environment.start_cluster()
            time.sleep(5)
            before = len(database.statements())
            time.sleep(arguments.seconds)
            logged = database.statements()[before:]
        broker.kill()
        database.kill()
    minutes = arguments.seconds / 60
    ours = [line for line in logged if OURS in line]
    queue = [line for line in logged if QUEUE in line and OURS not in line]
    print_measure("idle: statements on this app's tables", len(ours) / minutes, "per minute")
    print_measure("idle: statements of django-q2's scheduler", len(queue) / minutes, "per minute")
    print_measure(
        "idle: all statements", len(logged) / minutes, "per minute", seconds=arguments.seconds
    )


if __name__ == "__main__":
    main()
