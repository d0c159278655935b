from __future__ import annotations

import socket
from datetime import datetime, timedelta, timezone

import pytest

from django_outfitanyone.exceptions import (
    AccountProblem,
    InputRejected,
    RequestNotSent,
    ServerFault,
)
from django_outfitanyone.storable_text import is_storable
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


# -- the host that the permit names


def api_that_names(listen, upload_host, **data):
    return listen(answers(response({"data": {**PERMIT, "upload_host": upload_host, **data}})))


def test_upload_host__in_a_private_network_gets_nothing(listen, client_of):
    storage = listen(answers(response(b"")))
    api = api_that_names(listen, f"http://{storage.address}")
    client = client_of(api.base_url, allow_private_addresses=False)

    with pytest.raises(RequestNotSent, match=r"private network \(127\.0\.0\.1\).*ALLOW_PRIVATE"):
        client.upload(b"x", filename="a.png", model=TRY_ON)
    assert storage.requests == []


def test_upload_host__that_resolves_to_a_private_address_gets_nothing(
    listen, client_of, monkeypatch
):
    storage = listen(answers(response(b"")))
    port = int(storage.address.rpartition(":")[2])
    api = api_that_names(listen, f"http://storage.example:{port}")
    client = client_of(api.base_url, allow_private_addresses=False)
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *args, **kwargs: (
            [entry] if host == "storage.example" else real(host, *args, **kwargs)
        ),
    )

    with pytest.raises(RequestNotSent, match="private network"):
        client.upload(b"x", filename="a.png", model=TRY_ON)
    assert storage.requests == []


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[fd00::1]", "192.168.1.1:8080"])
def test_upload_host__in_a_private_network_is_not_reached_through_a_proxy(
    listen, client_of, monkeypatch, host
):
    proxy = listen(answers(response(b"")))
    monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
    client = client_of(
        api_that_names(listen, f"http://{host}").base_url, allow_private_addresses=False
    )

    with pytest.raises(RequestNotSent, match="private network"):
        client.upload(b"x", filename="a.png", model=TRY_ON)
    assert proxy.requests == []


@pytest.mark.parametrize(
    "data",
    [
        {"upload_host": "http://["},
        {"upload_host": "//storage.example"},
        {"upload_host": "file:///etc/passwd"},
        {"upload_dir": "d" * 500},
    ],
)
def test_permit__odd_values_are_refused_before_anything_is_sent(listen, client_of, data):
    api = listen(
        answers(response({"data": {**PERMIT, "upload_host": "http://127.0.0.1:1", **data}}))
    )

    with pytest.raises(ServerFault) as caught:
        client_of(api.base_url).upload(b"x", filename="a.png", model=TRY_ON)
    assert caught.value.code == "UnreadableAnswer"


def test_storage_error__is_stored_by_every_database(listen, client_of):
    body = f"<Error><Code>{'C' * 500}</Code><Message>a\0b&#0;&#xD800;</Message></Error>"
    storage = listen(answers(response(body.encode(), status=400)))
    api = api_that_names(listen, f"http://{storage.address}")

    with pytest.raises(InputRejected) as caught:
        client_of(api.base_url).upload(b"x", filename="a.png", model=TRY_ON)
    assert caught.value.code == "C" * 100
    assert is_storable(caught.value.message)
