"""docs/api.md matches the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from django_outfitanyone.api import request_serializers, schema_rules
from django_outfitanyone.api.errors import CONFLICTS, FIXED_BY_VALUES
from django_outfitanyone.api.idempotency import HEADER, MAX_LENGTH
from django_outfitanyone.api.pagination import NewestFirstPagination
from django_outfitanyone.api.views import THROTTLE_SCOPE
from django_outfitanyone.choices import Status
from tests.api import contract
from tests.api.operations import OPERATIONS

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```json (\w+)\n(.*?)```", TEXT, re.DOTALL)
ROWS = re.findall(
    r"^\| (GET|POST|PATCH|DELETE) \| `(\S+)` \|.*\| (?:`(\w+)`(?:, `(\w+)`)? )?\|$",
    TEXT,
    re.MULTILINE,
)


@pytest.mark.parametrize(("component", "example"), EXAMPLES)
def test_examples__match_the_schema(component, example):
    contract.validator(f"#/components/schemas/{component}").validate(json.loads(example))


def test_examples__are_all_found():
    assert len(EXAMPLES) == TEXT.count("```json") > 5


def test_operations__are_all_in_the_table():
    documented = {(method.lower(), f"/{path}") for method, path, *_permissions in ROWS}
    existing = {
        (method, path) for path, methods in contract.schema()["paths"].items() for method in methods
    }

    assert documented == existing


def test_permissions__match_the_tested_ones():
    documented = {
        (method.lower(), path, permission, work)
        for method, path, permission, work in ROWS
        if permission
    }
    tested = {
        (method, re.sub(r"{\w+}", "{id}", path), permission, work)
        for method, path, permission, work in OPERATIONS
    }

    assert documented == tested


def test_values_and_limits__match_the_code():
    values = {*FIXED_BY_VALUES, *CONFLICTS, *Status.values, HEADER, THROTTLE_SCOPE}
    for text in (*values, contract.REFRESH):
        assert text in TEXT, text
    assert f"at most {MAX_LENGTH} characters" in TEXT
    pages = NewestFirstPagination
    assert f"`page_size` is {pages.page_size}, at most {pages.max_page_size}" in " ".join(
        TEXT.split()
    )
    assert (
        f"{request_serializers.MAX_IDS} ids of each and "
        f"{request_serializers.MAX_BATCH_SIZE} try-ons" in TEXT
    )
    assert re.findall(r"^\| (\d{3}) \|", TEXT, re.MULTILINE) == [
        str(one) for one in schema_rules.STATUS_DESCRIPTIONS
    ]
