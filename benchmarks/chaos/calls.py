"""Faults of calls: the sandbox drops, delays, refuses or garbles them, or shows a wrong clock."""

from __future__ import annotations

import random
import time
from functools import partial
from typing import Any

from benchmarks.chaos.fault import Fault
from benchmarks.chaos.fault_log import FaultLog
from benchmarks.environment import Sandbox

HANG_SECONDS = 4
"""Longer than the client's read timeout."""
LATE_SECONDS = (1.0, 4.5)
"""Within the time that ``UNCLEAR_DELAY`` allows a request to take effect."""
SKEWS = (-90, 150)
SKEW_SECONDS = 12.0
SKEWED_CLOCK = "skewed clock"
ENDPOINTS = ("submit", "parse", "query", "list", "policy", "upload", "download")
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("submit", {"kind": "drop-before"}),
    ("submit", {"kind": "drop-after"}),
    ("submit", {"kind": "late"}),
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
"""Each hits the next call of its endpoint."""
ANSWERLESS = {"submit", "parse"}
"""Endpoints of paid requests, which become unclear without an answer."""


class Calls:
    """Sets faults in the sandbox and counts the calls that they hit."""

    def __init__(self, sandbox: Sandbox, log: FaultLog, chance: random.Random) -> None:
        self._sandbox = sandbox
        self._log = log
        self._chance = chance
        self._names: dict[int, tuple[str, str]] = {}
        """Name and endpoint of each fault that counts, by the sandbox's number."""
        self._seen: dict[int, int] = {}
        self._waiting: set[str] = set()
        """Names of faults that have not met a call yet."""
        self._polled_at = time.time()
        self._skewed: list[int] = []
        self._skew_ends_at = 0.0

    def faults(self) -> list[Fault]:
        calls = [
            Fault(_name(endpoint, call), partial(self._fail_next, endpoint, call))
            for endpoint, call in CALLS
        ]
        return [*calls, Fault(SKEWED_CLOCK, self._skew_clock, weight=2)]

    def tick(self) -> None:
        self._count_hits()
        if time.time() >= self._skew_ends_at:
            self._end_skew()

    def stop(self) -> None:
        """Set the clock right; a fault that still waits for its call hits while rows settle."""
        self._count_hits()
        self._end_skew()

    def _count_hits(self) -> None:
        """Count the calls that were hit since the last time."""
        started, since = time.time(), self._polled_at
        for fault in self._sandbox.faults:
            name, endpoint = self._names.get(fault["id"], ("", ""))
            hits = fault["hits"] - self._seen.get(fault["id"], 0)
            if name and hits:
                self._seen[fault["id"]] = fault["hits"]
                self._waiting.discard(name)
                self._log.hit(name, hits)
                if endpoint in ANSWERLESS:
                    self._log.may_be_unclear(since, time.time())
        self._polled_at = started

    def _fail_next(self, endpoint: str, call: dict[str, Any]) -> None:
        name, settings = _name(endpoint, call), dict(call)
        if name in self._waiting:
            return
        if call["kind"] == "late":
            settings["seconds"] = self._chance.uniform(*LATE_SECONDS)
        added = self._sandbox.control("faults", endpoint=endpoint, **settings)
        self._names[added["id"]] = name, endpoint
        self._waiting.add(name)
        self._log.inject(name)

    def _skew_clock(self) -> None:
        """Let the API show a wrong clock, and the next submit lose its answer.

        Only the task list counts as a hit: there a wrong clock could deceive.
        """
        self._end_skew()
        seconds = self._chance.choice(SKEWS)
        self._log.inject(SKEWED_CLOCK)
        for endpoint in ENDPOINTS:
            added = self._sandbox.control(
                "faults", kind="clock_skew", endpoint=endpoint, seconds=seconds
            )
            self._skewed.append(added["id"])
            if endpoint == "list":
                self._names[added["id"]] = SKEWED_CLOCK, endpoint
        self._skew_ends_at = time.time() + SKEW_SECONDS
        self._log.begin_skew()
        self._fail_next("submit", {"kind": self._chance.choice(("drop-before", "drop-after"))})

    def _end_skew(self) -> None:
        for number in self._skewed:
            self._sandbox.remove_fault(number)
        if self._skewed:
            self._skewed.clear()
            self._log.end_skew()


def _name(endpoint: str, call: dict[str, Any]) -> str:
    what = call["kind"] if call["kind"] != "error" else call["code"]
    return f"{what} at {endpoint}"
