"""An engine's error table: its own rows between those that are the same for all engines."""

from __future__ import annotations

from typing import cast

from django_outfitanyone.engines.base import ErrorExplanation
from django_outfitanyone.engines.error_kind import (
    NO_ANSWER,
    NO_CODE,
    OWN_CODE,
    TASK_GONE,
    UNREADABLE_ANSWER,
    ErrorKind,
)
from django_outfitanyone.engines.error_kind import gettext_noop as _
from django_outfitanyone.exceptions import (
    AccountProblem,
    APIError,
    ForeignAnswer,
    InputRejected,
    OutcomeUnknown,
    RequestNotSent,
    ServerFault,
    TaskGone,
    Throttled,
)

NO_USABLE_ANSWER = ErrorKind(
    label="no-usable-answer",
    error=ServerFault,
    codes=(NO_ANSWER, UNREADABLE_ANSWER),
    fixed_by="nobody",
    help=_("The API's answer was lost or unreadable; the query will be retried."),
)
HTTP_THROTTLED = ErrorKind(
    label="http-throttled",
    error=Throttled,
    statuses=(429,),
    fixed_by="nobody",
    help=_(
        "The account sent too many requests; those of its other keys and programs count, too. "
        "Work resumes after a pause."
    ),
)
GATEWAY_TIMEOUT = ErrorKind(
    label="gateway-timeout",
    error=ServerFault,
    statuses=(408, 502, 504),
    may_have_arrived=True,
    fixed_by="nobody",
    help=_("A gateway got no answer from the API in time; retry later."),
)

OWN = (
    ErrorKind(
        label="not-sent",
        error=RequestNotSent,
        codes=(RequestNotSent.code,),
        fixed_by="developer",
        help=_(
            "Nothing was sent and nothing was paid; the request will be retried. If this "
            "continues, check BASE_URL, the server's network, DNS and proxy, and whether the "
            "sandbox is running if you use it."
        ),
    ),
    ErrorKind(
        label="outcome-unknown",
        error=OutcomeUnknown,
        codes=(OutcomeUnknown.code,),
        fixed_by="shop",
        help=_(
            "The request may have arrived, and this engine has no list of tasks. Check the usage "
            "page of your account before you retry, because a second request is paid for again."
        ),
    ),
    NO_USABLE_ANSWER,
    ErrorKind(
        label="task-gone",
        error=TaskGone,
        codes=(TASK_GONE,),
        fixed_by="shop",
        help=_("The engine does not know this task any more; request the picture again."),
    ),
)
"""Rows for the codes of this app. They come first."""

BY_STATUS = (
    HTTP_THROTTLED,
    ErrorKind(
        label="proxy",
        error=ForeignAnswer,
        codes=(NO_CODE,),
        statuses=(*range(300, 400), 407, 511),
        fixed_by="developer",
        help=_(
            "A proxy or a login page answered instead of the API; the request will be retried. If "
            "this continues, check the server's proxy and network, and BASE_URL."
        ),
    ),
    GATEWAY_TIMEOUT,
    ErrorKind(
        label="gateway-fault",
        error=ServerFault,
        codes=(NO_CODE,),
        statuses=range(500, 600),
        may_have_arrived=True,
        fixed_by="nobody",
        help=_("A gateway in front of the API failed; retry later."),
    ),
    ErrorKind(
        label="foreign-answer",
        error=ForeignAnswer,
        codes=(NO_CODE,),
        statuses=range(400, 500),
        may_have_arrived=True,
        fixed_by="developer",
        help=_(
            "A proxy or a login page answered instead of the API; the request will be retried. If "
            "this continues, check the server's proxy and network, and BASE_URL."
        ),
    ),
    ErrorKind(
        label="api-fault",
        error=ServerFault,
        statuses=range(500, 600),
        may_have_arrived=True,
        fixed_by="nobody",
        help=_("The API had an internal error; retry later."),
    ),
    ErrorKind(
        label="no-credits",
        error=AccountProblem,
        statuses=(402,),
        fixed_by="account",
        help=_("The account has no credits left. Buy some at the engine's vendor, then resume."),
    ),
    ErrorKind(
        label="access-denied",
        error=AccountProblem,
        statuses=(401, 403),
        fixed_by="account",
        help=_("The API refuses this account; check its key, permissions and bills."),
    ),
    ErrorKind(
        label="rejected",
        error=InputRejected,
        fixed_by="developer",
        help=_("The API gave a reason that this app does not know; read its message."),
    ),
)
"""Rows by the HTTP status. They come last, and the last one matches everything."""


class ErrorTable:
    """The errors of one engine. The first row whose criteria all match is used.

    An answer of the API that has no code gets one of this app, ``API.422``, and an answer that
    is not the API's gets ``HTTP.502``: so a stored error still has its HTTP status.
    """

    def __init__(self, *rows: ErrorKind) -> None:
        self._rows = (*OWN, *rows, *BY_STATUS)

    def kind_of(self, code: str, *, http_status: int | None = None, message: str = "") -> ErrorKind:
        """Return the row for an error from what is known of it."""
        code = code or NO_CODE
        prefix, _dot, digits = code.partition(".")
        if http_status is None and prefix in {NO_CODE, OWN_CODE} and digits.isdecimal():
            http_status = int(digits)
        return next(
            row for row in self._rows if row.matches(code, http_status=http_status, message=message)
        )

    def explain(self, code: str, message: str = "") -> ErrorExplanation:
        """Explain a stored error."""
        kind = self.kind_of(code, message=message)
        return ErrorExplanation(
            fixed_by=kind.fixed_by,
            help=kind.help,
            is_temporary=kind.retryable,
            may_be_lost_upload=kind.may_be_lost_upload,
            is_about_person=kind.is_about_person,
            is_about_garment=kind.is_about_garment,
        )

    def error(self, code: str, *, message: str, http_status: int, request_id: str = "") -> APIError:
        """Return the exception for an answer."""
        kind = self.kind_of(code, http_status=http_status, message=message)
        exception = cast("type[APIError]", kind.error)
        if not issubclass(exception, APIError):  # the API used a code of this app
            exception = InputRejected
        return exception(
            message or f"The API answered HTTP {http_status} without a reason.",
            code=code or f"{NO_CODE}.{http_status}",
            http_status=http_status,
            request_id=request_id,
        )

    def paid_error(
        self, code: str, *, message: str, http_status: int, request_id: str = ""
    ) -> APIError | OutcomeUnknown:
        """Return the exception for an answer to a paid request."""
        error = self.error(code, message=message, http_status=http_status, request_id=request_id)
        kind = self.kind_of(code, http_status=http_status, message=message)
        return OutcomeUnknown(str(error)) if kind.may_have_arrived else error
