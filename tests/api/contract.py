"""Holds every answer that a test gets against what the schema promises."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from django_outfitanyone.api.schema import Generator

API = "/api/outfitanyone/v1"
OF_EVERY_SITE = {405, 406, 415}
"""What any HTTP server may answer; not worth a line at each operation."""


@cache
def schema():
    return Generator().get_schema(public=True)


def check(method, path, response):
    """``AssertionError`` when the schema knows no such status, header or body."""
    operation = _operation(method.lower(), urlsplit(path).path)
    if operation is None or response.status_code in OF_EVERY_SITE:
        return
    promised = operation["responses"].get(str(response.status_code))
    assert promised, f"{method} {path}: {response.status_code} is in no schema: {response.content}"
    for name in ("Location", "Retry-After"):
        if response.has_header(name) and response.status_code < 400:
            assert name in promised.get("headers", {}), f"{method} {path}: unpromised {name}"
    if "content" in promised and response["Content-Type"] == "application/json":
        (media_type,) = promised["content"].values()
        validator(media_type["schema"]["$ref"]).validate(response.json())


def _operation(method, path):
    for pattern, operations in _paths():
        if pattern.fullmatch(path):
            return operations.get(method)
    return None


@cache
def _paths():
    """The most literal first: ``try-ons/bulk/`` before ``try-ons/{id}/``."""
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
    """OpenAPI 3.0 says ``nullable`` where JSON Schema has a type; and no field is a surprise."""
    if isinstance(node, list):
        return [_as_json_schema(part) for part in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _as_json_schema(part) for name, part in node.items() if name != "nullable"}
    if isinstance(plain.get("properties"), dict):
        plain["additionalProperties"] = False
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain
