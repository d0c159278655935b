"""Validates every response in the tests against the OpenAPI schema."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from django_outfitanyone.api.schema import Generator

API = "/api/outfitanyone/v1"
UNDOCUMENTED = {304, 405}
"""Answers to a conditional request, and to a method that the schema does not have."""
JSON = {"application/json", "application/problem+json"}

REFRESH = (
    "DJANGO_SETTINGS_MODULE=tests.settings python -m django spectacular"
    " --generator-class django_outfitanyone.api.schema.Generator --file docs/openapi.yaml"
)
"""The command that refreshes docs/openapi.yaml."""


@cache
def schema():
    return Generator().get_schema(public=True)


def check(method, path, response):
    """Raise ``AssertionError`` if the schema does not describe the status, a header or the body."""
    operation = _operation(method.lower(), urlsplit(path).path)
    if operation is None or response.status_code in UNDOCUMENTED:
        return
    documented = operation["responses"].get(str(response.status_code))
    assert documented, f"{method} {path}: undocumented {response.status_code}: {response.content}"
    for name in ("Location", "Retry-After"):
        if response.has_header(name) and response.status_code < 400:
            assert name in documented.get("headers", {}), f"{method} {path}: undocumented {name}"
    if "content" in documented and response["Content-Type"] in JSON:
        ((content_type, media_type),) = documented["content"].items()
        assert response["Content-Type"] == content_type, f"{method} {path}"
        validator(media_type["schema"]["$ref"]).validate(response.json())


def _operation(method, path):
    for pattern, operations in _paths():
        if pattern.fullmatch(path):
            return operations.get(method)
    return None


@cache
def _paths():
    """Return path patterns, most specific first: ``try-ons/bulk/`` before ``try-ons/{id}/``."""
    paths = sorted(schema()["paths"].items(), key=lambda item: item[0].count("{"))
    return [
        (re.compile(API + re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), operations)
        for path, operations in paths
    ]


@cache
def validator(reference):
    components = {
        name: _as_json_schema(component)
        for name, component in schema()["components"]["schemas"].items()
    }
    return Draft202012Validator({"$ref": reference, "components": {"schemas": components}})


def _as_json_schema(node):
    """Translate ``nullable`` of OpenAPI 3.0 to JSON Schema, and forbid unknown properties."""
    if isinstance(node, list):
        return [_as_json_schema(part) for part in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _as_json_schema(part) for name, part in node.items() if name != "nullable"}
    if isinstance(plain.get("properties"), dict):
        plain["additionalProperties"] = False
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain
