"""The interface between the app and an engine. Imports no Django.

Times are aware datetimes in UTC, sizes and boxes are in pixels.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Protocol

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
class SendWindow:
    """How long a paid request may still leave after its row recorded it.

    A process may be frozen in between, for example with its machine. Two clocks notice it:
    the monotonic one stands still while a machine is suspended, the other one may be set.
    """

    seconds: float
    monotonic: float = field(default_factory=time.monotonic)
    wall: float = field(default_factory=time.time)

    @property
    def is_over(self) -> bool:
        passed = (time.monotonic() - self.monotonic, abs(time.time() - self.wall))
        return max(passed) > self.seconds


@dataclass(frozen=True, kw_only=True)
class TryOnOrder:
    """One try-on; the engine can read every URL in it.

    The engine raises ``RequestNotSent`` instead of sending an order whose ``window`` is over,
    and checks that as late as it can.
    """

    model: str
    person_url: str
    top_url: str = ""
    bottom_url: str = ""
    resolution: int = -1
    restore_face: bool = True
    window: SendWindow | None = None


@dataclass(frozen=True, kw_only=True)
class RefineOrder:
    """A second pass over a finished try-on; ``window`` is that of ``TryOnOrder``."""

    model: str
    person_url: str
    coarse_url: str
    top_url: str
    bottom_url: str = ""
    gender: str
    window: SendWindow | None = None


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An uploaded picture: an address that the engine understands, and until when."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class TaskReport:
    """What the engine says about one task.

    ``server_time`` is the engine's own clock when it answered.
    """

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
    server_time: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


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
    it makes no hotspot.
    """

    clothes_type: str
    box: Box | None
    crop_url: str
    """RGB picture of the piece, usable as a garment."""
    cutout_url: str
    """RGBA picture of the piece, for display."""


@dataclass(frozen=True, kw_only=True)
class ParseReport:
    """One area for each requested type, in that order; ``None`` where nothing was found."""

    areas: Sequence[ParsedArea | None]
    image_count: int
    request_id: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ErrorExplanation:
    """What an engine's error code means to people.

    ``fixed_by`` is ``shop`` (chose the pictures), ``account`` (owns the API key and pays),
    ``developer`` (runs the site) or ``nobody`` (a retry helps). ``help`` is an English
    sentence, marked for translation by the engine. ``is_temporary`` says that the same
    request may succeed later without anybody changing anything, ``may_be_lost_upload`` that
    the engine could not read the address of a picture, so that a new upload may help,
    ``is_about_person`` that the model photo does not show one complete person.
    """

    fixed_by: str
    help: str
    is_temporary: bool
    may_be_lost_upload: bool = False
    is_about_person: bool = False


@dataclass(frozen=True, kw_only=True)
class Link:
    """A page of the engine's vendor. ``title`` is English, marked for translation by the engine."""

    name: str
    title: str
    url: str


class Engine(Protocol):
    """A system that makes try-on pictures or parses clothes.

    Subclass it and name the class in ``OUTFITANYONE["PROVIDER"]``; rows, steps, admin, API
    and templates stay as they are. The instance is shared by threads.

    ``submit``, ``refine`` and ``parse`` cost money, so the engine never sends them twice.
    Every method raises the errors of ``exceptions``: ``RequestNotSent`` only when nothing
    can have arrived, ``OutcomeUnknown`` when the request may have arrived, an ``APIError``
    when an answer says what is wrong.
    """

    TASKS_LISTED_FOR: ClassVar[timedelta] = timedelta(days=365)
    """How long after its request ``list_tasks`` can still show a task."""
    LIST_PRICES: ClassVar[Mapping[str, Mapping[str, Decimal]]] = {}
    """Price of one image by the vendor's list: currency to model to amount."""
    LINKS: ClassVar[Sequence[Link]] = ()
    """Pages of the vendor, for the admin and the doctor."""

    @classmethod
    def explain(cls, code: str, message: str = "") -> ErrorExplanation:
        """Explain an error by the code and message that are stored on a row."""
        ...

    def submit(self, order: TryOnOrder) -> TaskReport: ...

    def refine(self, order: RefineOrder) -> TaskReport: ...

    def query(self, task_id: str) -> TaskReport: ...

    def cancel(self, task_id: str) -> None: ...

    def list_tasks(self, *, start: datetime, end: datetime, model: str = "") -> TaskList: ...

    def parse(self, *, model: str, image_url: str, clothes_types: Sequence[str]) -> ParseReport: ...

    def upload(self, data: bytes, *, filename: str, model: str) -> Upload: ...

    def close(self) -> None: ...
