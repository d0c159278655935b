from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from django_outfitanyone.exceptions import AccountProblem, InputRejected, ServerFault
from tests.drawing import picture
from tests.engines.dashscope.conftest import TRY_ON
from tests.engines.dashscope.listener import answers, behind_tls, response

HOUR = timedelta(hours=1)
PERMIT = {
    "policy": "p",
    "signature": "s",
    "upload_dir": "dir",
    "oss_access_key_id": "id",
}


def test_upload__is_valid_for_almost_two_days(client):
    before = datetime.now(timezone.utc)

    upload = client.upload(picture(), filename="person.PNG", model=TRY_ON)

    assert upload.url.startswith("oss://dashscope-instant/")
    assert upload.url.endswith(".png")
    assert 47 * HOUR <= upload.expires_at - before < 48 * HOUR


def test_upload__of_the_same_picture_twice_has_two_addresses(client):
    data = picture()

    urls = {client.upload(data, filename="a.png", model=TRY_ON).url for _ in range(2)}

    assert len(urls) == 2


@pytest.mark.parametrize(
    ("status", "code", "message", "error"),
    [
        (403, "AccessDenied", "You have no right to access this object.", AccountProblem),
        (403, "AccessDenied", "Invalid according to Policy: Policy expired.", ServerFault),
        (400, "EntityTooLarge", "Your proposed upload exceeds …", InputRejected),
        (409, "FileAlreadyExists", "", ServerFault),
        (500, "InternalError", "We encountered an internal error.", ServerFault),
    ],
)
def test_upload__error_of_the_object_storage_is_raised(
    client, sandbox, status, code, message, error
):
    sandbox.faults.add("error", endpoint="upload", code=code, status=status, message=message)

    with pytest.raises(error) as caught:
        client.upload(picture(), filename="a.png", model=TRY_ON)
    assert type(caught.value) is error
    assert (caught.value.code, caught.value.http_status) == (code, status)
    assert caught.value.request_id


@pytest.mark.parametrize("endpoint", ["policy", "upload"])
@pytest.mark.parametrize("kind", ["drop-before", "drop-after"])
def test_upload__lost_upload_may_be_repeated(client, sandbox, endpoint, kind):
    sandbox.faults.add(kind, endpoint=endpoint)

    with pytest.raises(ServerFault):
        client.upload(picture(), filename="a.png", model=TRY_ON)
    assert client.upload(picture(), filename="a.png", model=TRY_ON).url


def test_upload__sends_the_fields_in_order_and_the_file_last(listen, client_of):
    storage = listen(answers(response(b"")))
    data = {**PERMIT, "upload_host": f"http://{storage.address}"}
    api = listen(answers(response({"data": data})))

    client_of(api.base_url).upload(b"\x89PNG\r\n", filename="Jane Doe.png", model=TRY_ON)

    (request,) = storage.requests
    names = [part.split(b'"')[1] for part in request.split(b"form-data; name=")[1:]]
    assert names == [
        b"OSSAccessKeyId",
        b"policy",
        b"Signature",
        b"key",
        b"x-oss-object-acl",
        b"x-oss-forbid-overwrite",
        b"success_action_status",
        b"file",
    ]
    assert b"\x89PNG\r\n" in request.split(b'name="file"')[1]
    assert b"Jane" not in request


def test_upload__never_goes_from_https_to_http(listen, client_of, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    storage = listen(answers(response(b"")))
    data = {**PERMIT, "upload_host": f"http://{storage.address}"}
    api = listen(behind_tls(certificate, answers(response({"data": data}))))

    with pytest.raises(ServerFault) as caught:
        client_of(f"https://{api.address}/api/v1").upload(b"x", filename="a.png", model=TRY_ON)
    assert caught.value.code == "UnreadableAnswer"
    assert storage.requests == []
