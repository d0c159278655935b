"""What an engine answers: tasks, results and areas of clothing. Imports no Django.

Times are aware datetimes in UTC, sizes and boxes are in pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

Box = tuple[int, int, int, int]
"""``(x1, y1, x2, y2)`` in pixels of the parsed picture, origin top left, x2 and y2 exclusive."""


class RemoteState(Enum):
    """The state of a remote task, whatever the engine calls it."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    GONE = "gone"
    """The engine does not know the task, or has deleted it."""
    UNKNOWN = "unknown"
    """A state that this app does not know: treated as running until the deadline."""

    @property
    def is_final(self) -> bool:
        return self in _FINAL


_FINAL = {RemoteState.SUCCEEDED, RemoteState.FAILED, RemoteState.CANCELED, RemoteState.GONE}


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An uploaded picture: an address that the engine understands, and until when."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Result:
    """One picture that an engine made: its address, which ``fetch`` reads, or its bytes."""

    url: str = ""
    data: bytes | None = None
    expires_at: datetime | None = None
    width: int = 0
    height: int = 0


@dataclass(frozen=True, kw_only=True)
class TaskReport:
    """What the engine says about one task; a submit may bring the final state at once.

    ``handle`` is what ``query`` needs, at most 500 characters, and ``""`` for a final answer
    that needs no query. ``cost`` is what the engine itself says that the task cost, in the
    currency of its account. ``retry_after`` is in seconds. ``server_time`` is the engine's own
    clock when it answered.
    """

    handle: str
    state: RemoteState
    results: Sequence[Result] = ()
    image_count: int = 0
    cost: Decimal | None = None
    retry_after: float | None = None
    code: str = ""
    message: str = ""
    request_id: str = ""
    submitted_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    server_time: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def image_url(self) -> str:
        """The address of the first result, ``""`` if it has none."""
        return self.results[0].url if self.results else ""


@dataclass(frozen=True, kw_only=True)
class ListedTask:
    """One task of the account's task list, which names no inputs."""

    task_id: str
    model: str
    state: RemoteState
    submitted_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TaskList:
    """The account's tasks of some time, and the engine's own clock when it began to list them.

    Without a ``server_time``, or if it is not complete, a list does not prove that a task does
    not exist. It is not complete if a part of it could not be read.
    """

    tasks: Sequence[ListedTask]
    server_time: datetime | None
    is_complete: bool = True


@dataclass(frozen=True, kw_only=True)
class ParsedArea:
    """One piece of clothing found in a picture.

    An engine may give the piece without its place: such a crop serves a partial try-on, but
    it makes no hotspot. An area with a box and no crop is cut out of the parsed picture.
    """

    clothes_type: str
    box: Box | None
    crop: Result | None = None
    """RGB picture of the piece, usable as a garment."""
    cutout: Result | None = None
    """RGBA picture of the piece, for display."""

    @property
    def crop_url(self) -> str:
        """The address of the crop, ``""`` if it has none."""
        return self.crop.url if self.crop else ""

    @property
    def cutout_url(self) -> str:
        """The address of the cut-out, ``""`` if it has none."""
        return self.cutout.url if self.cutout else ""


@dataclass(frozen=True, kw_only=True)
class ParseReport:
    """One area for each requested type, in that order; ``None`` where nothing was found."""

    areas: Sequence[ParsedArea | None]
    image_count: int
    request_id: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
