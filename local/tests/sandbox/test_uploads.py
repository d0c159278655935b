"""Temporary uploads: policy, form post, oss:// URLs."""

from __future__ import annotations

import base64
import json
import re
from xml.etree import ElementTree as ET

import pytest
import requests

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox import uploads

from .conftest import RESOLVE, upload_fields

HOUR = 3600


@pytest.fixture
def policy(api):
    return api.policy().json()["data"]


def post(policy, *, fields=None, without=(), data=b"picture", changes=()):
    fields = (fields or upload_fields(policy)) | dict(changes)
    fields = {name: value for name, value in fields.items() if name not in without}
    return requests.post(policy["upload_host"], data=fields, files={"file": data}, timeout=20)


def problem(response):
    """Status, code and message of an XML error."""
    assert response.headers["Content-Type"] == "application/xml"
    error = ET.fromstring(response.content)
    assert [child.tag for child in error] == ["Code", "Message", "RequestId", "HostId"]
    return response.status_code, error.findtext("Code"), error.findtext("Message")


def test_policy__has_the_documented_fields(api):
    body = api.policy().json()
    assert list(body) == ["request_id", "data"]
    data = body["data"]
    assert set(data) == {
        "policy",
        "signature",
        "upload_dir",
        "upload_host",
        "expire_in_seconds",
        "max_file_size_mb",
        "capacity_limit_mb",
        "oss_access_key_id",
        "x_oss_object_acl",
        "x_oss_forbid_overwrite",
    }
    assert (data["expire_in_seconds"], data["max_file_size_mb"]) == (300, 100)
    assert (data["x_oss_object_acl"], data["x_oss_forbid_overwrite"]) == ("private", "true")
    assert re.fullmatch(
        r"dashscope-instant/[0-9a-f]{32}/\d{4}-\d\d-\d\d/" + body["request_id"], data["upload_dir"]
    )


def test_policy__decodes_to_its_conditions(policy):
    decoded = json.loads(base64.b64decode(policy["policy"]))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", decoded["expiration"])
    assert ["starts-with", "$key", policy["upload_dir"]] in decoded["conditions"]
    assert {"x-oss-forbid-overwrite": "true"} in decoded["conditions"]
    assert decoded["conditions"][0] == ["content-length-range", 0, 100 * 1024 * 1024]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"model": "aitryon"}, "action"),
        ({"action": "getpolicy", "model": "aitryon"}, "action"),
        ({"action": "getPolicy"}, "model"),
    ],
)
def test_policy__needs_action_and_model(api, arguments, name):
    response = api.call("GET", "/api/v1/uploads", params=arguments)
    assert response.status_code == 400
    assert response.json()["message"].startswith(f"Required parameter({name}) missing or invalid")


def test_policy__needs_a_key(new_api):
    assert new_api(key=None).policy().status_code == 401


def test_upload__responds_without_a_body(policy):
    response = post(policy)
    assert (response.status_code, response.content) == (200, b"")


def test_upload__without_success_status_is_204(policy):
    assert post(policy, without=["success_action_status"]).status_code == 204


def test_upload__accepts_a_content_type_field(policy):
    assert post(policy, changes={"x-oss-content-type": "image/png"}).status_code == 200


def test_upload__the_same_key_twice(policy):
    assert post(policy).status_code == 200
    assert problem(post(policy))[:2] == (409, "FileAlreadyExists")


@pytest.mark.parametrize("name", ["OSSAccessKeyId", "policy", "Signature", "key"])
def test_upload__missing_field(policy, name):
    assert problem(post(policy, without=[name]))[:2] == (400, "InvalidArgument")


def test_upload__missing_file(policy):
    response = requests.post(policy["upload_host"], data=upload_fields(policy), timeout=5)
    assert problem(response)[:2] == (400, "InvalidArgument")


@pytest.mark.parametrize("name", ["x-oss-forbid-overwrite", "x-oss-object-acl"])
def test_upload__missing_condition_field(policy, name):
    status, code, message = problem(post(policy, without=[name]))
    assert (status, code) == (403, "AccessDenied")
    assert message.startswith('Invalid according to Policy: Policy Condition failed: ["eq", ')


@pytest.mark.parametrize("key", ["elsewhere/a.png", "dashscope-instant/a.png"])
def test_upload__key_outside_the_folder(policy, key):
    status, code, message = problem(post(policy, changes={"key": key}))
    assert (status, code) == (403, "AccessDenied")
    assert "starts-with" in message


@pytest.mark.parametrize("name", ["x" * 1024, "ü" * 600])
def test_upload__key_too_long(policy, name):
    assert problem(post(policy, fields=upload_fields(policy, name=name)))[1] == "InvalidObjectName"


