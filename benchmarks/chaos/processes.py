"""Faults of processes: clusters and their children are killed, and workers are frozen."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import threading
import time
from contextlib import suppress
from functools import partial

from benchmarks.chaos.database import is_work_under_way
from benchmarks.chaos.engine import FREEZE, FROZEN, RUNNER
from benchmarks.chaos.fault import Fault
from benchmarks.chaos.fault_log import FaultLog
from benchmarks.environment import Environment, kill_group

CHILDREN = {
    "worker": re.compile(r"ready for work at (\d+)"),
    "pusher": re.compile(r"pushing tasks at (\d+)"),
    "monitor": re.compile(r"monitoring at (\d+)"),
}
"""Log lines of django-q2 with the process ids of a cluster's children."""
RESTART_DELAY = 6.0
"""Seconds until the supervisor restarts a cluster that lost a child."""
FREEZES = ((7.0, 9.0), (16.0, 18.0))
"""Seconds of a freeze: longer than the lease of a row, or also than that of the runner."""
FROZEN_RUNNER, FROZEN_BEFORE_POST = "frozen worker", "frozen between record and POST"


class Processes:
    """The clusters of a round, what happens to them, and the supervisor that restarts them.

    A cluster that lost a child may look alive and do nothing. So the supervisor restarts it
    after a delay, as the documentation recommends.
    """

    def __init__(self, environment: Environment, log: FaultLog, chance: random.Random) -> None:
        self._environment = environment
        self._folder = environment.folder
        self._log = log
        self._chance = chance
        self._clusters: dict[str, subprocess.Popen[str]] = {}
        self._damaged_at: dict[str, float] = {}
        self._thawing: list[threading.Timer] = []
        self._freezes_seen = 0

    def start_cluster(self, name: str) -> None:
        self._clusters[name] = self._environment.start_cluster(name)

    def faults(self) -> list[Fault]:
        kills = [Fault(f"killed {kind}", partial(self._kill_child, kind)) for kind in CHILDREN]
        return [
            *kills,
            Fault("killed cluster", self._kill_cluster),
            Fault(FROZEN_RUNNER, self._freeze_runner),
            Fault(FROZEN_BEFORE_POST, self._freeze_before_post),
        ]

    def tick(self) -> None:
        self._supervise(RESTART_DELAY)
        self._count_freezes()

    def stop(self) -> None:
        """Wait until no process is frozen, and restart the damaged clusters."""
        for timer in self._thawing:
            timer.join()
        self._count_freezes()
        self._supervise(0)

    def _kill_child(self, kind: str) -> None:
        """Kill a worker, the pusher or the monitor of one cluster."""
        name = self._chance.choice(sorted(self._clusters))
        pids = CHILDREN[kind].findall(self._environment.log(name).read_text())
        if pids and self._send(signal.SIGKILL, int(pids[-1])):
            self._damaged_at.setdefault(name, time.monotonic())
            self._record_kill(f"killed {kind}")

    def _kill_cluster(self) -> None:
        name = self._chance.choice(sorted(self._clusters))
        kill_group(self._clusters[name])
        self._record_kill("killed cluster")
        self._restart(name)

    def _record_kill(self, name: str) -> None:
        self._log.inject(name)
        self._log.may_be_unclear(time.time())
        self._log.hit(name, is_work_under_way())

    def _freeze_runner(self) -> None:
        """Stop the process that holds the runner's lease wherever it is just now."""
        path = self._folder / RUNNER
        if not path.exists():
            return
        pid, seconds, is_running = int(path.read_text()), self._draw_seconds(), is_work_under_way()
        if self._send(signal.SIGSTOP, pid):
            self._log.inject(FROZEN_RUNNER)
            self._log.hit(FROZEN_RUNNER, is_running)
            self._log.may_be_unclear(time.time(), time.time() + seconds)
            # in a thread: the frozen process may hold a lock that this one waits for
            timer = threading.Timer(seconds, self._send, [signal.SIGCONT, pid])
            timer.start()
            self._thawing.append(timer)

    def _freeze_before_post(self) -> None:
        """Let the next worker freeze itself after it recorded a paid request."""
        part = self._folder / f"{FREEZE}.part"
        part.write_text(str(self._draw_seconds()))
        part.replace(self._folder / FREEZE)
        self._log.inject(FROZEN_BEFORE_POST)

    def _count_freezes(self) -> None:
        path = self._folder / FROZEN
        lines = path.read_text().splitlines() if path.exists() else []
        for line in lines[self._freezes_seen :]:
            start, seconds = map(float, line.split())
            self._log.hit(FROZEN_BEFORE_POST)
            self._log.may_be_unclear(start, start + seconds)
        self._freezes_seen = len(lines)

    def _send(self, signal_: signal.Signals, pid: int) -> bool:
        """Send a signal to a process of a cluster; return False if there is no such process."""
        with suppress(ProcessLookupError):
            if os.getpgid(pid) in {cluster.pid for cluster in self._clusters.values()}:
                os.kill(pid, signal_)
                return True
        return False

    def _draw_seconds(self) -> float:
        return self._chance.uniform(*self._chance.choice(FREEZES))

    def _supervise(self, delay: float) -> None:
        for name, since in list(self._damaged_at.items()):
            if time.monotonic() - since >= delay:
                kill_group(self._clusters[name])
                self._log.may_be_unclear(time.time())
                self._restart(name)

    def _restart(self, name: str) -> None:
        self._damaged_at.pop(name, None)
        self.start_cluster(name)
