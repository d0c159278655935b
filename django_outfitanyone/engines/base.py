"""The interface between the app and an engine. Imports no Django.

Times are aware datetimes in UTC, sizes and boxes are in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, runtime_checkable

from django_outfitanyone.engines.addresses import is_private_url
from django_outfitanyone.engines.capabilities import Capabilities, OrderSize, Rate
from django_outfitanyone.engines.orders import (
    Picture,
    RefineOrder,
    SendWindow,
    TryOnOrder,
    WornPicture,
)
from django_outfitanyone.engines.reports import (
    Box,
    ListedTask,
    ParsedArea,
    ParseReport,
    RemoteState,
    Result,
    TaskList,
    TaskReport,
    Upload,
)

__all__ = [
    "NOTHING",
    "Box",
    "CheckResult",
    "Defaults",
    "Engine",
    "EngineConfig",
    "ErrorExplanation",
    "Link",
    "ListedTask",
    "Option",
    "ParseReport",
    "ParsedArea",
    "Parser",
    "Picture",
    "RefineOrder",
    "RemoteState",
    "Result",
    "SendWindow",
    "TaskList",
    "TaskReport",
    "TryOnOrder",
    "Upload",
    "WornPicture",
]

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class ErrorExplanation:
    """What an engine's error code means to people.

    ``fixed_by`` is ``shop`` (chose the pictures), ``account`` (owns the API key and pays),
    ``developer`` (runs the site) or ``nobody`` (a retry helps). ``help`` is an English
    sentence, marked for translation by the engine. ``is_temporary`` says that the same
    request may succeed later without anybody changing anything, ``may_be_lost_upload`` that
    the engine could not read the address of a picture, so that a new upload may help,
    ``is_about_person`` that the model photo does not show one complete person, and
    ``is_about_garment`` that the picture of a garment cannot be used.
    """

    fixed_by: str
    help: str
    is_temporary: bool
    may_be_lost_upload: bool = False
    is_about_person: bool = False
    is_about_garment: bool = False


@dataclass(frozen=True, kw_only=True)
class Link:
    """A page of the engine's vendor. ``title`` is English, marked for translation by the engine."""

    name: str
    title: str
    url: str


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What a free call told about the account: for the doctor.

    ``message`` and ``remedy`` are English, marked for translation by the engine; ``values``
    belong into the message. ``name`` says what was checked, such as ``key``. What is not good
    is a problem, or only a warning.
    """

    is_good: bool
    message: str
    remedy: str = ""
    name: str = "engine"
    values: Mapping[str, Any] = field(default_factory=dict)
    is_warning: bool = False


@dataclass(frozen=True, kw_only=True)
class EngineConfig:
    """One entry of ``OUTFITANYONE["ENGINES"]``, as an engine needs it.

    ``options`` holds a value for each of the engine's ``OPTIONS``.
    """

    api_key: str = field(default="", repr=False)
    base_url: str = ""
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    allow_private_addresses: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What an entry of ``ENGINES`` has if the shop leaves it out."""

    base_url: str = ""
    api_key_env: str = ""
    """Environment variable with the API key; ``""`` for an engine that needs no key."""
    remote_models: tuple[str, ...] = ()
    """Models for try-ons, the default one first."""
    currency: str = ""
    concurrent_tasks: int = 5
    submits: Rate = field(default_factory=lambda: Rate(10))
    queries: Rate = field(default_factory=lambda: Rate(20))


@dataclass(frozen=True, kw_only=True)
class Option:
    """A value that an engine takes in ``OPTIONS``; ``expects`` ends "NAME must be …"."""

    default: Any
    expects: str
    accepts: Callable[[Any], bool]


class Engine:
    """A system that makes try-on pictures.

    Subclass it and name the class as ``BACKEND`` of an entry of ``OUTFITANYONE["ENGINES"]``;
    rows, steps, admin, API and templates stay as they are. The instance is shared by threads.

    ``submit`` and ``refine`` cost money, so the engine never sends them twice. Every method
    raises the errors of ``exceptions``: ``RequestNotSent`` only when nothing can have arrived,
    ``OutcomeUnknown`` when a paid request may have arrived, an ``APIError`` when an answer says
    what is wrong.
    """

    TITLE: ClassVar[str] = ""
    """Name for people."""
    DEFAULTS: ClassVar[Defaults] = Defaults()
    OPTIONS: ClassVar[Mapping[str, Option]] = {}
    PARSING_MODEL: ClassVar[str] = ""
    """Default of the option ``PARSING_MODEL``, for engines that are parsers too."""
    REFINER_MODEL: ClassVar[str] = ""
    """Default of the option ``REFINER_MODEL``, for engines that can refine."""
    LINKS: ClassVar[Sequence[Link]] = ()
    """Pages of the vendor, for the admin and the doctor."""

    def __init__(self, config: EngineConfig) -> None:
        self.config = config

    @classmethod
    def capabilities(cls, remote_model: str, options: Mapping[str, Any] = NOTHING) -> Capabilities:
        """Return what this remote model can do, also for a model that the engine does not know."""
        raise NotImplementedError

    @classmethod
    def price(
        cls, remote_model: str, size: OrderSize, currency: str, options: Mapping[str, Any] = NOTHING
    ) -> Decimal | None:
        """Return the list price of one call, parses included; ``None`` if it is not known."""
        return None

    @classmethod
    def is_sandbox(cls, base_url: str) -> bool:
        """Return whether this address is that of a sandbox, where pictures cost nothing.

        An address that is the engine's own or public is not. No name is resolved.
        """
        return base_url != cls.DEFAULTS.base_url and is_private_url(base_url)

    @classmethod
    def classify(cls, code: str, message: str = "") -> ErrorExplanation:
        """Explain an error by the code and message that are stored on a row."""
        raise NotImplementedError

    def submit(self, order: TryOnOrder, *, key: str) -> TaskReport:
        """Send one paid request; ``key`` is the same for the same request, and no other has it."""
        raise NotImplementedError

    def query(self, handle: str) -> TaskReport:
        """Return the state of a task."""
        raise NotImplementedError

    def fetch(self, result: Result, *, max_bytes: int) -> bytes | None:
        """Return the bytes of a result; ``None`` leaves the download of its URL to the app.

        Engines whose results need a key, or have relative addresses, override it.
        """
        return result.data

    def check(self) -> Sequence[CheckResult]:
        """Tell by free calls whether the key and the address work."""
        return ()

    def close(self) -> None:
        """End the connections."""

    # Optional, as the capabilities say:

    def refine(self, order: RefineOrder, *, key: str) -> TaskReport:
        """Send one paid request (``can_refine``)."""
        raise NotImplementedError

    def cancel(self, handle: str) -> None:
        """Cancel a task that waits (``can_cancel``)."""
        raise NotImplementedError

    def list_tasks(self, *, start: datetime, end: datetime, model: str = "") -> TaskList:
        """Return the account's tasks of some time (``Unclear.LIST``)."""
        raise NotImplementedError

    def find(self, key: str) -> TaskReport | None:
        """Return the task that was submitted with this key (``Unclear.LABEL``)."""
        raise NotImplementedError

    def upload(self, data: bytes, *, filename: str, model: str) -> Upload:
        """Store a picture where only this engine can read it (``Inputs.takes_upload``)."""
        raise NotImplementedError


@runtime_checkable
class Parser(Protocol):
    """A system that parses the clothes in a picture. An engine may be both.

    ``parse`` may cost money, so it is never sent twice.
    """

    def parse(
        self, picture: Picture, clothes_types: Sequence[str], *, model: str
    ) -> ParseReport: ...
