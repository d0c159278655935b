"""Requests of web pages from elsewhere: foreign ``Host`` and ``Origin`` headers."""

from __future__ import annotations

import pytest
import requests

from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options

from .conftest import Api

PATHS = ["/api/v1/tasks/x", "/api/v1/uploads", "/api/v1/oss/x", "/sandbox/", "/", "/nothing"]
FOREIGN = [
    "evil.example",
    "evil.example:8321",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "notlocalhost",
    "10.0.0.7",
    "[2001:db8::1]:80",
    "0.0.0.0",
    "<script>",
    "[",
    "",
]


def get(server, path="/api/v1/tasks/x", **headers):
    return requests.get(
        server.root_url + path,
        headers={"Authorization": "Bearer k", **headers},
        timeout=5,
    )


@pytest.mark.parametrize("path", PATHS)
def test_foreign_host__is_refused_everywhere(server, path):
    response = get(server, path, Host="evil.example")
    assert response.status_code == 403
    body = response.json()
    assert body["code"] == "HostNotAllowed"
    assert "evil.example" in body["message"]
    assert "--allow-host" in body["message"]


@pytest.mark.parametrize("host", FOREIGN)
def test_foreign_host__in_any_form(server, host):
    assert get(server, Host=host).status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://evil.example:8321",
        "null",
        "",
        "http://localhost.evil.example",
        "file://",
        "http://[",
    ],
)
def test_foreign_origin__is_refused(server, origin):
    response = get(server, Origin=origin)
    assert (response.status_code, response.json()["code"]) == (403, "HostNotAllowed")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:9000", "[::1]", "[::1]:8321"]
)
def test_own_names__are_served_on_every_port(server, host):
    assert get(server, Host=host).status_code == 200
    assert get(server, Origin=f"http://{host}").status_code == 200


def test_foreign_request__has_no_effect(server, api):
    api.call("POST", "/sandbox/reset", headers={"Host": "evil.example"})
    server.faults.add("error", code="Throttling", endpoint="query", times=1)
    get(server, Host="evil.example")
    assert server.stats.as_dict()["queries"] == 0
    assert api.query("x").status_code == 429


def test_address_that_the_connection_reached__is_served():
    with SandboxServer(host="0.0.0.0") as server:
        url = f"http://127.0.0.2:{server.port}/api/v1/tasks/x"
        response = requests.get(url, headers={"Authorization": "Bearer k"}, timeout=5)
    assert response.status_code == 200


def test_allowed_hosts__are_served_too(engine):
    options = Options(allowed_hosts=("Sandbox.internal",))
    with SandboxServer(options=options, engine=engine) as server:
        api = Api(server)
        headers = {"Host": "sandbox.internal:8321"}
        assert api.call("GET", "/api/v1/tasks/x", headers=headers).status_code == 200
        assert get(server, Origin="https://sandbox.internal").status_code == 200
        assert get(server, Host="other.internal").status_code == 403
        api.session.close()


def test_allowed_hosts__cannot_be_changed_by_a_request(server):
    with pytest.raises(ValueError, match="no option"):
        server.change_options(allowed_hosts=("evil.example",))
