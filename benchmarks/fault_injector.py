"""Random faults for the chaos test: kills, sandbox faults, server outages."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field

from benchmarks.environment import Environment, kill_group
from benchmarks.servers import Server

CHILDREN = {
    "worker": re.compile(r"ready for work at (\d+)"),
    "pusher": re.compile(r"pushing tasks at (\d+)"),
    "monitor": re.compile(r"monitoring at (\d+)"),
}
"""Log lines of django-q2 with the process ids of a cluster's children."""
RESTART_DELAY = 6.0
"""Seconds until the supervisor restarts a cluster that lost a child."""
HANG_SECONDS = 4
"""Longer than the client's read timeout."""
FAULTS = (
    ("submit", {"kind": "drop-before"}),
    ("submit", {"kind": "drop-after"}),
    ("submit", {"kind": "hang-before", "seconds": HANG_SECONDS}),
    ("submit", {"kind": "hang-after", "seconds": HANG_SECONDS}),
    ("submit", {"kind": "error", "code": "Throttling"}),
    ("submit", {"kind": "error", "code": "InternalError"}),
    ("submit", {"kind": "task-failed", "code": "InternalError"}),
    ("submit", {"kind": "not-json"}),
    ("query", {"kind": "drop-after"}),
    ("query", {"kind": "hang-after", "seconds": HANG_SECONDS}),
    ("query", {"kind": "error", "code": "InternalError"}),
    ("query", {"kind": "task-status", "word": "MEDITATING"}),
    ("list", {"kind": "error", "code": "InternalError"}),
    ("download", {"kind": "cut-short"}),
    ("download", {"kind": "drop-before"}),
    ("upload", {"kind": "drop-after"}),
    ("parse", {"kind": "drop-after"}),
    ("parse", {"kind": "error", "code": "Throttling"}),
)


@dataclass
class FaultInjector:
    """Injects random faults into an environment and logs them; the seed chooses the faults."""

    environment: Environment
    seed: int
    database: Server | None = None
    broker: Server | None = None
    clusters: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    """Times of faults that may leave a paid request unclear, in seconds since the epoch."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._damaged_at: dict[str, float] = {}
        self.faults_hit = 0
        self._log = self.environment.log("faults").open("a", buffering=1)

    def start_cluster(self, name: str) -> None:
        self.clusters[name] = self.environment.start_cluster(name)

    def run(self, seconds: float, *, meanwhile: Callable[[], None]) -> None:
        """Inject about one fault per second.

        A cluster that lost a child may look alive and do nothing. A supervisor restarts it
        after a delay, as the documentation recommends.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            faults: list[Callable[[], None]] = [self.fail_call] * 6
            faults += [self.kill_child] * 2 + [self.kill_cluster]
            faults += [self.stop_database]
            faults += [self.stop_broker] if self.broker else []
            self._random.choice(faults)()
            pause_end = time.monotonic() + self._random.uniform(0.4, 1.6)
            while time.monotonic() < pause_end:
                meanwhile()
                self._supervise()
                time.sleep(0.1)

    def stop(self) -> None:
        """End all sandbox faults and restart the damaged clusters."""
        self.faults_hit = sum(fault["hits"] for fault in self.environment.sandbox.faults)
        self.environment.sandbox.clear_faults()
        self._supervise(delay=0)

    def fail_call(self) -> None:
        endpoint, fault = self._random.choice(FAULTS)
        self.environment.sandbox.control("faults", endpoint=endpoint, **fault)
        self._record(f"{fault['kind']} at {endpoint}", may_be_unclear=endpoint == "submit")

    def kill_child(self) -> None:
        """Kill a worker, the pusher or the monitor of one cluster."""
        name = self._random.choice(sorted(self.clusters))
        kind = self._random.choice(("worker", "worker", "pusher", "monitor"))
        pids = CHILDREN[kind].findall(self.environment.log(name).read_text())
        if pids:
            with suppress(ProcessLookupError):
                os.kill(int(pids[-1]), signal.SIGKILL)
                self._damaged_at.setdefault(name, time.monotonic())
                self._record(f"kill {kind}", may_be_unclear=True)

    def kill_cluster(self) -> None:
        self._record("kill cluster", may_be_unclear=True)
        self._restart_cluster(self._random.choice(sorted(self.clusters)))

    def stop_database(self) -> None:
        self._record("database away", may_be_unclear=True)
        if self.database:
            self.database.kill()
            time.sleep(self._random.uniform(0, 1))
            self.database.start()
        else:
            self._lock_sqlite(self._random.uniform(1, 3))
        self.times.append(time.time())

    def stop_broker(self) -> None:
        """Restart the broker; everything that was queued is lost."""
        assert self.broker
        self._record("broker away", may_be_unclear=False)
        self.broker.kill()
        time.sleep(self._random.uniform(0, 1))
        self.broker.start()

    def _lock_sqlite(self, seconds: float) -> None:
        """Lock the database from another connection; SQLite has no server to stop."""
        path = self.environment.folder / "bench.sqlite3"
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")

    def _supervise(self, *, delay: float = RESTART_DELAY) -> None:
        for name, since in list(self._damaged_at.items()):
            if time.monotonic() - since >= delay:
                self._restart_cluster(name)

    def _restart_cluster(self, name: str) -> None:
        self._damaged_at.pop(name, None)
        kill_group(self.clusters[name])
        self.times.append(time.time())
        self.start_cluster(name)

    def _record(self, name: str, *, may_be_unclear: bool) -> None:
        now = time.time()
        self.counts[name] += 1
        self._log.write(f"{now:.3f} {name}\n")
        if may_be_unclear:
            self.times.append(now)
