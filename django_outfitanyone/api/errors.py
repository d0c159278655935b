"""One response format for every error, with the error codes that are also stored on rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext, gettext_lazy
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.error_help import FIXED_BY, ErrorHelp, error_help_for
from django_outfitanyone.exceptions import (
    CatalogueFailed,
    OutfitAnyoneError,
    PictureRefused,
    PictureUnsuitable,
    RequestRefused,
)
from django_outfitanyone.models import protects_unsettled, unsettled_text
from django_outfitanyone.models.remote_job import RemoteJob

_ = gettext_lazy

CALLER = "caller"
FIXED_BY_VALUES = (CALLER, *FIXED_BY)
"""Values of ``fixed_by``: the author of the request, and all that errors of rows name."""

CONFLICTS = frozenset(
    {
        "AlreadyCanceled",
        "AlreadyPaused",
        "DecidedMeanwhile",
        "NoPicture",
        "NotFinished",
        "NotPaused",
        "NotRepeatable",
        "NotSettled",
        "NothingToCancel",
        "NothingToPause",
        "Rejected",
        "TooLate",
    }
)
"""Codes of refusals caused by the state of the row, not by the request: status 409."""

CHANGE_REQUEST = _("Change the request. Nothing was stored, and nothing will be charged.")
HELP = {
    "Invalid": _("Correct the fields named in field_errors."),
    "NotAuthenticated": _("Send credentials that this site accepts."),
    "PermissionDenied": _("Ask an administrator to give this user the permission."),
    "NotFound": _("Check the id. The object does not exist, or this user may not see it."),
    "IdempotencyKeyReused": _("Send a new key, or repeat the original request."),
    **dict.fromkeys(
        CONFLICTS,
        _("Read the object again. Its present state does not allow this operation."),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An error: what happened, who can fix it and how.

    ``field_errors`` maps names of request fields to messages.
    """

    code: str
    message: str
    fixed_by: str = CALLER
    advice: str = ""
    field_errors: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def from_code(cls, code: str, message: str) -> Problem:
        """Describe an error code of this app, as the admin does."""
        return cls._with_help(code, message, error_help_for(code, message))

    @classmethod
    def from_job(cls, job: RemoteJob) -> Problem | None:
        """Describe the error stored on a row; ``None`` when there is none."""
        if not job.error_code:
            return None
        return cls._with_help(job.error_code, job.error_message, job.error_help)

    @classmethod
    def _with_help(cls, code: str, message: str, error_help: ErrorHelp | None) -> Problem:
        return cls(
            code=code,
            message=message,
            fixed_by=error_help.fixed_by if error_help else CALLER,
            advice=error_help.text if error_help else "",
        )

    @classmethod
    def for_caller(
        cls, code: str, message: str, *, field_errors: Mapping[str, list[str]] | None = None
    ) -> Problem:
        """Describe an error that the author of the request can fix."""
        return cls(
            code=code,
            message=message,
            advice=str(HELP.get(code, CHANGE_REQUEST)),
            field_errors=field_errors or {},
        )


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the response to an exception of a view; ``None`` for a bug, which stays a 500."""
    known = _from_app(error)
    if known is None:
        return _from_rest_framework(error, context)
    http_status, problem = known
    set_rollback()
    return Response(vars(problem), status=http_status)


def _from_app(error: Exception) -> tuple[int, Problem] | None:
    if isinstance(error, ConfigurationError):
        return status.HTTP_503_SERVICE_UNAVAILABLE, Problem(
            code="NotConfigured",
            message=str(error),
            fixed_by="developer",
            advice=gettext("Run `manage.py outfitanyone_doctor` on the server."),
        )
    if isinstance(error, PictureRefused):
        return status.HTTP_400_BAD_REQUEST, Problem(
            code=error.code, message=error.message, fixed_by="shop", advice=error.remedy
        )
    if isinstance(error, PictureUnsuitable):
        return status.HTTP_422_UNPROCESSABLE_ENTITY, Problem(
            code=error.code, message=error.message, fixed_by="shop", advice=error.remedy
        )
    if isinstance(error, RequestRefused):
        is_conflict = error.code in CONFLICTS
        http_status = (
            status.HTTP_409_CONFLICT if is_conflict else status.HTTP_422_UNPROCESSABLE_ENTITY
        )
        return http_status, Problem.for_caller(error.code, error.message)
    if isinstance(error, CatalogueFailed):
        return status.HTTP_500_INTERNAL_SERVER_ERROR, Problem.from_code(error.code, error.message)
    if isinstance(error, ProtectedError) and protects_unsettled(error):
        return status.HTTP_409_CONFLICT, Problem.for_caller("NotSettled", unsettled_text())
    if isinstance(error, OutfitAnyoneError):
        return status.HTTP_502_BAD_GATEWAY, Problem.from_code(error.code, error.message)
    return None


def _from_rest_framework(error: Exception, context: dict[str, Any]) -> Response | None:
    """Keep the status and headers of REST framework, and replace the body."""
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    assert isinstance(error, exceptions.APIException)  # it has a response  # noqa: S101
    response.data = vars(_problem(error))
    return response


def _problem(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_messages_by_field(error.detail))
        named = ", ".join(fields)
        message = gettext("The request is invalid. Fields with errors: %(fields)s.")
        return Problem.for_caller("Invalid", message % {"fields": named}, field_errors=fields)
    code = error.default_code.title().replace("_", "")
    if isinstance(error, exceptions.Throttled):
        return Problem(
            code=code,
            message=str(error.detail),
            fixed_by="nobody",
            advice=gettext(
                "Wait for the number of seconds in the Retry-After header, then send it again."
            ),
        )
    return Problem.for_caller(code, str(error.detail))


def _messages_by_field(detail: Any, name: str = "") -> Iterator[tuple[str, list[str]]]:
    """Flatten nested errors: ``box.x1``."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from _messages_by_field(value, f"{name}.{key}" if name else str(key))
    elif any(isinstance(part, Mapping | list) for part in detail):
        for number, part in enumerate(detail):
            yield from _messages_by_field(part, f"{name}.{number}" if name else str(number))
    else:
        yield name or "body", [str(message) for message in detail]
