"""API keys, headers, paths and bodies, and the errors for invalid ones."""

from __future__ import annotations

import json
import socket

import pytest
import requests

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.remote_models import IMAGE_PROCESS, IMAGE_SYNTHESIS

from .conftest import ASYNC, RESOLVE

BODY = {
    "model": "aitryon-plus",
    "input": {"person_image_url": "http://x/p.jpg", "top_garment_url": "http://x/t.jpg"},
}


def error(response):
    """Status, code and message of an error, after a check of its form."""
    body = response.json()
    assert set(body) == {"code", "message", "request_id"}
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Request-Id"] == body["request_id"]
    return response.status_code, body["code"], body["message"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_submit__responds_like_the_sample(api, slash):
    response = api.post_submit(BODY, slash=slash)
    assert response.status_code == 200
    assert list(response.json()) == ["output", "request_id"]
    assert list(response.json()["output"]) == ["task_status", "task_id"]
    assert response.json()["output"]["task_status"] == "PENDING"
    assert response.headers["X-Request-Id"] == response.json()["request_id"]
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/tasks", "GET"),
        ("/api/v1/tasks/some-id", "GET"),
        ("/api/v1/uploads?action=getPolicy&model=aitryon", "GET"),
    ],
)
def test_paths__may_end_in_a_slash(api, path, method):
    plain, _, query = path.partition("?")
    responses = [api.call(method, f"{p}?{query}").status_code for p in (plain, f"{plain}/")]
    assert responses == [200, 200]


def test_submit__content_type_may_name_a_charset(api):
    headers = ASYNC | {"Content-Type": "application/json; charset=utf-8"}
    assert api.post_submit(BODY, headers=headers).status_code == 200


def test_key__missing(new_api):
    response = new_api(key=None).post_submit(BODY)
    assert error(response) == (401, "InvalidApiKey", "No API-key provided.")
    assert list(response.json()) == ["code", "message", "request_id"]
    assert "X-DashScope-Call-App" not in response.headers


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  "])
def test_key__empty_counts_as_missing(new_api, header):
    response = new_api(key=None).post_submit(BODY, headers=ASYNC | {"Authorization": header})
    assert error(response) == (401, "InvalidApiKey", "No API-key provided.")


@pytest.mark.parametrize("key", ["sk-x", "sk-ws-" + "a" * 115, "st-1", "x", "ключ".encode().hex()])
def test_key__any_format_is_accepted(new_api, key):
    assert new_api(key=key).post_submit(BODY).status_code == 200


def test_key__other_scheme_is_invalid(new_api):
    response = new_api(key=None).post_submit(BODY, headers=ASYNC | {"Authorization": "Basic eDp5"})
    assert error(response) == (401, "InvalidApiKey", "Invalid API-key provided.")


class TestKnownKeys:
    @pytest.fixture
    def options(self):
        return Options(api_keys=("sk-one", "sk-two"))

    def test_key__unknown_one_is_refused(self, new_api):
        response = new_api("sk-three").post_submit(BODY)
        assert error(response) == (401, "InvalidApiKey", "Invalid API-key provided.")

    def test_key__each_known_one_is_accepted(self, new_api):
        assert new_api("sk-one").post_submit(BODY).status_code == 200
        assert new_api("sk-two").post_submit(BODY).status_code == 200


class TestSharedAccount:
    """The keys of a main account and its RAM users share tasks, limits and uploads."""

    @pytest.fixture
    def options(self):
        return Options(api_keys=("sk-one", "sk-two"), shared_account=True)

    @pytest.fixture
    def fields(self, person, garment):
        return {"person_image_url": person, "top_garment_url": garment}

    def test_task__is_seen_with_every_key(self, new_api, fields):
        task = new_api("sk-one").submitted(**fields)
        assert new_api("sk-two").output(task)["task_status"] != "UNKNOWN"
        assert new_api("sk-two").listed().json()["total"] == 1

    def test_limits__count_for_all_keys_together(self, new_api, server):
        server.change_options(submits_per_second=1)
        assert new_api("sk-one").post_submit(BODY).status_code == 200
        assert new_api("sk-two").post_submit(BODY).status_code == 429

    def test_uploads__are_read_with_every_key(self, new_api, person):
        url = new_api("sk-one").upload(picture_bytes(), model="aitryon-parsing-v1")
        response = new_api("sk-two").parse(url, headers=RESOLVE)
        assert response.status_code == 200

    def test_unknown_key__is_refused_all_the_same(self, new_api):
        assert new_api("sk-three").post_submit(BODY).status_code == 401


def test_account__is_another_one_for_each_key_by_default(new_api, person, garment):
    fields = {"person_image_url": person, "top_garment_url": garment}
    task = new_api("sk-one").submitted(**fields)
    assert new_api("sk-two").output(task)["task_status"] == "UNKNOWN"


