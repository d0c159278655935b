"""The kinds of faults, the requests they can hit, and the settings they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import DOWNLOAD_TIMEOUTS

ENDPOINTS = (
    "submit",
    "parse",
    "query",
    "list",
    "cancel",
    "policy",
    "upload",
    "download",
    "account",
)
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
EVERY_FAULT_TAKES: dict[str, tuple[type, ...]] = {
    "endpoint": (str,),
    "engine": (str,),
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


def check(kind: str, named: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` for a setting that a kind of fault does not take, or a wrong value."""
    known = {**EVERY_FAULT_TAKES, **KINDS[kind].takes}
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
