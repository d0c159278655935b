"""The key goes to the configured host and to the vendor's own hosts, and nowhere else."""

from __future__ import annotations

import pytest
import requests
from urllib3.util import parse_url

from django_outfitanyone.engines.own_addresses import OwnAddresses

VENDOR = OwnAddresses("https://api.bfl.ai", domain="bfl.ai")
SANDBOX = OwnAddresses("http://127.0.0.1:8500/flux-vto/", domain="bfl.ai")

FOREIGN = [
    "http://api.bfl.ai/v1/get_result?id=1",  # the key in clear text
    "https://api.bfl.ai:8443/x",
    "https://bfl.ai.evil.example/x",
    "https://evilbfl.ai/x",
    "https://evil.example/.bfl.ai",
    "https://evil.example#.bfl.ai",
    "https://evil.example?.bfl.ai",
    "https://api.bfl.ai@evil.example/x",
    "https://user:pass@api.bfl.ai/x",
    "https://evil.example\\@api.bfl.ai/x",
    "https:\\\\api.bfl.ai/x",
    "https://api.bfl.ai\\.evil.example/x",
    "https://api.bfl.ai\n.evil.example/x",
    "https://api.bfl.ai\t.evil.example/x",
    "https://api.bfl.ai%00.evil.example/x",
    "https://ａpi.bfl.ai/x",
    "//evil.example/x",
    "///evil.example/x",
    "http://127.0.0.1/x",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "http://localhost:8500/x",
    "https://api.bfl.ai:x/y",
    "https://[api.bfl.ai/x",
    "file:///etc/passwd",
    "ftp://api.bfl.ai/x",
    "javascript:alert(1)",
    "https://",
    "",
]


@pytest.mark.parametrize("address", FOREIGN)
def test_own__foreign_address_is_none(address):
    assert VENDOR.own(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "https://api.bfl.ai/v1/get_result?id=1",
        "https://API.BFL.AI/v1/get_result?id=1",
        "https://api.bfl.ai:443/v1/get_result?id=1",
        "https://api.eu.bfl.ai/v1/get_result?id=1&x=(a)",
        "https://bfl.ai/x",
    ],
)
def test_own__address_of_the_vendor(address):
    assert VENDOR.own(address) == address


def test_own__relative_address_is_below_the_base_url():
    assert VENDOR.own("/v1/x?y=1") == "https://api.bfl.ai/v1/x?y=1"
    assert SANDBOX.own("/v1/x") == "http://127.0.0.1:8500/flux-vto/v1/x"
    assert SANDBOX.own("/flux-vto/v1/x") == "http://127.0.0.1:8500/flux-vto/v1/x"
    assert VENDOR.own("//api.eu.bfl.ai/x") == "https://api.eu.bfl.ai/x"


def test_own__host_of_a_sandbox_or_proxy():
    assert SANDBOX.own("http://127.0.0.1:8500/flux-vto/v1/x")
    assert SANDBOX.own("http://127.0.0.1:8500/other")
    assert SANDBOX.own("http://127.0.0.1:8501/flux-vto/v1/x") == ""
    assert SANDBOX.own("https://127.0.0.1:8500/flux-vto/v1/x") == ""
    # the key of a proxy is not the vendor's business
    assert SANDBOX.own("https://api.bfl.ai/v1/x") == ""


@pytest.mark.parametrize("address", [*FOREIGN, "https://api.eu.bfl.ai/a?b#c", "/v1/x"])
def test_own__libraries_see_the_same_host(address):
    found = VENDOR.own(address)
    if not found:
        return
    sent_to = requests.Request("GET", found).prepare().url
    for url in (found, sent_to):
        host = parse_url(url).host
        assert host == "bfl.ai" or host.endswith(".bfl.ai")
