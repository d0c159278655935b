"""Everything that can go wrong, in one tree. Imports no Django.

Each class says in its docstring what happened; the docstring's first line is the
message when none is given. Configuration mistakes stay outside this tree on
purpose (``conf.ConfigurationError``): code that forgives a failed try-on must not
forgive a missing key.
"""

from __future__ import annotations

from datetime import datetime


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


class RequestRefused(OutfitAnyoneError):
    """The request makes no sense as it stands; nothing was sent or stored."""

    code = "RequestRefused"


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


class LeaseLost(OutfitAnyoneError):
    """Another worker has leased this row since; the changes of this one are discarded."""

    code = "LeaseLost"


class DownloadRefused(OutfitAnyoneError):
    """A file behind a remote address broke a safety rule and was not kept."""

    code = "DownloadRefused"


class DownloadFailed(OutfitAnyoneError):
    """A file behind a remote address could not be fetched; trying again may help."""

    code = "DownloadFailed"


class BudgetSpent(OutfitAnyoneError):
    """The budget does not cover another picture; what waits is sent when there is one again.

    ``until`` is when the day or month of the shop's calendar is over.
    """

    code = "BudgetSpent"

    def __init__(self, message: str = "", *, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class UnexpectedFault(OutfitAnyoneError):
    """A fault in this software or its surroundings; the log has the details."""

    code = "UnexpectedFault"


class RequestNotSent(OutfitAnyoneError):
    """Nothing reached the API; sending again is safe."""

    code = "RequestNotSent"


class OutcomeUnknown(OutfitAnyoneError):
    """The request may have arrived, but no answer did; sending again could pay twice."""

    code = "OutcomeUnknown"


class APIError(OutfitAnyoneError):
    """The API answered with an error.

    ``code`` and ``message`` are the API's own words, ``http_status`` is 200 when the
    error sat inside a finished task, ``request_id`` is what the vendor's support asks for.
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
    """Too many requests; the whole account has to pause."""


class AccountProblem(APIError):
    """The key or the account is not accepted; every request will fail until that is mended."""


class ModelGone(AccountProblem):
    """The remote model does not exist any more."""


class InputRejected(APIError):
    """The API does not accept these pictures or fields; the same request will fail again."""


class ServerFault(APIError):
    """The API had a fault of its own and did no work; later it may succeed."""


class TaskGone(APIError):
    """The API does not know this task; results are forgotten 24 hours after the request."""
