"""What holds for each operation of the schema by itself. Imported only with drf-spectacular."""

# mypy: allow-untyped-calls
from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from django_outfitanyone.api import problem_details, problem_serializers
from django_outfitanyone.conf import conf

STATUS_DESCRIPTIONS = {
    400: "The request, or a picture in it, is invalid.",
    401: "The user is not authenticated.",
    403: "The user lacks the permission.",
    404: "No such object or page, or the user may not see it.",
    406: "The API has no format that the `Accept` header names.",
    409: "The present state of the object does not allow this operation.",
    413: "The body is larger than the site accepts.",
    415: "The API does not read bodies of this `Content-Type`.",
    422: "The request is well-formed but cannot be fulfilled. Nothing was stored.",
    429: "Too many requests; see `Retry-After`.",
    500: "The shop's catalogue adapter failed. Nothing was changed.",
    502: "The engine did not respond correctly.",
    503: "The site is not configured for try-ons.",
}
ALWAYS = (400, 401, 403, 406, 429)
"""Statuses of every operation: any text may be one that no database stores, any credentials may
be wrong, and a site may throttle whatever it likes."""
WITH_BODY = (413, 415)
ANY_ID, ROUTERS_ID = "[^/]+", "[^/.]+"


def problem_of(status: int) -> OpenApiResponse:
    """Return the description of an error response."""
    return OpenApiResponse(problem_serializers.ProblemSerializer, STATUS_DESCRIPTIONS[status])


@cache
def with_rules(base: type[AutoSchema]) -> type[AutoSchema]:
    """Return a subclass of a schema class that follows the rules of this module."""
    return type("OutfitSchema", (OperationRules, base), {})


class OperationRules:
    """A mixin of schema classes.

    It adds the errors that every operation may have, gives errors their media type, and shows the
    serializers of a site's own view instead of those that the view replaces.
    """

    view: Any
    method: str
    path: str
    path_regex: str

    def get_auth(self) -> list[dict[str, Any]]:
        """Return the ways to authenticate; ``{}``, without any, unless the site forbids it."""
        found: list[dict[str, Any]] = super().get_auth()  # type: ignore[misc] # a schema's
        return [one for one in found if one] if conf.API_PERMISSION_CLASSES else found

    def _resolve_path_parameters(self, variables: Any) -> Any:
        """Describe ids by the primary key, not by the pattern, which lets any text through."""
        self.path_regex = self.path_regex.replace(ANY_ID, ROUTERS_ID)
        return super()._resolve_path_parameters(variables)  # type: ignore[misc]

    def usual_errors(self) -> set[int]:
        """Return the error statuses that follow from path and method."""
        is_found = "{" in self.path or self._is_paginated_list()
        reads_body = self.method in {"POST", "PATCH"}
        return {*ALWAYS, *((404,) if is_found else ()), *(WITH_BODY if reads_body else ())}

    def _is_paginated_list(self) -> bool:
        return getattr(self.view, "action", "") == "list" and bool(self.view.pagination_class)

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)  # type: ignore[misc]
        for status in self.usual_errors() - {int(code) for code in bodies}:
            code = str(status)
            bodies[code] = self._get_response_for_code(problem_of(status), code, None, direction)
        return dict(sorted(bodies.items()))

    def _get_response_for_code(
        self,
        serializer: Any,
        status_code: str,
        media_types: Any = None,
        direction: Any = "response",
    ) -> dict[str, Any]:
        if int(status_code) >= 400:
            media_types = [problem_details.MEDIA_TYPE]
        found: dict[str, Any] = super()._get_response_for_code(  # type: ignore[misc]
            replaced(self.view, serializer), status_code, media_types, direction or "response"
        )
        return found

    def _get_request_for_media_type(self, serializer: Any, direction: Any = "request") -> Any:
        return super()._get_request_for_media_type(  # type: ignore[misc]
            replaced(self.view, serializer), direction
        )


def replaced(view: Any, serializer: Any) -> Any:
    """Return the serializer that a site's view uses instead of the one of the app's view."""
    is_list = isinstance(serializer, serializers.ListSerializer)
    described = type(serializer.child) if is_list else serializer
    if not isinstance(described, type):
        return serializer
    for base in type(view).__mro__:
        for before, after in _pairs(vars(base), view):
            if before is described and after is not described:
                return after(many=True) if is_list else after
    return serializer


def _pairs(given: Any, view: Any) -> list[tuple[Any, Any]]:
    """Return the serializers of one class in the view's ancestry, each with the view's own."""
    names = ("serializer_class", "request_serializer_class")
    pairs = [(given[name], getattr(view, name)) for name in names if name in given]
    for name in ("action_request_serializers", "action_response_serializers"):
        action = getattr(view, "action", None)
        if action in given.get(name, {}):
            pairs.append((given[name][action], getattr(view, name)[action]))
    return pairs


def strict(serializer: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """Say in the schema of a body what the server refuses: unknown fields and empty values."""
    properties = schema.get("properties", {})
    for name, field in serializer.fields.items():
        if name in properties:
            properties[name] |= _limits(field)
    smallest = {"minProperties": serializer.min_fields} if serializer.min_fields else {}
    return {**schema, **smallest, "additionalProperties": False}


def _limits(field: Any) -> dict[str, int]:
    if isinstance(field, serializers.ListField) and not field.allow_empty:
        return {"minItems": 1}
    if type(field) is serializers.CharField and not field.allow_blank:
        return {"minLength": 1}
    return {}
