"""The API key is in one header of each request, and nowhere else."""

from __future__ import annotations

import gc
import logging
import pickle
import traceback

import pytest

from django_outfitanyone.exceptions import OutcomeUnknown, OutfitAnyoneError
from tests.engines.dashscope.conftest import KEY
from tests.engines.dashscope.listener import (
    answers,
    drops_after_reading,
    hangs_after_reading,
    response,
    sends,
)
from tests.orders import outfit_anyone, try_on_order

ORDER = try_on_order(model="m", person="https://shop.example/p.jpg")
RUNNING = {"output": {"task_id": "t-1", "task_status": "RUNNING"}}
PERMIT = {
    "policy": "p",
    "signature": "s",
    "upload_dir": "dir",
    "oss_access_key_id": "id",
}


def header_of(request: bytes, name: str) -> str:
    lines = request.decode("latin-1").split("\r\n")
    values = [line.partition(":")[2].strip() for line in lines if line.lower().startswith(name)]
    assert len(values) <= 1
    return values[0] if values else ""


def everything_about(error: BaseException) -> str:
    """Return what an error reporter collects: texts, attributes, chains, locals of all frames."""
    report = "".join(
        traceback.TracebackException.from_exception(error, capture_locals=True).format()
    )
    seen = []
    link: BaseException | None = error
    while link is not None:
        seen += [repr(link), str(link), repr(link.args), repr(vars(link))]
        link = link.__cause__ or link.__context__
    return report + "".join(seen)


ECHO = f"you sent Authorization: Bearer {KEY}"
FAULTS = {
    "refused": answers(response({"code": "InvalidApiKey", "message": "no"}, status=401)),
    "echoed in a message": answers(
        response({"code": "InvalidApiKey", "message": ECHO, "request_id": KEY}, status=401)
    ),
    "echoed in a code": answers(response({"code": KEY, "message": ""}, status=400)),
    "echoed in a page": answers(response(f"<pre>{ECHO}</pre>".encode(), status=502)),
    "echoed in headers": answers(
        response(b"", status=403, headers=(f"X-Request-Id: {KEY}", f"Content-Type: {KEY}/x"))
    ),
    "echoed in a status line": sends(f"HTTP/1.1 {KEY} {KEY}\r\n\r\n".encode()),
    "echoed as no HTTP": sends(ECHO.encode() + b"\r\n\r\n"),
    "dropped": drops_after_reading,
    "hanging": hangs_after_reading,
    "half an answer": sends(response(RUNNING)[:-5]),
    "unusable": answers(response({})),
    "redirected": answers(response(b"", status=302, headers=("Location: /elsewhere",))),
}


@pytest.mark.parametrize("behaviour", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.submit(ORDER),
        lambda client: client.query("t-1"),
        lambda client: client.upload(b"x", filename="a.jpg", model="m"),
    ],
    ids=["submit", "query", "upload"],
)
def test_errors__do_not_contain_the_key_in_texts_chains_or_frames(
    listen, client_of, behaviour, call, caplog
):
    caplog.set_level(logging.DEBUG)
    client = client_of(listen(behaviour).base_url, read_timeout=0.3)

    with pytest.raises(OutfitAnyoneError) as caught:
        call(client)

    # the frames of this test have no local variable with the key
    assert KEY not in everything_about(caught.value)
    assert KEY not in pickle.dumps(str(caught.value)).decode("latin-1")
    assert KEY not in caplog.text


def test_errors__of_a_failed_connection_do_not_contain_the_key(client_of, caplog):
    caplog.set_level(logging.DEBUG)

    with pytest.raises(OutfitAnyoneError) as caught:
        client_of("http://127.0.0.1:1/api/v1").submit(ORDER)

    assert KEY not in everything_about(caught.value)
    assert KEY not in caplog.text


def test_errors__do_not_reference_the_request(listen, client_of):
    """The exceptions of requests hold the request with the key, and may be stored."""
    client = client_of(listen(drops_after_reading).base_url)

    with pytest.raises(OutcomeUnknown) as caught:
        client.submit(ORDER)

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_client__repr_has_the_base_url_but_not_the_key(listen, client_of):
    server = listen(answers(response(RUNNING)))
    client = client_of(server.base_url)
    client.query("t-1")

    shown = repr(client) + str(client) + repr(vars(client)) + repr(vars(client._http))

    assert server.base_url in repr(client)
    assert KEY not in shown
    assert KEY not in repr(vars(client._http._session))