@pytest.mark.parametrize("value", [None, "", "disable", "true"])
def test_submit__needs_the_async_header(api, value):
    response = api.post_submit(BODY, headers={"X-DashScope-Async": value})
    message = "current user api does not support synchronous calls."
    assert error(response) == (403, "AccessDenied", message)


def test_parse__refuses_the_async_header(api):
    response = api.parse("http://x/p.jpg", headers=ASYNC)
    message = "Current user api does not support asynchronous calls."
    assert error(response) == (403, "AccessDenied", message)


def test_workspace_and_inspection_headers__change_nothing(api):
    headers = ASYNC | {
        "X-DashScope-WorkSpace": "llm-unknown",
        "X-DashScope-DataInspection": '{"input":"disable","output":"disable"}',
    }
    assert api.post_submit(BODY, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"{", "application/json"),
        (b"", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b"\xff\xfe{}", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"a":' * 50_000, "application/json"),
        (b'{"model":' + b"1" * 5000 + b"}", "application/json"),
        (json.dumps(BODY).encode(), "text/plain"),
        (json.dumps(BODY).encode(), None),
    ],
)
def test_body__has_to_be_a_json_object(api, data, content_type):
    headers = ASYNC | {"Content-Type": content_type}
    response = api.call("POST", IMAGE_SYNTHESIS, data=data, headers=headers)
    message = "Required body invalid, please check the request body format."
    assert error(response) == (400, "InvalidParameter", message)


def test_body__too_large(api):
    response = api.call(
        "POST",
        IMAGE_SYNTHESIS,
        data=b" " * (2 << 20),
        headers=ASYNC | {"Content-Type": "application/json"},
    )
    assert error(response) == (400, "BadRequest.TooLarge", "Payload Too Large.")


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        (
            {"model": None},
            "BadRequest.EmptyModel",
            'Required parameter "model" missing from request.',
        ),
        (
            {"model": ""},
            "BadRequest.EmptyModel",
            'Required parameter "model" missing from request.',
        ),
        ({"model": "aitryon-max"}, "InvalidParameter", "Model not exist."),
        ({"model": ["aitryon"]}, "InvalidParameter", "Model not exist."),
        ({"model": "aitryon-parsing-v1"}, "InvalidParameter", "url error, please check url！"),
        (
            {"input": None},
            "BadRequest.EmptyInput",
            "Required input parameter missing from request.",
        ),
        ({"input": "text"}, "BadRequest.IllegalInput", "The input parameter requires json format."),
        ({"input": []}, "BadRequest.IllegalInput", "The input parameter requires json format."),
    ],
)
def test_submit__errors_of_the_gateway(api, changes, code, message):
    assert error(api.post_submit(BODY | changes)) == (400, code, message)


def test_parse__refuses_a_try_on_model(api):
    response = api.parse("http://x/p.jpg", model="aitryon-plus")
    assert error(response) == (400, "InvalidParameter", "url error, please check url！")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", IMAGE_SYNTHESIS),
        ("PUT", IMAGE_PROCESS),
        ("DELETE", "/api/v1/tasks/x"),
        ("BREW", "/api/v1/tasks"),
    ],
)
def test_method__not_supported(api, method, path):
    message = f"Request method '{method}' is not supported."
    assert error(api.call(method, path)) == (400, "InvalidParameter", message)


@pytest.mark.parametrize(
    "path", ["/", "/api/v2/tasks", "/api/v1//tasks", "/favicon.ico", "/%00", "/%ff"]
)
def test_path__unknown(api, path):
    assert error(api.call("GET", path)) == (404, "NotFound", "Not found!")


def test_unexpected_exception__is_an_internal_error_without_details(
    api, server, monkeypatch, caplog
):
    def broken(*_, **__):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(server.sandbox.tasks, "query", broken)
    response = api.query("x")
    assert error(response) == (
        500,
        "InternalError",
        "An internal error has occured, please try again later or contact service support.",
    )
    assert "secret detail" not in response.text
    assert "secret detail" in caplog.text


def test_links__use_the_host_header(server):
    response = requests.get(
        f"{server.base_url}/uploads",
        params={"action": "getPolicy", "model": "aitryon"},
        headers={"Authorization": "Bearer k", "Host": "localhost:9000"},
        timeout=5,
    )
    assert response.json()["data"]["upload_host"].startswith("http://localhost:9000/")


def test_links__use_the_socket_address_without_a_host_header(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as wire:
        wire.sendall(
            b"GET /api/v1/uploads?action=getPolicy&model=aitryon HTTP/1.0\r\n"
            b"Authorization: Bearer k\r\n\r\n"
        )
        body = b"".join(iter(lambda: wire.recv(65536), b"")).partition(b"\r\n\r\n")[2]
    assert json.loads(body)["data"]["upload_host"].startswith(f"{server.root_url}/")
