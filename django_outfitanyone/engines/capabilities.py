"""What an engine can do, as data. Imports no Django.

Sizes are in pixels, files in bytes, times in seconds unless a type says otherwise. ``None``
stands for "not documented".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum


class Answers(Enum):
    """When ``submit`` brings the result."""

    NOW = "now"
    """In its own answer, which may take as long as ``Capabilities.longest_submit``."""
    LATER = "later"
    """A task is created, and polled with ``query``."""
    EITHER = "either"


class Unclear(Enum):
    """What settles whether a submit without an answer has arrived."""

    LIST = "list"
    """``list_tasks`` shows the account's tasks, without their inputs."""
    KEY = "key"
    """``submit`` with the same key is never paid twice."""
    LABEL = "label"
    """``find`` tells the task that was submitted with a key."""
    NEVER = "never"
    """Nothing does: a person decides."""


class Keeps(Enum):
    """How the clothes stay on that are not replaced."""

    NATIVE = "native"
    """The engine replaces only what the garments cover."""
    AS_GARMENT = "as_garment"
    """The app sends the kept half as one more garment."""
    PROMPT = "prompt"
    """A sentence asks for it, which the engine may not obey."""


class Face(Enum):
    """Whether the person's face stays as it is."""

    OPTION = "option"
    """As the order says."""
    ALWAYS = "always"
    PROMPT = "prompt"
    """A sentence asks for it, which the engine may not obey."""


@dataclass(frozen=True)
class Rate:
    """A limit: ``count`` calls within ``seconds``, so that 50 per minute can be expressed."""

    count: int
    seconds: float = 1.0

    @classmethod
    def of(cls, text: str) -> Rate:
        """Return the rate of a text such as ``50/60s`` or ``10/s``; raise ``ValueError``."""
        match = re.fullmatch(r"(\d+)/(\d+(?:\.\d+)?)?s", text)
        if not match or int(match[1]) < 1 or float(match[2] or 1) <= 0:
            raise ValueError(f"{text!r} is not a rate such as 50/60s or 10/s.")
        return cls(int(match[1]), float(match[2] or 1))

    def __str__(self) -> str:
        return f"{self.count}/{self.seconds:g}s" if self.seconds != 1 else f"{self.count}/s"


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Which pictures the engine takes, and how."""

    takes_url: bool = True
    """An address that the engine downloads."""
    takes_data: bool = False
    """The bytes in the request itself, as base64 or multipart."""
    takes_upload: bool = False
    """``upload`` returns an address that only this engine can read."""
    formats: frozenset[str] = frozenset({"image/jpeg", "image/png"})
    max_bytes: int | None = None
    min_side: int | None = None
    max_side: int | None = None
    max_pixels: int | None = None


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What one remote model of an engine can do."""

    title: str
    """Name for people, not translated: it is a proper name."""
    quality: str = ""
    """How it compares with the other models of its engine, marked for translation by the engine."""
    kinds: frozenset[str]
    """Values of ``choices.GarmentKind`` that it can wear."""
    max_garments: int
    """Garments in one call; an outfit of more pieces takes several calls in a row."""
    keeps_rest: Keeps
    keeps_face: Face
    answers: Answers
    unclear: Unclear
    inputs: Inputs = field(default_factory=Inputs)
    merges_garments: bool = False
    """Whether the engine module puts all garments on one picture."""
    resolutions: tuple[int, ...] = (-1,)
    """Heights of results that an order may ask for; -1 stands for the person's own size."""
    has_seed: bool = False
    max_count: int = 1
    """Results that one call may ask for."""
    can_refine: bool = False
    can_cancel: bool = False
    result_life: timedelta | None = None
    """How long the engine keeps a result."""
    expected_seconds: float = 20.0
    """How long one picture usually takes."""
    longest_submit: float = 35.0
    """Seconds after which the answer to a submit has come or never will."""
    longest_task: float = 24 * 3600.0
    """Seconds after which a task has ended and its result is gone."""
    task_listed_for: timedelta = timedelta(hours=24)
    """How long ``list_tasks`` shows a task."""
    reports_cost: bool = False
    """Whether an answer says what it cost."""
    ends_on: date | None = None
    """The day on which the vendor ends the model, if it is announced."""
    marks: frozenset[str] = frozenset()
    """``c2pa``, ``synthid``, ``visible``: what its pictures carry when they arrive."""
    trains_on_inputs: bool | None = None
    regions: tuple[str, ...] = ()
    prompt_version: str = ""
    """Version of the sentences that the engine's module writes, and the mode that the shop chose.

    Another one makes other pictures, so finished results of it are not reused.
    """
    is_preview: bool = False
    """Whether its pictures are only previews, marked as such."""

    def garments_of_calls(self, garments: int) -> Iterator[int]:
        """Yield the number of garments of each call that an outfit of this many takes."""
        most = max(1, self.max_garments)
        while garments > 0:
            yield min(garments, most)
            garments -= most


@dataclass(frozen=True, kw_only=True)
class OrderSize:
    """What decides the price of one call: how much of what is asked for."""

    garments: int = 1
    count: int = 1
    width: int = 1024
    height: int = 1536
    """Of the person's photo, in pixels."""
    resolution: int = -1
