"""One response format for every error: problem details with the codes that rows store too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext, gettext_lazy
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from django_outfitanyone.api import problem_details
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
SEND_CREDENTIALS = _("Send credentials that this site accepts.")
HELP = {
    "Invalid": _("Correct the fields named in field_errors."),
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
    request_id: str = ""
    """The vendor's id of the request that failed; empty if no engine was called."""

    @classmethod
    def from_error(cls, error: OutfitAnyoneError) -> Problem:
        """Describe an error of this app or of an engine, as the admin does."""
        error_help = error_help_for(error.code, error.message)
        problem = cls._with_help(error.code, error.message, error_help)
        return replace(problem, request_id=getattr(error, "request_id", ""))

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


class RequestTooLarge(exceptions.APIException):
    """The body is larger than the site accepts."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The request is too large.")
    default_code = "request_too_large"


class ProblemDetailsMixin:
    """A mixin of views: every error has the form of this module.

    It leaves ``EXCEPTION_HANDLER`` of the site to the site's own views.
    """

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return handle_exception

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        finalize = super().finalize_response  # type: ignore[misc] # a view's
        finalized: Response = finalize(request, response, *args, **kwargs)
        if getattr(finalized, "exception", False) and _is_json(finalized):
            finalized.content_type = problem_details.MEDIA_TYPE
        return finalized


def _is_json(response: Response) -> bool:
    return bool(response.accepted_renderer.media_type == "application/json")


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the response to an exception of a view; ``None`` for a bug, which stays a 500."""
    known = _from_app(error)
    if known is None:
        return _from_rest_framework(_of_rest_framework(error), context)
    http_status, problem = known
    set_rollback()
    return Response(_body(problem, http_status, context), status=http_status)


def _body(problem: Problem, http_status: int, context: Mapping[str, Any]) -> dict[str, Any]:
    request = context.get("request")
    standard = problem_details.members(problem.code, problem.message, http_status, request)
    return {**standard, **vars(problem)}


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
        return status.HTTP_500_INTERNAL_SERVER_ERROR, Problem.from_error(error)
    if isinstance(error, ProtectedError) and protects_unsettled(error):
        return status.HTTP_409_CONFLICT, Problem.for_caller("NotSettled", unsettled_text())
    if isinstance(error, OutfitAnyoneError):
        return status.HTTP_502_BAD_GATEWAY, Problem.from_error(error)
    return None


def _of_rest_framework(error: Exception) -> Exception:
    """Return the exception of REST framework that stands for an exception of Django."""
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return RequestTooLarge()
    if isinstance(error, TooManyFieldsSent | TooManyFilesSent):
        return exceptions.ParseError()
    return error


def _from_rest_framework(error: Exception, context: dict[str, Any]) -> Response | None:
    """Keep the status and headers of REST framework, and replace the body."""
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return None
    response.data = _body(_problem(error), response.status_code, context)
    return response


def _problem(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_messages_by_field(error.detail))
        named = ", ".join(fields)
        message = gettext("The request is invalid. Fields with errors: %(fields)s.")
        return Problem.for_caller("Invalid", message % {"fields": named}, field_errors=fields)
    code, text = _code(error), _text(error.detail)
    if isinstance(error, exceptions.Throttled):
        return Problem(
            code=code,
            message=text,
            fixed_by="nobody",
            advice=gettext(
                "Wait for the number of seconds in the Retry-After header, then send it again."
            ),
        )
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Problem(code=code, message=text, advice=str(SEND_CREDENTIALS))
    return Problem.for_caller(code, text)


def _code(error: exceptions.APIException) -> str:
    """Return the code in this app's spelling, of a package the one in its ``detail``."""
    detail: Any = error.detail
    given = detail.get("code") if isinstance(detail, Mapping) else None
    words = re.split(r"[^A-Za-z0-9]+", str(given or error.default_code))
    return "".join(word[:1].upper() + word[1:] for word in words)


def _text(detail: Any) -> str:
    """Return the message of a ``detail``; JWT packages send a dict with one of the same name."""
    if isinstance(detail, Mapping):
        return _text(detail.get("detail") or list(detail.values())[:1])
    if isinstance(detail, list | tuple):
        return " ".join(map(_text, detail))
    return str(detail)


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
