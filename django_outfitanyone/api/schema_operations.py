"""Builds the OpenAPI description of one operation. Imported only with drf-spectacular."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.settings import api_settings

from django_outfitanyone.api import idempotency, response_serializers

STATUS_DESCRIPTIONS = {
    400: "The request, or a picture in it, is invalid.",
    401: "The user is not authenticated.",
    403: "The user lacks the permission.",
    404: "No such object or page, or the user may not see it.",
    409: "The present state of the object does not allow this operation.",
    422: "The request is well-formed but cannot be fulfilled. Nothing was stored.",
    429: "Too many requests; see `Retry-After`.",
    500: "The shop's catalogue adapter failed. Nothing was changed.",
    502: "The engine did not respond correctly.",
    503: "The site is not configured for try-ons.",
}
REFUSED = (401, 403)
PAYING = (400, 401, 403, 422, 429, 503)


def _response_header(name: str, description: str, *statuses: int) -> OpenApiParameter:
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, description=description, response=list(statuses)
    )


LOCATION = _response_header("Location", "URL of the created object or list.", 200, 201, 202)
RETRY_AFTER = _response_header(
    "Retry-After", "Seconds until the next poll; absent once it has finished.", 200, 202
)
IDEMPOTENCY_KEY = OpenApiParameter(
    idempotency.HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Any text you choose, at most 255 characters. Repeating a request with the same "
    "key returns the same try-ons and costs nothing.",
)


def operation(
    name: str,
    description: str,
    response: Any,
    *errors: int,
    success: tuple[int, ...] = (200,),
    request: Any = None,
    parameters: tuple[Any, ...] = (),
    methods: tuple[str, ...] | None = None,
) -> Callable[..., Any]:
    """Return a decorator that describes a view method; ``name`` makes its operation id."""
    problems = {
        status: OpenApiResponse(response_serializers.ProblemSerializer, STATUS_DESCRIPTIONS[status])
        for status in sorted({400, *errors})  # any text may be one that no database stores
    }
    body = (
        request if request is None or isinstance(request, dict) else {"application/json": request}
    )
    describe = extend_schema(
        operation_id=f"outfit_{name}",
        description=description,
        request=body,
        responses={**dict.fromkeys(success, response), **problems},
        parameters=[*parameters],
        methods=methods,
    )

    def annotate(method: Any) -> Any:
        method.kwargs = {"schema": schema_class(), **getattr(method, "kwargs", {})}
        return describe(method)

    return annotate


def schema_class() -> Any:
    """Return the site's schema class, or ``AutoSchema`` if drf-spectacular is not set up."""
    default: Any = api_settings.DEFAULT_SCHEMA_CLASS
    return default if issubclass(default, AutoSchema) else AutoSchema
