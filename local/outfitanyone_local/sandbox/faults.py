"""Faults that tests and developers set: what goes wrong, for which requests, how often.

This module decides which requests a fault hits; ``fault_injection`` applies it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import DOWNLOAD_TIMEOUTS, INTERNAL, Problem, find

ENDPOINTS = ("submit", "parse", "query", "list", "cancel", "policy", "upload", "download")
ANYWHERE = "*"
LATE, CLOCK_SKEW = "late", "clock_skew"
LATE_SECONDS, SKEW_SECONDS = 1.0, -90.0
"""Used when a fault of these kinds names no ``seconds``."""
PLACES = ("end", "start")
_NUMBER = (int, float)
_PROBLEM = {"code": (str,), "message": (str,), "status": (int,), "download_timeout": (str,)}


@dataclass(frozen=True)
class Kind:
    """One kind of fault, and the settings it accepts."""

    about: str
    takes: Mapping[str, tuple[type, ...]] = field(default_factory=dict)
    """Settings beyond those of every fault."""
    only_at: str = ""
    """The only endpoint it can hit; empty for any."""


KINDS = {
    "delay": Kind("the response is correct but `delay` seconds late"),
    "drop-before": Kind("the connection is cut before the request takes effect"),
    "drop-after": Kind("the request takes effect, then the connection is cut"),
    "late": Kind(
        "the connection is cut, and the request takes effect `seconds` later",
        {"seconds": _NUMBER},
        "submit",
    ),
    "clock_skew": Kind(
        "the API's clock is `seconds` ahead of the sandbox's, or behind it if negative",
        {"seconds": _NUMBER},
    ),
    "hang-before": Kind("no effect and no response for `seconds` or forever", {"seconds": _NUMBER}),
    "hang-after": Kind("an effect but no response for `seconds` or forever", {"seconds": _NUMBER}),
    "error": Kind("responds with `code` and its documented status and message, or yours", _PROBLEM),
    "no-content-type": Kind("the correct response without its Content-Type"),
    "not-json": Kind("the correct status with a body that is not JSON"),
    "long-answer": Kind(
        "the correct JSON with `bytes` of junk at its `start` or `end` (`place`)",
        {"bytes": (int,), "place": (str,)},
    ),
    "task-failed": Kind("the task is accepted and ends FAILED with `code`", _PROBLEM, "submit"),
    "task-status": Kind("the query shows `word` as the status", {"word": (str,)}, "query"),
    "cut-short": Kind("the file ends in the middle", only_at="download"),
    "wrong-type": Kind("the file is text, not a picture", only_at="download"),
    "too-large": Kind("the file has `bytes`, no Content-Length", {"bytes": (int,)}, "download"),
    "redirect": Kind("a redirect to `location`", {"location": (str,)}, "download"),
    "expired": Kind("the URL has expired", only_at="download"),
}
_EVERY_FAULT_TAKES: dict[str, tuple[type, ...]] = {
    "endpoint": (str,),
    "model": (str,),
    "times": (int, type(None)),
    "rate": _NUMBER,
    "seed": (int,),
    "delay": _NUMBER,
}
DAY = 24 * 3600
_SKEWS = (-DAY, DAY)
_RANGES = {
    "times": (0, 10**9),
    "rate": (0, 1),
    "delay": (0, 3600),
    "seconds": (0, DAY),
    "status": (200, 599),
    "bytes": (1, 10**10),
}


@dataclass
class Fault:
    """A fault that was set.

    ``times`` counts down with each hit; ``None`` means always. ``rate`` is the probability
    that a matching request is hit.
    """

    id: int
    kind: str
    endpoint: str = ANYWHERE
    model: str = ANYWHERE
    times: int | None = 1
    rate: float = 1.0
    seed: int = 0
    delay: float = 0.0
    settings: Mapping[str, Any] = field(default_factory=dict)
    hits: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - not a secret

    def hit(self, *, endpoint: str, model: str) -> bool:
        if self.times == 0 or self.endpoint not in {ANYWHERE, endpoint}:
            return False
        if self.model not in {ANYWHERE, model} or self._chance.random() >= self.rate:
            return False
        self.hits += 1
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def problem(self) -> Problem:
        """The error of an ``error`` or ``task-failed`` fault, by default as documented."""
        known = self._documented_problem()
        return Problem(
            status=int(self.settings.get("status", known.status)),
            code=known.code,
            message=str(self.settings.get("message", known.message)),
        )

    def _documented_problem(self) -> Problem:
        if "download_timeout" in self.settings:
            return DOWNLOAD_TIMEOUTS[self.settings["download_timeout"]]
        code = str(self.settings.get("code", INTERNAL.code))
        return find(code) or Problem(400, code, "")

    @property
    def skew(self) -> float:
        """Seconds by which a ``clock_skew`` moves the clock that the API shows."""
        return float(self.settings.get("seconds", SKEW_SECONDS))

    @property
    def effect_delay(self) -> float | None:
        """Seconds after which a request takes effect whose connection is cut at once."""
        if self.kind != LATE:
            return None
        return float(self.settings.get("seconds", LATE_SECONDS))

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "endpoint": self.endpoint,
            "model": self.model,
            "times": self.times,
            "rate": self.rate,
            "seed": self.seed,
            "delay": self.delay,
            "hits": self.hits,
            **self.settings,
        }


class Faults:
    """The faults that are set, in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._number = 0

    def add(self, kind: str, **settings: Any) -> Fault:
        """Add a fault; raises ``ValueError`` for invalid settings.

        ``endpoint`` and ``model`` select the requests. ``times`` (default 1, ``None`` for
        always) and ``rate`` (with ``seed``) limit how many of them are hit. Every kind also
        takes a ``delay``. ``KINDS`` lists the other settings.
        """
        if kind not in KINDS:
            raise ValueError(f"kind must be one of: {', '.join(KINDS)}.")
        settings.setdefault("endpoint", KINDS[kind].only_at or ANYWHERE)
        if "rate" in settings or kind == CLOCK_SKEW:
            settings.setdefault("times", None)
        named = {name: settings.pop(name) for name in _EVERY_FAULT_TAKES if name in settings}
        _check(kind, named, settings)
        with self._lock:
            self._number += 1
            fault = Fault(id=self._number, kind=kind, settings=settings, **named)
            self._faults.append(fault)
        return fault

    def take(self, *, endpoint: str, model: str) -> Fault | None:
        """Return the first fault that hits this request and count the hit."""
        with self._lock:
            for fault in self._faults:
                if fault.kind != CLOCK_SKEW and fault.hit(endpoint=endpoint, model=model):
                    return fault
        return None

    def skew(self, *, endpoint: str, model: str) -> float:
        """Return how many seconds the clock is ahead for this request, which another fault may hit.

        Skews add up, and each counts the hit.
        """
        with self._lock:
            return sum(
                fault.skew
                for fault in self._faults
                if fault.kind == CLOCK_SKEW and fault.hit(endpoint=endpoint, model=model)
            )

    def remove(self, fault_id: int) -> bool:
        with self._lock:
            kept = [fault for fault in self._faults if fault.id != fault_id]
            found = len(kept) < len(self._faults)
            self._faults = kept
        return found

    def clear(self) -> None:
        with self._lock:
            self._faults = []

    def as_dicts(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_dict() for fault in self._faults]


