"""One form for everything that goes wrong, with the codes that also stand on rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext, gettext_lazy
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.error_help import FIXED_BY, error_help_for
from django_outfitanyone.exceptions import OutfitAnyoneError, PictureRefused, RequestRefused
from django_outfitanyone.models.remote_job import RemoteJob

_ = gettext_lazy

CALLER = "caller"
MENDERS = (CALLER, *FIXED_BY)
"""Whoever wrote the request, besides those who can mend what stands on rows."""

CONFLICTS = frozenset({"TooLate", "NotRepeatable", "NotFinished", "NoPicture"})
"""Refusals that lie in the state of the row, not in the request."""

CHANGE_IT = _("Change the request; nothing was stored and nothing will be paid.")
ADVICE = {
    "Invalid": _("Correct the fields that are named."),
    "NotAuthenticated": _("Send credentials that this site accepts."),
    "PermissionDenied": _("Have the permission given to this user."),
    "NotFound": _("It does not exist, or is not shown to this user."),
    "IdempotencyKeyReused": _("Send another key, or the same request as before."),
    **dict.fromkeys(CONFLICTS, _("Read it again: it is in another state than this needs.")),
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What went wrong, who can mend it and how.

    ``field_errors`` are messages for parts of the request, by their names.
    """

    code: str
    message: str
    fixed_by: str = CALLER
    advice: str = ""
    field_errors: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str, message: str) -> Problem:
        """As the admin and the logs see a code of the remote system or of ours."""
        advice = error_help_for(code, message)
        return cls(
            code=code,
            message=message,
            fixed_by=advice.fixed_by if advice else CALLER,
            advice=advice.text if advice else "",
        )

    @classmethod
    def of_job(cls, job: RemoteJob) -> Problem | None:
        """The error that stands on a row."""
        return cls.of(job.error_code, job.error_message) if job.error_code else None

    @classmethod
    def of_caller(
        cls, code: str, message: str, *, field_errors: Mapping[str, list[str]] | None = None
    ) -> Problem:
        """What only another request, or another time, can mend."""
        return cls(
            code=code,
            message=message,
            advice=str(ADVICE.get(code, CHANGE_IT)),
            field_errors=field_errors or {},
        )


def as_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to whatever a view raised; ``None`` for what is a fault of the software."""
    known = _known(error)
    if known is None:
        return _of_rest_framework(error, context)
    http_status, problem = known
    set_rollback()
    return Response(vars(problem), status=http_status)


def _known(error: Exception) -> tuple[int, Problem] | None:
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
    if isinstance(error, RequestRefused):
        is_conflict = error.code in CONFLICTS
        http_status = (
            status.HTTP_409_CONFLICT if is_conflict else status.HTTP_422_UNPROCESSABLE_ENTITY
        )
        return http_status, Problem.of_caller(error.code, error.message)
    if isinstance(error, OutfitAnyoneError):
        return status.HTTP_502_BAD_GATEWAY, Problem.of(error.code, error.message)
    return None


def _of_rest_framework(error: Exception, context: dict[str, Any]) -> Response | None:
    """Status and headers as everywhere in REST framework, in our form."""
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    assert isinstance(error, exceptions.APIException)  # as it has a response  # noqa: S101
    response.data = vars(_problem(error))
    return response


def _problem(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_messages_by_field(error.detail))
        named = ", ".join(fields)
        message = gettext("The request cannot be understood as it is: %(fields)s.")
        return Problem.of_caller("Invalid", message % {"fields": named}, field_errors=fields)
    code = error.default_code.title().replace("_", "")
    if isinstance(error, exceptions.Throttled):
        return Problem(
            code=code,
            message=str(error.detail),
            fixed_by="nobody",
            advice=gettext("Send it again after the seconds in the header Retry-After."),
        )
    return Problem.of_caller(code, str(error.detail))


def _messages_by_field(detail: Any, name: str = "") -> Iterator[tuple[str, list[str]]]:
    """Nested errors as one level: ``box.x1``."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from _messages_by_field(value, f"{name}.{key}" if name else str(key))
    elif any(isinstance(part, Mapping | list) for part in detail):
        for number, part in enumerate(detail):
            yield from _messages_by_field(part, f"{name}.{number}" if name else str(number))
    else:
        yield name or "body", [str(message) for message in detail]
