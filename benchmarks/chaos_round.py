"""One round of the chaos test on one pair of database and broker; ``chaos`` runs each pair.

    python -m benchmarks.chaos_round postgresql redis --seconds 60 --seed 1

Two clusters share the work of one account. A page of the shop is "open" all the time: the
round wakes the worker as such a page does. Prints one JSON line and exits with 1 when a
guarantee was broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.chaos_verdict import Verdict, broken, retry_database
from benchmarks.environment import Environment
from benchmarks.fault_injector import FaultInjector
from benchmarks.report import print_measure
from benchmarks.sample_rows import make_garments, make_photos
from benchmarks.servers import MariaDB, NotInstalled, PostgreSQL, Redis, Server

TASK_SECONDS = 1.0
PHOTOS = 5
SLOTS = 5
MOST_OPEN = 30
BATCH = 15
SETTLE_TIMEOUT = 150.0
SKIPPED = 77
"""Exit code when a server of the pair is not installed."""
OUTFITANYONE = {
    "CONNECT_TIMEOUT": 1,
    "READ_TIMEOUT": 2,  # short leases: the rows of a killed worker are free again soon
    "UNCLEAR_SUBMIT_DELAY": 3,
    "THROTTLE_PAUSE": 2,
    "POLL_INTERVAL": 1,
    "RUN_BUDGET": 4,
}
Q_CLUSTER = {"guard_cycle": 0.5, "timeout": 30, "retry": 40}


class Round:
    """Requests pictures while faults are injected, then waits until no row is open."""

    def __init__(self, environment: Environment, injector: FaultInjector) -> None:
        self.environment = environment
        self.injector = injector
        self.requested = 0
        self.settle_seconds = 0.0

    def run(self, seconds: float) -> None:
        """Inject faults for ``seconds``, then measure how long the open rows take to finish."""
        from django_outfitanyone.jobs.try_on import combine

        self.environment.sandbox.set_task_duration(TASK_SECONDS)
        for name in ("first", "second"):
            self.injector.start_cluster(name)
        most = seconds * SLOTS / TASK_SECONDS
        self.requests = combine(make_garments(round(most / PHOTOS)), make_photos(PHOTOS))
        self.injector.run(seconds, meanwhile=self.act_as_shop)
        self.injector.stop()
        self.settle_seconds = self.settle()

    def act_as_shop(self) -> None:
        """Open a page, and keep some rows open."""
        self.open_page()
        if self.requests and retry_database(lambda: self.rows().open().count()) < MOST_OPEN:
            self.request_batch()

    def request_batch(self) -> None:
        """Request one more batch; a retry after a database outage uses the same batch id."""
        from django_outfitanyone.actions import request_try_ons
        from django_outfitanyone.jobs.try_on import TryOnOptions

        requests, self.requests = self.requests[:BATCH], self.requests[BATCH:]
        options, batch = TryOnOptions(keep_other_half=False), uuid.uuid4()
        rows = retry_database(lambda: request_try_ons(requests, options=options, batch=batch))
        self.requested += len(rows)

    def open_page(self) -> None:
        from django_outfitanyone import wakeup

        retry_database(wakeup.wake_if_idle)

    def settle(self) -> float:
        """Wait until no row is open, at most ``SETTLE_TIMEOUT``; return the seconds."""
        started = time.monotonic()
        while time.monotonic() - started < SETTLE_TIMEOUT:
            if not retry_database(lambda: self.rows().open().exists()):
                break
            self.open_page()
            time.sleep(0.2)
        return time.monotonic() - started

    def rows(self) -> Any:
        from django_outfitanyone.models import TryOnResult

        return TryOnResult.objects.all()

    def judge(self) -> dict[str, Any]:
        """Return the counts before and after the decisions about unclear rows."""
        verdict = Verdict(self.environment.folder / "sandbox", self.injector.times)
        counts = verdict.count(self.requested)
        verdict.decide()
        self.settle()
        stats = self.environment.sandbox.stats
        return {
            "try_ons": self.requested,
            "submits": stats["submits"],
            "accepted": stats["accepted"],
            **counts,
            **verdict.count_after_decisions(self.requested),
            "peak_in_flight": stats["peak_running"],
            "peak_submits_per_second": stats["peak_submits_per_second"],
            "throttled": stats["throttled"],
            "faults_hit": self.injector.faults_hit,
            "faults": dict(sorted(self.injector.counts.items())),
        }


def servers(database: str, broker: str, stack: ExitStack) -> Iterator[Server | None]:
    """Start the servers of the pair; ``None`` where the pair needs none."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outfitanyone-chaos-")))
    kinds: dict[str, Callable[[Path], Server]] = {
        "postgresql": PostgreSQL,
        "mariadb": MariaDB,
        "redis": Redis,
    }
    for name in (database, broker):
        kind = kinds.get(name)
        server = kind(folder) if kind else None
        if server:
            stack.callback(server.kill)
        yield server


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("database", choices=["sqlite", "postgresql", "mariadb"])
    parser.add_argument("broker", choices=["orm", "redis"])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep-logs", type=Path)
    arguments = parser.parse_args()
    pair = f"{arguments.database} + {arguments.broker}"
    with ExitStack() as stack:
        try:
            database, broker = servers(arguments.database, arguments.broker, stack)
        except NotInstalled as missing:
            print(f"{pair}: skipped, {missing} is not installed", file=sys.stderr)
            return SKIPPED
        environment = stack.enter_context(
            Environment(
                outfitanyone=OUTFITANYONE,
                q_cluster=Q_CLUSTER,
                database_url=database.url if database else "sqlite",
                broker=broker.url if broker else "orm",
            )
        )
        injector = FaultInjector(environment, arguments.seed, database, broker)
        this_round = Round(environment, injector)
        this_round.run(arguments.seconds)
        counts = this_round.judge()
        failures = broken(counts)
        print_measure(
            f"chaos on {pair}: time to settle",
            this_round.settle_seconds,
            "s",
            **counts,
            seed=arguments.seed,
            broken=failures,
        )
        if failures:
            folder = arguments.keep_logs or Path(tempfile.mkdtemp(prefix="chaos-logs-"))
            keep_logs(environment, folder)
    return 1 if failures else 0


def keep_logs(environment: Environment, folder: Path) -> None:
    """Copy the logs and rows, so that you can find out what happened."""
    folder.mkdir(parents=True, exist_ok=True)
    for log in (*environment.folder.glob("*.log"), environment.folder / "events.jsonl"):
        (folder / log.name).write_bytes(log.read_bytes())
    from django.core.serializers import serialize

    from django_outfitanyone.models import TryOnResult

    rows = serialize("jsonl", TryOnResult.objects.order_by("pk"))
    (folder / "rows.jsonl").write_text(rows)
    print(f"Logs and rows are in {folder}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
