"""Turn an error of the API into an exception of this app."""

from __future__ import annotations

from typing import cast

from django_outfitanyone.engines.base import RemoteState, TaskReport
from django_outfitanyone.engines.error_kind import NO_CODE, TASK_GONE, ErrorKind
from django_outfitanyone.exceptions import APIError, OutcomeUnknown, TaskGone

from .error_table import ERRORS


def classify(code: str, *, http_status: int | None = None, message: str = "") -> ErrorKind:
    """Return the kind of an error from what is known of it.

    A stored error has no HTTP status, unless it had no code: then its status is part of
    the code of this app.
    """
    code = code or NO_CODE
    prefix, _, digits = code.partition(".")
    if http_status is None and prefix == NO_CODE and digits.isdecimal():
        http_status = int(digits)
    return next(
        kind for kind in ERRORS if kind.matches(code, http_status=http_status, message=message)
    )


def error_from(code: str, *, message: str, http_status: int, request_id: str = "") -> APIError:
    """Return the exception for an answer."""
    kind = classify(code, http_status=http_status, message=message)
    # rows with any other exception match only errors without an HTTP status
    exception = cast("type[APIError]", kind.error)
    return exception(
        message or f"The API answered HTTP {http_status} without a reason.",
        code=code or f"{NO_CODE}.{http_status}",
        http_status=http_status,
        request_id=request_id,
    )


def paid_error_from(
    code: str, *, message: str, http_status: int, request_id: str = ""
) -> APIError | OutcomeUnknown:
    """Return the exception for an answer to a paid request."""
    error = error_from(code, message=message, http_status=http_status, request_id=request_id)
    kind = classify(code, http_status=http_status, message=message)
    return OutcomeUnknown(str(error)) if kind.may_have_arrived else error


def failure_of(report: TaskReport) -> APIError:
    """Return the exception for a task that failed or that the API does not know."""
    if report.state is RemoteState.GONE:
        return TaskGone(code=TASK_GONE, http_status=200, request_id=report.request_id)
    return error_from(
        report.code,
        message=report.message or "The task failed without a reason.",
        http_status=200,
        request_id=report.request_id,
    )
