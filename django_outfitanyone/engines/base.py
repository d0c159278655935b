"""What the life cycle knows of a remote try-on system. Imports no Django.

``Provider`` is the whole seam: a class with these methods can stand in for
``dashscope.DashScope`` through the ``PROVIDER`` setting, without a change to rows,
steps or doors. Times are aware datetimes in UTC, sizes are pixels, prices are not
its business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

Box = tuple[int, int, int, int]
"""``(x1, y1, x2, y2)`` in pixels of the parsed picture, origin top left, x2 and y2 exclusive."""


class RemoteState(Enum):
    """Where a remote task stands, whatever the provider calls it."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    GONE = "gone"
    """The provider does not know the task, or forgot it."""
    UNKNOWN = "unknown"
    """A word nobody knows yet: treated as still running until the deadline."""

    @property
    def is_final(self) -> bool:
        return self in _FINAL


_FINAL = {RemoteState.SUCCEEDED, RemoteState.FAILED, RemoteState.CANCELED, RemoteState.GONE}


@dataclass(frozen=True, kw_only=True)
class TryOnOrder:
    """One try-on as the provider gets it; every URL is one the provider can read."""

    model: str
    person_url: str
    top_url: str = ""
    bottom_url: str = ""
    resolution: int = -1
    restore_face: bool = True


@dataclass(frozen=True, kw_only=True)
class RefineOrder:
    """A second pass over a finished try-on."""

    model: str
    person_url: str
    coarse_url: str
    top_url: str
    bottom_url: str = ""
    gender: str


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A picture handed to the provider: an address it understands, and until when."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class TaskReport:
    """What the provider says about one task."""

    task_id: str
    state: RemoteState
    image_url: str = ""
    image_count: int = 0
    code: str = ""
    message: str = ""
    request_id: str = ""
    submitted_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ListedTask:
    """One line of the account's task list; it names no inputs."""

    task_id: str
    model: str
    state: RemoteState
    submitted_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ParsedArea:
    """One piece of clothing found in a picture."""

    clothes_type: str
    box: Box
    crop_url: str
    """RGB picture of the piece, fit to be sent as a garment."""
    cutout_url: str
    """RGBA picture of the piece, for people to look at."""


@dataclass(frozen=True, kw_only=True)
class ParseReport:
    """The areas asked for, in the order asked; ``None`` where nothing was found."""

    areas: Sequence[ParsedArea | None]
    image_count: int
    request_id: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """A remote try-on system.

    ``submit``, ``refine`` and ``parse`` cost money and are never repeated by the
    provider itself. Every method raises the errors of ``exceptions``:
    ``RequestNotSent`` only when nothing can have arrived, ``OutcomeUnknown`` when it
    may have, an ``APIError`` when an answer says what is wrong.
    """

    def submit(self, order: TryOnOrder) -> TaskReport: ...

    def refine(self, order: RefineOrder) -> TaskReport: ...

    def query(self, task_id: str) -> TaskReport: ...

    def cancel(self, task_id: str) -> None: ...

    def list_tasks(
        self, *, start: datetime, end: datetime, model: str = ""
    ) -> Sequence[ListedTask]: ...

    def parse(self, *, model: str, image_url: str, clothes_types: Sequence[str]) -> ParseReport: ...

    def upload(self, data: bytes, *, filename: str, model: str) -> Upload: ...

    def close(self) -> None: ...
