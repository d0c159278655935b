"""All errors of this app in one tree. Imports no Django.

The first line of a class's docstring is the message if none is given. Configuration
errors (``conf.ConfigurationError``) are deliberately outside of this tree: code that
catches a failed try-on must not hide a missing key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any


class OutfitAnyoneError(Exception):
    """The try-on could not be made."""

    #: short, stable word for logs, the API and the database
    code = "Error"

    def __init__(self, message: str = "", *, code: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").partition("\n")[0]
        if code:
            self.code = code
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message

    @property
    def stored_message(self) -> str:
        """What the row says, also to staff who may not see costs."""
        return self.message


class RequestRefused(OutfitAnyoneError):
    """The request is invalid; nothing was sent or stored."""

    code = "RequestRefused"


class PictureUnsuitable(RequestRefused):
    """A picture of the request would be refused by the engine; nothing was sent or stored.

    ``remedy`` says what the person who owns the picture can do about it.
    """

    code = "PictureUnsuitable"

    def __init__(self, message: str = "", *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class LocalEngineUnavailable(OutfitAnyoneError):
    """The local engine is not installed, is busy, or failed on this picture."""

    code = "LocalEngineUnavailable"


class PictureRefused(OutfitAnyoneError):
    """The picture cannot be used; nothing was sent.

    ``remedy`` says what the person who owns the picture can do about it.
    """

    code = "PictureRefused"

    def __init__(self, message: str = "", *, remedy: str = "", code: str = "") -> None:
        super().__init__(message, code=code)
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class SigningFailed(OutfitAnyoneError):
    """The picture could not be signed with the shop's certificate; it stays unsigned."""

    code = "SigningFailed"


class LeaseLost(OutfitAnyoneError):
    """Another worker has leased this row since; the changes of this one are discarded."""

    code = "LeaseLost"


class DownloadRefused(OutfitAnyoneError):
    """A downloaded file broke a safety rule and was not stored."""

    code = "DownloadRefused"


class AddressRefused(DownloadRefused):
    """The address of a file is forbidden by the settings; only changing them helps."""


class ResultLost(OutfitAnyoneError):
    """The picture was paid for, but it was lost before it was stored, and cannot be fetched."""

    code = "ResultLost"


class DownloadFailed(OutfitAnyoneError):
    """A file could not be downloaded; a retry may help."""

    code = "DownloadFailed"


class BudgetSpent(OutfitAnyoneError):
    """The budget does not cover another picture; work resumes when it does.

    ``until`` is the end of the day or month in the shop's time zone.
    """

    code = "BudgetSpent"

    def __init__(self, message: str = "", *, until: datetime, without_amounts: str = "") -> None:
        super().__init__(message)
        self.until = until
        self.without_amounts = without_amounts

    @property
    def stored_message(self) -> str:
        return self.without_amounts or self.message


class CatalogueFailed(OutfitAnyoneError):
    """The catalogue adapter failed, so the picture and the galleries are unchanged.

    The exception of the adapter is the ``__cause__``; the log has its traceback.
    """

    code = "CatalogueFailed"


class UnexpectedFault(OutfitAnyoneError):
    """An unexpected error in this software or its environment; see the log for details."""

    code = "UnexpectedFault"


class RequestNotSent(OutfitAnyoneError):
    """Nothing reached the API; a retry is safe."""

    code = "RequestNotSent"


class OutcomeUnknown(OutfitAnyoneError):
    """The request may have arrived, but no answer came; a retry could be paid for twice."""

    code = "OutcomeUnknown"


class APIError(OutfitAnyoneError):
    """The API answered with an error.

    ``code`` and ``message`` are the API's own. ``http_status`` is 200 for an error inside a
    finished task. The vendor's support asks for the ``request_id``.
    """

    code = "APIError"

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        http_status: int | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(message, code=code)
        self.http_status = http_status
        self.request_id = request_id

    def __str__(self) -> str:
        where = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.code}: {self.message}{where}"


class Throttled(APIError):
    """Too many requests; the account pauses.

    ``retry_after`` is for how many seconds, if the engine says it.
    """

    def __init__(self, message: str = "", *, retry_after: float | None = None, **facts: Any):
        super().__init__(message, **facts)
        self.retry_after = retry_after

    #: seconds, if the API says how long
    retry_after: float | None = None


class AccountProblem(APIError):
    """The key or the account is refused; every request will fail until that is fixed."""


class ModelGone(AccountProblem):
    """The remote model no longer exists."""


class InputRejected(APIError):
    """The API refuses these pictures or fields; the same request will fail again."""


class ServerFault(APIError):
    """The API had an internal error and did no work; a later retry may succeed."""


class ForeignAnswer(ServerFault):
    """A proxy, a gateway or a login page answered instead of the API; a later retry may succeed."""


class TaskGone(APIError):
    """The engine does not know this task: it has deleted the result, or never had it."""
