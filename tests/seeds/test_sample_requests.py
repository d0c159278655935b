"""The sample requests, sent to the sandbox byte for byte but for host, key and pictures."""

from __future__ import annotations

import json
import socket

import pytest
import requests

from tests.seeds import samples
from tests.seeds.conftest import KEY

TRY_ONS = {
    "100-top": ("try_on", True, False, []),
    "101-top-keep-bottom": ("try_on", True, False, ["lower"]),
    "102-bottom": ("try_on", False, True, []),
    "103-bottom-keep-top": ("try_on", False, True, ["upper"]),
    "104-top-and-bottom": ("try_on", True, True, []),
    "105-dress": ("try_on", True, False, []),
}
"""What the sandbox's engine has to do: has a top, has a bottom, which half it keeps."""


def send(sandbox, request):
    """Send the bytes of a sample over a socket; return the status and the body."""
    lines = [
        f"{request.method} {request.path} HTTP/1.1",
        f"Host: 127.0.0.1:{sandbox.port}",
        *(f"{name}: {value}" for name, value in request.headers.items()),
        f"Content-Length: {len(request.body)}",
        "Connection: close",
    ]
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + request.body)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def parse(sandbox, photo, clothes_type):
    """Parse a half with the sample request; return the address of its crop."""
    request = samples.request("050-parse-top", key=KEY).with_pictures(image_url=photo)
    body = request.body.replace(b"upper", clothes_type.encode())
    status, answer = send(
        sandbox, samples.Request(request.method, request.path, request.headers, body)
    )
    assert status == 200
    return json.loads(answer)["output"]["crop_img_url"][0]


def addresses(sandbox, name, pictures):
    """The pictures of a sample; the half to keep is a crop that the sandbox has parsed."""
    found = dict(pictures)
    for kept, half, field in [
        ("keep-bottom", "lower", "bottom_garment_url"),
        ("keep-top", "upper", "top_garment_url"),
    ]:
        if kept in name:
            found[field] = parse(sandbox, pictures["person_image_url"], half)
    return found


@pytest.mark.parametrize("name", TRY_ONS)
def test_try_on__sample_succeeds(sandbox, pictures, name):
    request = samples.request(name, key=KEY)
    request = request.with_pictures(**addresses(sandbox, name, pictures))

    status, answer = send(sandbox, request)

    assert status == 200
    assert shape(answer) == shape(samples.answer("106-submitted"))
    task_id = json.loads(answer)["output"]["task_id"]
    sandbox.settle()
    sandbox.clock.advance(60)
    status, answer = send(sandbox, _query(task_id))
    output = json.loads(answer)["output"]
    assert output["task_status"] == "SUCCEEDED", output
    assert shape(answer) == shape(samples.answer("120-succeeded"))
    assert requests.get(output["image_url"], timeout=10).status_code == 200
    assert sandbox.sandbox.image_service._engine.calls[-1] == TRY_ONS[name]


def test_try_on__sample_without_its_key_has_the_sample_error(sandbox, pictures):
    request = samples.request("100-top", key=KEY).with_pictures(**pictures)
    headers = {name: value for name, value in request.headers.items() if name != "Authorization"}

    status, answer = send(
        sandbox, samples.Request(request.method, request.path, headers, request.body)
    )

    assert status == 401
    documented = json.loads(samples.answer("107-refused"))
    assert shape(answer) == samples.shape(documented)
    assert json.loads(answer) | {"request_id": ""} == documented | {"request_id": ""}


def test_try_on__failed_task_has_the_form_of_the_sample(sandbox, pictures):
    request = samples.request("100-top", key=KEY)
    request = request.with_pictures(**pictures | {"person_image_url": ""})
    _, answer = send(sandbox, request)
    sandbox.settle()
    sandbox.clock.advance(60)

    status, answer = send(sandbox, _query(json.loads(answer)["output"]["task_id"]))

    documented = json.loads(samples.answer("121-failed"))
    assert status == 200
    assert shape(answer) == samples.shape(documented)
    output = json.loads(answer)["output"]
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidParameter")
    assert output["message"].startswith(documented["output"]["message"].rstrip("x"))


def test_parse__sample_succeeds(sandbox, pictures):
    request = samples.request("050-parse-top", key=KEY).with_pictures(**pictures)

    status, answer = send(sandbox, request)

    assert status == 200
    assert shape(answer) == shape(samples.answer("051-parsed"))
    assert json.loads(answer)["usage"] == {"image_count": 1}


def test_parse__of_clothes_that_are_not_worn_has_the_sample_answer(sandbox, pictures):
    request = samples.request("050-parse-top", key=KEY).with_pictures(**pictures)
    body = request.body.replace(b"upper", b"dress")

    status, answer = send(
        sandbox, samples.Request(request.method, request.path, request.headers, body)
    )

    assert status == 200
    documented = json.loads(samples.answer("052-nothing-there"))
    assert shape(answer) == samples.shape(documented)
    assert json.loads(answer) | {"request_id": ""} == documented | {"request_id": ""}


def test_parse__with_an_unknown_type_has_the_sample_error(sandbox, pictures):
    request = samples.request("050-parse-top", key=KEY).with_pictures(**pictures)
    body = request.body.replace(b"upper", b"shoes")

    status, answer = send(
        sandbox, samples.Request(request.method, request.path, request.headers, body)
    )

    documented = json.loads(samples.answer("053-parse-refused"))
    assert status == 400
    assert samples.in_order(answer)[1:] == samples.in_order(json.dumps(documented))[1:]
    assert next(iter(json.loads(answer))) == "request_id"


def test_query__sample_is_answered_unknown(sandbox):
    request = samples.request("118-query", key=KEY)

    status, answer = send(sandbox, request)

    assert status == 200
    assert json.loads(answer)["output"] == {
        "task_id": request.path.rpartition("/")[2],
        "task_status": "UNKNOWN",
    }


def shape(answer):
    return samples.shape(json.loads(answer))


def _query(task_id):
    sample = samples.request("118-query", key=KEY)
    path = sample.path.rpartition("/")[0]
    return samples.Request(sample.method, f"{path}/{task_id}", sample.headers)
