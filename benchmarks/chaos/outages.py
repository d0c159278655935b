"""Faults of servers: the database, the broker or the file storage is away for some seconds."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing

from benchmarks.chaos.database import is_work_under_way
from benchmarks.chaos.fault import Fault
from benchmarks.chaos.fault_log import FaultLog
from benchmarks.chaos.storage import FAILURES, OUTAGE
from benchmarks.environment import Environment
from benchmarks.servers import Server

DATABASE, BROKER, STORAGE = "database away", "broker away", "storage away"
STORAGE_SECONDS = (2.0, 5.0)


class Outages:
    """Stops and starts the servers of the pair; without a ``database`` it locks SQLite."""

    def __init__(
        self,
        environment: Environment,
        log: FaultLog,
        chance: random.Random,
        *,
        database: Server | None,
        broker: Server | None,
    ) -> None:
        self._folder = environment.folder
        self._log = log
        self._chance = chance
        self._database = database
        self._broker = broker
        self._failures_seen = 0

    def faults(self) -> list[Fault]:
        broker = [Fault(BROKER, self._stop_broker, weight=2)] if self._broker else []
        return [
            Fault(DATABASE, self._stop_database, weight=2),
            Fault(STORAGE, self._stop_storage, weight=2),
            *broker,
        ]

    def tick(self) -> None:
        path = self._folder / FAILURES
        failures = len(path.read_text().splitlines()) if path.exists() else 0
        self._log.hit(STORAGE, failures - self._failures_seen)
        self._failures_seen = failures

    def stop(self) -> None:
        (self._folder / OUTAGE).unlink(missing_ok=True)
        self.tick()

    def _stop_database(self) -> None:
        self._log.hit(DATABASE, is_work_under_way())
        self._log.inject(DATABASE)
        started = time.time()
        if self._database:
            self._database.kill()
            time.sleep(self._chance.uniform(0, 1))
            self._database.start()
        else:
            self._lock_sqlite(self._chance.uniform(1, 3))
        self._log.may_be_unclear(started)

    def _stop_broker(self) -> None:
        """Restart the broker; everything that was queued is lost."""
        assert self._broker
        self._log.hit(BROKER, is_work_under_way())
        self._log.inject(BROKER)
        self._broker.kill()
        time.sleep(self._chance.uniform(0, 1))
        self._broker.start()

    def _stop_storage(self) -> None:
        """Let every call of the storage raise for some seconds."""
        self._log.inject(STORAGE)
        part = self._folder / f"{OUTAGE}.part"
        part.write_text(str(time.time() + self._chance.uniform(*STORAGE_SECONDS)))
        part.replace(self._folder / OUTAGE)

    def _lock_sqlite(self, seconds: float) -> None:
        """Lock the database from another connection; SQLite has no server to stop."""
        path = self._folder / "bench.sqlite3"
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")
