"""One round of the chaos test on one pair of database and broker; ``chaos`` runs each pair.

    python -m benchmarks.chaos.round postgresql redis --seconds 60 --seed 1 [--accounts 2]

Two clusters share the work of one account, or of two side by side. A page of the shop is
"open" all the time: the round wakes the worker as such a page does. Prints one JSON line and
exits with 1 when a guarantee was broken, or when a long round did not exercise a fault.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.chaos.calls import Calls
from benchmarks.chaos.evidence import Evidence, SandboxFiles, gather
from benchmarks.chaos.fault_log import FaultLog
from benchmarks.chaos.injector import FaultInjector
from benchmarks.chaos.outages import Outages
from benchmarks.chaos.processes import Processes
from benchmarks.chaos.shop import Shop
from benchmarks.chaos.verdict import broken, count
from benchmarks.environment import ACCOUNTS, Environment
from benchmarks.report import print_measure
from benchmarks.servers import MariaDB, NotInstalled, PostgreSQL, Redis, Server

TASK_SECONDS = 1.0
PARSE_SECONDS = 0.3
"""Long enough for a deletion to meet a parse."""
LONG_SECONDS = 60.0
"""A round with faults for so long must exercise each of them."""
SETTLE_TIMEOUT = 200.0
SKIPPED = 77
"""Exit code when a server of the pair is not installed."""
OUTFITANYONE = {
    "BACKEND": "benchmarks.chaos.engine.FreezableEngine",
    "CONNECT_TIMEOUT": 1,
    "READ_TIMEOUT": 2,  # short leases: the rows of a killed worker are free again soon
    "UNCLEAR_DELAY": 3,
    "THROTTLE_PAUSE": 2,
    "POLL_INTERVAL": 1,
    "RUN_BUDGET": 4,
}
Q_CLUSTER = {"guard_cycle": 0.5, "timeout": 30, "retry": 40}


class Round:
    """Requests pictures while faults are injected, then waits until no row is open."""

    def __init__(
        self,
        environment: Environment,
        seed: str,
        *,
        database: Server | None = None,
        broker: Server | None = None,
    ) -> None:
        from benchmarks.chaos.deletions import Deletions

        self.environment = environment
        self.log = FaultLog(environment.log("faults"))
        self.sandbox = SandboxFiles(environment.folder / "sandbox")
        self.shop = Shop(self.sandbox, self.log, accounts=environment.accounts)
        chance = random.Random(seed)
        self.processes = Processes(environment, self.log, chance)
        self.deletions = Deletions(self.log, chance)
        self.injector = FaultInjector(
            [
                Calls(environment.sandbox, self.log, chance),
                self.processes,
                Outages(environment, self.log, chance, database=database, broker=broker),
                self.deletions,
            ],
            self.log,
            chance,
        )

    def run(self, seconds: float) -> float:
        """Inject faults for ``seconds``; return how long the open rows then take to finish."""
        self.environment.sandbox.set_task_duration(TASK_SECONDS)
        for name in ("first", "second"):
            self.processes.start_cluster(name)
        is_long = seconds >= LONG_SECONDS
        self.injector.run(seconds, is_long=is_long, meanwhile=self.shop.act)
        self.injector.stop()
        return self.settle()

    def settle(self) -> float:
        """Wait until nothing is open or unclear, at most ``SETTLE_TIMEOUT``; return the seconds."""
        started = time.monotonic()
        while time.monotonic() - started < SETTLE_TIMEOUT and self.shop.is_waiting():
            self.shop.watch()
            self.injector.tick()
            time.sleep(0.2)
        self.injector.tick()
        return time.monotonic() - started

    def judge(self, *, is_long: bool) -> dict[str, Any]:
        """Return all counts of the round."""
        stats = self.environment.sandbox.stats
        return {
            "try_ons": len(self.shop.requested),
            "succeeded": succeeded_by_account(),
            "submits": stats["submits"],
            "accepted": stats["accepted"],
            **count(self._evidence()),
            "peak_in_flight": stats["peak_running"],
            "peak_submits_per_second": stats["peak_submits_per_second"],
            "not_exercised": len(self.log.unexercised) if is_long else 0,
            "throttled": stats["throttled"],
            "deletions": dict(self.deletions.outcomes),
            "faults": self.log.as_dict(),
        }

    def _evidence(self) -> Evidence:
        person = self.shop.person
        answered = {
            event["pk"]
            for event in self.environment.events(model="clothesparse")
            if event["status"] == "collecting"
        }
        return gather(
            self.sandbox,
            self.shop.requested,
            decisions=[*person.decisions, *person.parse_decisions],
            deleted=self.deletions.attempted,
            answered_parses=len(answered),
        )


def succeeded_by_account() -> dict[str, int]:
    """Return how many try-ons of each account have their picture."""
    from django.db.models import Count

    from django_outfitanyone.models import TryOnResult

    rows = TryOnResult.objects.succeeded().order_by().values_list("account")
    return dict(rows.annotate(Count("pk")))


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
    parser.add_argument("--accounts", type=int, choices=(1, 2), default=1)
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
                accounts=ACCOUNTS[: arguments.accounts],
                parse_seconds=PARSE_SECONDS,
                storage="benchmarks.chaos.storage.FailingStorage",
                database_url=database.url if database else "sqlite",
                broker=broker.url if broker else "orm",
            )
        )
        seed = f"{arguments.seed} {pair}"  # so that short rounds differ from each other
        this_round = Round(environment, seed, database=database, broker=broker)
        seconds = this_round.run(arguments.seconds)
        counts = this_round.judge(is_long=arguments.seconds >= LONG_SECONDS)
        failures = broken(counts, accounts=arguments.accounts)
        print_measure(
            f"chaos on {pair}: time to settle",
            seconds,
            "s",
            **counts,
            accounts=arguments.accounts,
            seed=arguments.seed,
            broken=failures,
        )
        if failures:
            folder = arguments.keep_logs or Path(tempfile.mkdtemp(prefix="chaos-logs-"))
            keep_logs(environment, folder)
    return 1 if failures else 0


def keep_logs(environment: Environment, folder: Path) -> None:
    """Copy the logs and rows, so that you can find out what happened."""
    from django.core.serializers import serialize

    from django_outfitanyone.models import Charge, ClothesParse, TryOnResult

    folder.mkdir(parents=True, exist_ok=True)
    for log in (*environment.folder.glob("*.log"), environment.folder / "events.jsonl"):
        (folder / log.name).write_bytes(log.read_bytes())
    for model in (TryOnResult, ClothesParse, Charge):
        rows = serialize("jsonl", model._default_manager.order_by("pk"))
        (folder / f"{model._meta.model_name}.jsonl").write_text(rows)
    print(f"Logs and rows are in {folder}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
