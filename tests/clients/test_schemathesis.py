"""schemathesis sends what the schema allows and forbids, and compares the responses with it."""

from __future__ import annotations

import pytest

from tests.clients.conftest import SCHEMA
from tests.clients.tools import tool

pytestmark = [pytest.mark.clients, pytest.mark.slow]

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
EXAMPLES = 4
"""Requests to each operation; more find no more, and take longer."""


def test_api__has_no_server_error_and_keeps_to_its_schema(site, run, tmp_path):
    printed = run(
        *(tool("schemathesis"), "run", SCHEMA, "--url", site["url"]),
        *("--header", f"Authorization: {site['authorization']}"),
        *("--checks", ",".join(CHECKS), "--phases", "fuzzing", "--max-examples", EXAMPLES),
        *("--seed", "1", "--no-shrink", "--continue-on-failure", "--warnings", "off"),
        *("--suppress-health-check", "all", "--request-timeout", "60"),
        cwd=tmp_path,
        PATH="",
    )

    assert "No issues found" in printed
