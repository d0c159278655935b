"""Draws random faults from all groups, about one per second."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from benchmarks.chaos.fault import Fault, Group
from benchmarks.chaos.fault_log import FaultLog

PAUSES = (0.3, 1.2)
"""Seconds between two faults."""
OVERTIME = 120.0
"""Seconds that a long round may take longer, on a busy machine, until each fault has hit."""


class FaultInjector:
    """Injects each fault once in random order, then by weight, first those that hit nothing."""

    def __init__(self, groups: Sequence[Group], log: FaultLog, chance: random.Random) -> None:
        self._groups = groups
        self._log = log
        self._chance = chance
        self._faults = [fault for group in groups for fault in group.faults()]
        self._waiting = self._shuffled(self._faults)
        log.names = [fault.name for fault in self._faults]

    def run(self, seconds: float, *, is_long: bool, meanwhile: Callable[[], None]) -> None:
        """Inject faults for ``seconds``; a long round goes on until each fault has hit."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end or (
            is_long and now < end + OVERTIME and self._log.unexercised
        ):
            self._next().inject()
            pause_end = time.monotonic() + self._chance.uniform(*PAUSES)
            while time.monotonic() < pause_end:
                meanwhile()
                self.tick()
                time.sleep(0.1)

    def tick(self) -> None:
        for group in self._groups:
            group.tick()

    def stop(self) -> None:
        """End all faults that last."""
        for group in self._groups:
            group.stop()

    def _next(self) -> Fault:
        if not self._waiting:
            missing = [f for f in self._faults if f.name in self._log.unexercised]
            weighted = [fault for fault in self._faults for _ in range(fault.weight)]
            self._waiting = self._shuffled(missing or weighted)
        return self._waiting.pop()

    def _shuffled(self, faults: Sequence[Fault]) -> list[Fault]:
        return self._chance.sample(faults, len(faults))
