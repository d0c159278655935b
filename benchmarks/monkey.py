"""What goes wrong in a round of chaos: kills, faults of the remote system, servers that fall."""

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

from benchmarks.servers import Server
from benchmarks.stage import Stage, kill_group

CHILDREN = {
    "worker": re.compile(r"ready for work at (\d+)"),
    "pusher": re.compile(r"pushing tasks at (\d+)"),
    "monitor": re.compile(r"monitoring at (\d+)"),
}
"""How django-q2's log tells the processes of a cluster."""
PATIENCE = 6.0
"""Seconds after which the supervisor has noticed."""
HANG_SECONDS = 4
"""Longer than the client waits for an answer."""
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
class Monkey:
    """Does random harm to a stage, reproducibly as far as time allows, and keeps a diary."""

    stage: Stage
    seed: int
    database: Server | None = None
    broker: Server | None = None
    clusters: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    harm: Counter[str] = field(default_factory=Counter)
    moments: list[float] = field(default_factory=list)
    """When something happened that may leave a paid request unclear."""

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._maimed: dict[str, float] = {}
        self.faults_met = 0
        self._diary = self.stage.log("monkey").open("a", buffering=1)

    def start_cluster(self, name: str) -> None:
        self.clusters[name] = self.stage.start_cluster(name)

    def rage(self, seconds: float, *, meanwhile: Callable[[], None]) -> None:
        """One harm every second or so.

        A cluster that lost a child may look alive and do nothing, so a supervisor that
        watches the overdue work starts it afresh after a while, as the manual says.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            deeds: list[Callable[[], None]] = [self.spoil_call] * 6
            deeds += [self.kill_child] * 2 + [self.kill_cluster]
            deeds += [self.fell_database]
            deeds += [self.fell_broker] if self.broker else []
            self._chance.choice(deeds)()
            pause_end = time.monotonic() + self._chance.uniform(0.4, 1.6)
            while time.monotonic() < pause_end:
                meanwhile()
                self._supervise()
                time.sleep(0.1)

    def calm_down(self) -> None:
        """No more harm; clusters that were harmed start afresh."""
        self.faults_met = sum(fault["hits"] for fault in self.stage.sandbox.faults)
        self.stage.sandbox.clear_faults()
        self._supervise(patience=0)

    def spoil_call(self) -> None:
        endpoint, fault = self._chance.choice(FAULTS)
        self.stage.sandbox.tell("faults", endpoint=endpoint, **fault)
        self._note(f"{fault['kind']} at {endpoint}", may_blur=endpoint == "submit")

    def kill_child(self) -> None:
        """A worker, the pusher or the monitor of one cluster."""
        name = self._chance.choice(sorted(self.clusters))
        kind = self._chance.choice(("worker", "worker", "pusher", "monitor"))
        pids = CHILDREN[kind].findall(self.stage.log(name).read_text())
        if pids:
            with suppress(ProcessLookupError):
                os.kill(int(pids[-1]), signal.SIGKILL)
                self._maimed.setdefault(name, time.monotonic())
                self._note(f"kill {kind}", may_blur=True)

    def kill_cluster(self) -> None:
        self._note("kill cluster", may_blur=True)
        self._restart_cluster(self._chance.choice(sorted(self.clusters)))

    def fell_database(self) -> None:
        self._note("database away", may_blur=True)
        if self.database:
            self.database.kill()
            time.sleep(self._chance.uniform(0, 1))
            self.database.start()
        else:
            self._lock_sqlite(self._chance.uniform(1, 3))
        self.moments.append(time.time())

    def fell_broker(self) -> None:
        """Whatever was queued is gone afterwards."""
        assert self.broker
        self._note("broker away", may_blur=False)
        self.broker.kill()
        time.sleep(self._chance.uniform(0, 1))
        self.broker.start()

    def _lock_sqlite(self, seconds: float) -> None:
        """SQLite has no server that could fall: another program keeps it locked instead."""
        path = self.stage.folder / "bench.sqlite3"
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")

    def _supervise(self, *, patience: float = PATIENCE) -> None:
        for name, since in list(self._maimed.items()):
            if time.monotonic() - since >= patience:
                self._restart_cluster(name)

    def _restart_cluster(self, name: str) -> None:
        self._maimed.pop(name, None)
        kill_group(self.clusters[name])
        self.moments.append(time.time())
        self.start_cluster(name)

    def _note(self, what: str, *, may_blur: bool) -> None:
        now = time.time()
        self.harm[what] += 1
        self._diary.write(f"{now:.3f} {what}\n")
        if may_blur:
            self.moments.append(now)