@pytest.mark.parametrize("name", ["../../x", "bild mit ümlaut.png", "a/b/c", "%2e%2e", "x\x00y"])
def test_upload__any_name_stays_in_its_folder(api, server, tmp_path, name):
    url = api.upload(picture_bytes(), name=name)
    garment = api.upload(picture_bytes(seed=2), name="garment")
    task = api.submitted(person_image_url=url, top_garment_url=garment, headers=RESOLVE)
    assert api.finished(task)["task_status"] == "SUCCEEDED"


def test_upload__forged_policy(policy):
    forged = base64.b64encode(b'{"expiration": "2999-01-01T00:00:00.000Z", "conditions": []}')
    assert problem(post(policy, changes={"policy": forged.decode()}))[:2] == (
        403,
        "SignatureDoesNotMatch",
    )


def test_upload__wrong_access_key(policy):
    assert problem(post(policy, changes={"OSSAccessKeyId": "LTAI"}))[:2] == (
        403,
        "InvalidAccessKeyId",
    )


def test_upload__expired_policy(policy, server):
    server.clock.advance(299)
    assert post(policy).status_code == 200
    server.clock.advance(2)
    assert problem(post(policy, fields=upload_fields(policy, name="b"))) == (
        403,
        "AccessDenied",
        "Invalid according to Policy: Policy expired.",
    )


def test_upload__larger_than_the_policy_allows(api, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 1000)
    policy = api.policy().json()["data"]
    assert problem(post(policy, data=b"x" * 1001))[:2] == (400, "EntityTooLarge")


def test_upload__far_too_large_is_not_read(policy, monkeypatch):
    monkeypatch.setattr(
        "outfitanyone_local.sandbox.vendors.dashscope.endpoints.MAX_FILE_BYTES", 1000
    )
    assert problem(post(policy, data=b"x" * (2 << 20)))[:2] == (400, "EntityTooLarge")


def test_upload__malformed(policy):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for data in (b"--x", b"--y\r\n\r\n--y--", b"", b"\xff" * 1000):
        response = requests.post(policy["upload_host"], data=data, headers=headers, timeout=5)
        assert problem(response)[:2] == (400, "InvalidArgument")


class TestOssUrl:
    @pytest.fixture
    def garment(self, api):
        return api.upload(picture_bytes(seed=2), name="garment.png")

    def failed(self, api, server, **options):
        output = api.finished(api.submitted(**options))
        assert output["task_status"] == "FAILED", output
        return output["code"], output["message"]

    def test_url__works_for_its_model(self, api, garment):
        task = api.submitted(person_image_url=garment, top_garment_url=garment, headers=RESOLVE)
        assert api.finished(task)["task_status"] == "SUCCEEDED"

    def test_url__works_for_parsing(self, api):
        url = api.upload(picture_bytes(), model="aitryon-parsing-v1")
        assert api.parse(url, headers=RESOLVE).status_code == 200

    def test_url__needs_the_resolve_header(self, api, server, garment):
        fields = {"person_image_url": garment, "top_garment_url": garment}
        assert self.failed(api, server, **fields) == (
            "invalid_parameter_error",
            (
                "InternalError.Algo.InvalidParameter: The provided URL does not appear to be "
                "valid. Ensure it is correctly formatted."
            ),
        )
        response = api.parse(garment)
        assert (response.status_code, response.json()["code"]) == (400, "invalid_parameter_error")

    def test_url__is_bound_to_its_model(self, api, server, garment):
        fields = {"person_image_url": garment, "top_garment_url": garment, "headers": RESOLVE}
        code, message = self.failed(api, server, model="aitryon", **fields)
        assert code == "InvalidParameter.DataInspection"
        assert message.startswith("Don't have authorization to access the media resource")

    def test_url__is_bound_to_its_account(self, new_api, server, garment):
        fields = {"person_image_url": garment, "top_garment_url": garment, "headers": RESOLVE}
        code, message = self.failed(new_api("sk-else"), server, **fields)
        assert code == "InvalidParameter.DataInspection"
        assert message.startswith("Don't have authorization")

    def test_url__lives_48_hours(self, api, server, garment):
        fields = {"person_image_url": garment, "top_garment_url": garment, "headers": RESOLVE}
        server.clock.advance(48 * HOUR - 30)
        assert api.finished(api.submitted(**fields))["task_status"] == "SUCCEEDED"
        server.clock.advance(60)
        code, message = self.failed(api, server, **fields)
        assert code == "InvalidParameter.DataInspection"
        assert message.startswith("Failed to find the requested media resource")

    @pytest.mark.parametrize("url", ["oss://", "oss://other/x.png", "oss://../../secret"])
    def test_url__never_issued(self, api, server, url):
        fields = {"person_image_url": url, "top_garment_url": url, "headers": RESOLVE}
        assert self.failed(api, server, **fields)[0] == "InvalidParameter.DataInspection"
