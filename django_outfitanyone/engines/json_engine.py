"""What engines have in common that take JSON and answer with JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from types import TracebackType
from typing import ClassVar
from urllib.parse import urlsplit

from django_outfitanyone.engines.base import (
    CheckResult,
    Engine,
    EngineConfig,
    ErrorExplanation,
    RemoteState,
    TaskReport,
)
from django_outfitanyone.engines.error_kind import TASK_GONE, UNREADABLE_ANSWER
from django_outfitanyone.engines.error_kind import gettext_noop as _
from django_outfitanyone.engines.errors import ErrorTable
from django_outfitanyone.engines.json_client import JsonClient, Reader
from django_outfitanyone.engines.own_addresses import OwnAddresses
from django_outfitanyone.engines.transport import ANSWER_LIMIT, ApiKey, Transport
from django_outfitanyone.exceptions import (
    AccountProblem,
    APIError,
    InputRejected,
    OutfitAnyoneError,
    RequestNotSent,
    ServerFault,
)


class JsonEngine(Engine):
    """An engine behind one JSON API with one API key.

    No request is ever sent twice. ``submit`` raises ``OutcomeUnknown`` when the request may
    have arrived but no usable answer came. All other calls may be repeated freely, and raise
    ``ServerFault`` in that case. Threads may share an instance.
    """

    KEY_HEADER: ClassVar[str] = "Authorization"
    KEY_PREFIX: ClassVar[str] = "Bearer "
    DOMAIN: ClassVar[str] = ""
    """Of the vendor's servers."""
    ERRORS: ClassVar[ErrorTable] = ErrorTable()
    base_url: str = ""  # error reporters print engines whose constructor has failed, too
    ANSWER_LIMIT: ClassVar[int] = ANSWER_LIMIT
    """Bytes read of an answer."""

    def __init__(self, config: EngineConfig) -> None:
        """Raise ``ValueError`` for a key or base URL that cannot be used."""
        super().__init__(replace(config, api_key=""))
        key = ApiKey(config.api_key, header=self.KEY_HEADER, prefix=self.KEY_PREFIX)
        key.check()
        self.base_url = _checked(self._base_url(config))
        self._addresses = OwnAddresses(self.base_url, domain=self.DOMAIN)
        transport = Transport(
            self.base_url,
            key=key,
            connect_timeout=config.connect_timeout,
            read_timeout=self._read_timeout(config),
            allow_private_addresses=config.allow_private_addresses,
            answer_limit=self.ANSWER_LIMIT,
        )
        self._client = JsonClient(transport, errors=self.ERRORS)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.base_url}>"

    def __enter__(self) -> JsonEngine:  # noqa: PYI034  (Python 3.10 has no Self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @classmethod
    def classify(cls, code: str, message: str = "") -> ErrorExplanation:
        """Explain a stored error by the engine's error table."""
        return cls.ERRORS.explain(code, message)

    def check(self) -> Sequence[CheckResult]:
        """Tell by one free call whether the key and the address work."""
        try:
            return self._probe()
        except OutfitAnyoneError as error:
            return (_failed_check(error, help_text=self.classify(error.code, error.message).help),)

    def close(self) -> None:
        self._client.close()

    def _base_url(self, config: EngineConfig) -> str:
        return config.base_url or self.DEFAULTS.base_url

    def _read_timeout(self, config: EngineConfig) -> float:
        return config.read_timeout

    def _own_address(self, handle: str) -> str:
        """Return the address of a task; raise ``ServerFault`` if the key must not be sent there.

        It was checked when the task was created, but the settings may have changed since.
        """
        address = self._addresses.own(handle)
        if not address:
            raise ServerFault(
                "The address of this task belongs to another server than BASE_URL.",
                code=UNREADABLE_ANSWER,
            )
        return address

    def _ask_task(self, path: str, reader: Reader[TaskReport], *, handle: str) -> TaskReport:
        """Return the state of a task, also of one that the API does not know (any more)."""
        try:
            return self._client.ask("GET", path, reader)
        except InputRejected as error:
            if error.http_status not in {404, 410}:
                raise
            return TaskReport(
                handle=handle, state=RemoteState.GONE, code=TASK_GONE, message=error.message
            )

    def _probe(self) -> Sequence[CheckResult]:
        raise NotImplementedError


def credits_check(left: Decimal) -> Sequence[CheckResult]:
    """Return what the credits of an account tell for the doctor."""
    if left > 0:
        message = _("The API key works; the account has credits.")
        return (CheckResult(is_good=True, message=message),)
    return (
        CheckResult(
            is_good=False,
            message=_("The API key works, but the account has no credits left."),
            remedy=_("Buy credits at the engine's vendor."),
        ),
    )


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("The base URL of the API must start with https:// or http://.")
    return base_url.rstrip("/")


def _failed_check(error: OutfitAnyoneError, *, help_text: str) -> CheckResult:
    if isinstance(error, RequestNotSent):
        message = _("The API cannot be reached.")
    elif isinstance(error, AccountProblem):
        message = _("The API refuses the API key or the account.")
    elif isinstance(error, APIError):
        message = _("The API gave no usable answer.")
    else:
        message = _("The check failed.")
    return CheckResult(is_good=False, message=message, remedy=help_text)
