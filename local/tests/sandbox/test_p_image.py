"""The emulator of P-Image-Try-On: documented rules, answers, errors and faults."""

from __future__ import annotations

import io
from datetime import datetime, timezone

import pytest
from PIL import Image

from drawing.noise import picture_bytes

KEY = {"apikey": "key-1"}
MODEL = {"Model": "p-image-try-on"}


@pytest.fixture
def submit(api, person, garment):
    """Send a request whose parts can be replaced; ``None`` leaves a field out."""

    def send(*, headers=None, **fields):
        fields = {"person_image": person, "garment_images": [garment], **fields}
        fields = {name: value for name, value in fields.items() if value is not None}
        return api.call(
            "POST",
            "/p-image/v1/predictions",
            json={"input": fields},
            headers={**KEY, **MODEL, **(headers or {})},
        )

    return send


@pytest.fixture
def get(api):
    def send(path, headers=KEY):
        path = path if path.startswith("http") else f"/p-image{path}"
        return api.call("GET", path, headers=headers)

    return send


@pytest.fixture
def finished(server, submit, get):
    def done(**options):
        response = submit(**options)
        assert response.status_code == 200, response.text
        server.settle()
        server.clock.advance(60)
        return get(response.json()["get_url"]).json()

    return done


def test_task__brings_a_relative_address_that_needs_the_key(server, submit, get):
    task = submit(output_format="png").json()
    assert get(f"/v1/predictions/status/{task['id']}").json()["status"] == "starting"
    server.settle()
    server.clock.advance(60)
    body = get(task["get_url"]).json()
    assert (body["id"], body["status"]) == (task["id"], "succeeded")
    assert body["generation_url"].startswith("/v1/predictions/delivery/")
    assert get(body["generation_url"], headers={}).status_code == 401
    image = Image.open(io.BytesIO(get(body["generation_url"]).content))
    assert (image.format, image.size) == ("PNG", (300, 400))


def test_try_sync__brings_the_picture_at_once(submit, get, server):
    body = submit(headers={"Try-Sync": "true"}).json()
    assert body["status"] == "succeeded"
    assert get(body["generation_url"]).content[:3] == b"\xff\xd8\xff"
    counts = server.stats["engines"]["p_image"]
    assert (counts["submits"], counts["accepted"], counts["succeeded"]) == (1, 1, 1)


def test_try_sync__brings_a_failure_at_once(submit, shop):
    body = submit(headers={"Try-Sync": "true"}, garment_images=[shop.serve(b"no")]).json()
    assert body["status"] == "failed"
    assert "cannot be decoded" in body["error"] or "no picture" in body["error"]


def test_outfit__first_is_the_top_and_the_next_one_that_may_be_is_the_bottom(
    finished, garment, shop, engine
):
    pieces = [garment, shop.serve(picture_bytes(seed=3)), shop.serve(picture_bytes(seed=4))]
    assert finished(garment_images=pieces)["status"] == "succeeded"
    ((_, has_top, has_bottom, _),) = [call for call in engine.calls if call[0] == "try_on"]
    assert (has_top, has_bottom) == (True, True)


def test_files__are_used_by_their_own_account_only(server, api, submit, finished, get):
    response = api.call(
        "POST", "/p-image/v1/files", files={"content": ("a.png", picture_bytes(seed=7))},
        headers=KEY,
    )  # fmt: skip
    body = response.json()
    address = body["urls"]["get"]
    assert address.startswith(f"{server.urls['p_image']}/v1/files/")
    expires = datetime.fromisoformat(body["expires_at"])
    assert expires > datetime.fromtimestamp(server.clock.now(), timezone.utc)
    assert finished(garment_images=[address])["status"] == "succeeded"
    other = submit(garment_images=[address], headers={"apikey": "key-2"}).json()
    server.settle()
    server.clock.advance(60)
    assert get(other["get_url"], headers={"apikey": "key-2"}).json()["status"] == "failed"


def test_files__without_a_file(api):
    assert api.call("POST", "/p-image/v1/files", headers=KEY).status_code == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"person_image": None},
        {"person_image": "data:image/png;base64,AAAA"},
        {"garment_images": []},
        {"garment_images": "https://shop.example/t.jpg"},
        {"garment_images": [7]},
        {"garment_images": ["https://shop.example/t.jpg"] * 12},
        {"output_format": "gif"},
        {"output_quality": 101},
        {"seed": -1},
        {"turbo": "yes"},
        {"prompt": 3},
    ],
)
def test_submit__invalid_fields(submit, fields):
    response = submit(**fields)
    assert response.status_code == 422
    assert response.json()["error"]


def test_submit__unknown_model(submit):
    assert submit(headers={"Model": "vto-v2"}).status_code == 400


def test_submit__without_a_key(submit):
    assert submit(headers={"apikey": ""}).status_code == 401


def test_query__unknown_and_foreign_tasks(submit, get):
    task = submit().json()
    assert get("/v1/predictions/status/nothing").status_code == 404
    assert get(task["get_url"], headers={"apikey": "key-2"}).status_code == 404


def test_query__picture_that_cannot_be_used(finished, shop):
    body = finished(garment_images=[shop.serve(b"no picture")])
    assert body["status"] == "failed"
    assert body["error"]


@pytest.mark.parametrize(("code", "status"), [("PaymentRequired", 402), ("RateLimit", 429)])
def test_faults__errors_of_the_api(server, submit, code, status):
    server.faults.add("error", engine="p_image", code=code)
    assert submit().status_code == status


@pytest.mark.parametrize("headers", [{}, {"Try-Sync": "true"}])
def test_faults__failed_task(server, submit, finished, headers):
    server.faults.add("task-failed", engine="p_image", message="CUDA error")
    if headers:
        assert submit(headers=headers).json()["error"] == "CUDA error"
    else:
        assert finished()["error"] == "CUDA error"