def _check(kind: str, named: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    known = {**_EVERY_FAULT_TAKES, **KINDS[kind].takes}
    for name, value in {**named, **settings}.items():
        if name not in known:
            raise ValueError(f"A {kind} fault has no setting {name!r}.")
        if not isinstance(value, known[name]) or isinstance(value, bool):
            raise ValueError(f"{name} cannot be {value!r}.")  # noqa: TRY004 - becomes a 400
    endpoint, only_at = named["endpoint"], KINDS[kind].only_at
    if endpoint not in {ANYWHERE, *ENDPOINTS}:
        raise ValueError(f"endpoint must be one of: {', '.join(ENDPOINTS)}.")
    if only_at and endpoint != only_at:
        raise ValueError(f"A {kind} fault can only hit {only_at}.")
    ranges = {**_RANGES, "seconds": _SKEWS} if kind == CLOCK_SKEW else _RANGES
    for name, (least, most) in ranges.items():
        value = {**named, **settings}.get(name)
        if value is not None and not least <= value <= most:
            raise ValueError(f"{name} must be from {least} to {most}.")
    _check_texts(settings)


def _check_texts(settings: Mapping[str, Any]) -> None:
    if settings.get("download_timeout", "en") not in DOWNLOAD_TIMEOUTS:
        raise ValueError(f"download_timeout must be one of: {', '.join(DOWNLOAD_TIMEOUTS)}.")
    if settings.get("place", PLACES[0]) not in PLACES:
        raise ValueError(f"place must be one of: {', '.join(PLACES)}.")
    if not str(settings.get("location", "")).isprintable():
        raise ValueError("location must be one line.")
