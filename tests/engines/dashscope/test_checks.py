"""What the engine tells the doctor about key, region, clock and end of the models."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from django_outfitanyone.engines.base import EngineConfig
from django_outfitanyone.engines.dashscope import checks
from tests.engines.dashscope.conftest import unused_port


def by_name(results):
    return {result.name: result for result in results}


def config(url, **fields):
    return EngineConfig(base_url=url, connect_timeout=1, read_timeout=1, **fields)


def test_check__of_a_sandbox_is_good(client, sandbox):
    found = by_name(client.check())

    assert {name: result.is_good for name, result in found.items()} == {
        "key": True,
        "region": True,
        "clock": True,
    }
    assert found["region"].message % found["region"].values == (
        "A local sandbox at 127.0.0.1. Pictures are previews and cost nothing."
    )
    assert sandbox.stats["submits"] == 0


def test_check__tells_the_refusal_of_a_key_and_what_to_do(client, sandbox):
    sandbox.faults.add("error", endpoint="list", code="InvalidApiKey")
    found = by_name(client.check())["key"]

    assert not found.is_good
    assert "InvalidApiKey" in found.message
    assert found.remedy


def test_check__of_an_unreachable_api_says_it_once(client_of):
    client = client_of(f"http://127.0.0.1:{unused_port()}/api/v1")

    assert [result.name for result in client.check() if not result.is_good] == ["api"]


@pytest.mark.parametrize(
    ("url", "is_good", "part"),
    [
        ("https://dashscope.aliyuncs.com/api/v1", True, "real service"),
        ("https://dashscope-intl.aliyuncs.com/api/v1", False, "Singapore"),
        ("http://10.0.0.7/api/v1", False, "private network"),
    ],
)
def test_region__is_judged_by_the_address(url, is_good, part):
    found = checks.check_region(config(url))

    assert found.is_good is is_good
    assert part in found.message % found.values


@pytest.mark.parametrize(
    ("seconds", "is_good", "is_warning"), [(0, True, True), (15, False, True), (90, False, False)]
)
def test_clock__that_differs_is_a_warning_and_then_a_problem(
    sandbox, monkeypatch, seconds, is_good, is_warning
):
    there = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    monkeypatch.setattr(checks.probe, "remote_time", lambda _url, *, timeout: there)
    (found,) = checks.check_clock(config(sandbox.base_url))

    assert (found.is_good, found.is_warning) == (is_good, is_warning)
    assert bool(found.remedy) is not is_good
