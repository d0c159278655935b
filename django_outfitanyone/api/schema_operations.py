"""Builds the OpenAPI description of one operation. Imported only with drf-spectacular."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.settings import api_settings

from django_outfitanyone.api import idempotency
from django_outfitanyone.api.schema_rules import problem_of, with_rules

REFUSED = (401, 403)
PAYING = (400, 401, 403, 422, 429, 503)


def _response_header(
    name: str, schema: dict[str, Any], description: str, *statuses: int
) -> OpenApiParameter:
    return OpenApiParameter(
        name, schema, OpenApiParameter.HEADER, description=description, response=list(statuses)
    )


LOCATION = _response_header(
    "Location",
    {"type": "string", "format": "uri"},
    "URL of the created object or list.",
    200,
    201,
    202,
)
RETRY_AFTER = _response_header(
    "Retry-After",
    {"type": "integer", "minimum": 1},
    "Seconds until the next poll; absent once it has finished.",
    200,
    202,
)
IDEMPOTENCY_KEY = OpenApiParameter(
    idempotency.HEADER,
    {"type": "string", "maxLength": idempotency.MAX_LENGTH},
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
    """Return a decorator that describes a view method; ``name`` makes its operation id.

    ``errors`` are the statuses that ``schema_rules`` cannot know, such as 409 and 422.
    """
    problems = {status: problem_of(status) for status in errors}
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
    """Return the schema class of the site's own API with the rules of this one."""
    default: Any = api_settings.DEFAULT_SCHEMA_CLASS
    return with_rules(default if issubclass(default, AutoSchema) else AutoSchema)