def test_logs__have_path_and_status_but_no_key_and_no_query(listen, client_of, caplog):
    caplog.set_level(logging.DEBUG, logger="django_outfitanyone")
    client = client_of(listen(answers(response(RUNNING))).base_url)

    client.query("t-1")

    assert "GET /api/v1/tasks/t-1: HTTP 200" in caplog.text
    assert KEY not in caplog.text
    assert "shop.example" not in caplog.text


def test_key__is_sent_in_the_header_only(listen, client_of):
    server = listen(answers(response({"output": {"task_id": "t-1"}})))

    client_of(server.base_url).submit(ORDER)

    (request,) = server.requests
    assert header_of(request, "authorization") == f"Bearer {KEY}"
    assert request.count(KEY.encode()) == 1


@pytest.mark.parametrize("key", ["", "  ", "sk-a b", "sk-a\nX-Evil: 1", "sk-ключ", "sk-\x7f"])
def test_key__invalid_key_is_refused_and_not_repeated_in_the_error(key):
    with pytest.raises(ValueError, match="API key") as caught:
        outfit_anyone(key, base_url="https://api.example/api/v1")
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize("key", ["sk-ws-" + "x" * 115, "st-temporary", "any", " sk-from-a-file\n"])
def test_key__may_have_any_format(listen, client_of, key):
    server = listen(answers(response(RUNNING)))

    client_of(server.base_url, key=key).query("t-1")

    assert header_of(server.requests[0], "authorization") == f"Bearer {key.strip()}"


@pytest.mark.parametrize("base_url", ["", "api.example", "ftp://api.example", "https://", "/api"])
def test_base_url__must_be_an_http_address(base_url):
    with pytest.raises(ValueError, match="base URL"):
        outfit_anyone(KEY, base_url=base_url)


def test_short_key__is_not_removed_from_answers(listen, client_of):
    """The sandbox accepts any key; removing "test" everywhere would break its addresses."""
    document = {
        "output": {
            "task_id": "t-1",
            "task_status": "SUCCEEDED",
            "image_url": "http://127.0.0.1/test/picture.png",
        }
    }
    client = client_of(listen(answers(response(document))).base_url, key="test")

    assert client.query("t-1").image_url == "http://127.0.0.1/test/picture.png"


# -- credentials of the machine


@pytest.fixture
def netrc(tmp_path, monkeypatch):
    path = tmp_path / "netrc"
    path.write_text("default login shop password secret\n")
    monkeypatch.setenv("NETRC", str(path))


@pytest.mark.usefixtures("netrc")
def test_netrc__does_not_replace_the_key(listen, client_of):
    server = listen(answers(response(RUNNING)))

    client_of(server.base_url).query("t-1")

    assert header_of(server.requests[0], "authorization") == f"Bearer {KEY}"


@pytest.mark.usefixtures("netrc")
def test_netrc__and_key_are_not_sent_to_the_object_storage(listen, client_of):
    storage = listen(answers(response(b"")))
    data = {**PERMIT, "upload_host": f"http://{storage.address}"}
    api = listen(answers(response({"data": data})))

    client_of(api.base_url, workspace="ws-1").upload(b"picture", filename="a.jpg", model="m")

    (request,) = storage.requests
    assert header_of(request, "authorization") == ""
    assert header_of(request, "x-dashscope-workspace") == ""
    assert KEY.encode() not in request


def test_credentials_in_the_base_url__do_not_replace_the_key(listen, client_of):
    server = listen(answers(response(RUNNING)))

    client_of(server.base_url.replace("//", "//user:word@")).query("t-1")

    assert header_of(server.requests[0], "authorization") == f"Bearer {KEY}"


def test_close__leaves_no_open_connection(listen, client_of):
    server = listen(answers(response(RUNNING)))
    with client_of(server.base_url) as client:
        client.query("t-1")

    gc.collect()  # an unclosed socket would raise a warning here
