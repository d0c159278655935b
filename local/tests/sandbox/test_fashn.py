"""The emulator of FASHN: documented rules, answers, errors and faults."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from drawing.noise import picture_bytes

BEARER = {"Authorization": "Bearer key-1"}


@pytest.fixture
def run(api, person, garment):
    """Send a request whose parts can be replaced; ``None`` leaves an input out."""

    def send(*, headers=BEARER, model_name="tryon-v1.6", body=None, **inputs):
        inputs = {"model_image": person, "garment_image": garment, "category": "tops", **inputs}
        inputs = {name: value for name, value in inputs.items() if value is not None}
        body = {"model_name": model_name, "inputs": inputs} if body is None else body
        return api.call("POST", "/fashn/v1/run", json=body, headers=headers)

    return send


@pytest.fixture
def status(api):
    return lambda task_id: api.call("GET", f"/fashn/v1/status/{task_id}", headers=BEARER)


@pytest.fixture
def finished(server, run, status):
    def done(**options):
        response = run(**options)
        assert response.status_code == 200, response.text
        server.settle()
        server.clock.advance(60)
        return status(response.json()["id"])

    return done


def error(response):
    return response.status_code, response.json()["error"]


def test_run__brings_pictures_and_their_credits(api, finished):
    response = finished(num_samples=2)
    body = response.json()
    assert (body["status"], body["error"]) == ("completed", None)
    assert response.headers["x-fashn-credits-used"] == "2"
    first, second = (api.call("GET", url).content for url in body["output"])
    assert first != second
    assert Image.open(io.BytesIO(first)).format == "PNG"


def test_run__answers_with_an_id_only(run):
    body = run().json()
    assert body == {"id": body["id"], "error": None}


def test_status__before_the_end(server, run, status):
    task_id = run().json()["id"]
    assert status(task_id).json()["status"] == "in_queue"
    server.settle()
    server.clock.advance(4)
    response = status(task_id)
    assert response.json() == {"id": task_id, "status": "processing", "error": None}
    assert "x-fashn-credits-used" not in response.headers


def test_run__takes_data_urls_and_writes_jpeg(api, finished):
    data = f"data:image/png;base64,{base64.b64encode(picture_bytes(seed=3)).decode()}"
    body = finished(garment_image=data, output_format="jpeg").json()
    assert Image.open(io.BytesIO(api.call("GET", body["output"][0]).content)).format == "JPEG"


@pytest.mark.parametrize(
    "inputs",
    [
        {"model_image": None},
        {"garment_image": 7},
        {"garment_image": "ftp://x/y"},
        {"garment_image": "data:image/png;base64,%"},
        {"category": "shoes"},
        {"category": []},
        {"mode": "best"},
        {"moderation_level": "some"},
        {"num_samples": 5},
        {"num_samples": True},
        {"seed": -1},
        {"segmentation_free": "yes"},
        {"return_base64": True},
        {"output_format": "webp"},
    ],
)
def test_run__invalid_inputs(run, inputs):
    assert error(run(**inputs)) == (400, "BadRequest")


@pytest.mark.parametrize("body", [{}, {"model_name": "vto-v2"}, {"model_name": "tryon-v1.6"}])
def test_run__invalid_body(run, body):
    assert error(run(body=body)) == (400, "BadRequest")


def test_run__body_that_is_too_large_is_an_internal_error(api):
    headers = {**BEARER, "Content-Type": "application/json"}
    response = api.call("POST", "/fashn/v1/run", data=b"x" * (65 * 1024 * 1024), headers=headers)
    assert error(response) == (500, "InternalServerError")


def test_run__without_a_key(run):
    assert error(run(headers={"Authorization": ""})) == (401, "UnauthorizedAccess")


def test_run__no_more_than_six_at_a_time(server, run):
    assert [run().status_code for _ in range(6)] == [200] * 6
    assert error(run()) == (429, "ConcurrencyLimitExceeded")
    assert run(headers={"Authorization": "Bearer key-2"}).status_code == 200
    server.settle()
    server.clock.advance(600)
    assert run().status_code == 200


def test_run__no_more_than_fifty_a_minute(server, run, api):
    for _ in range(10):
        assert [run().status_code for _ in range(5)] == [200] * 5
        server.settle()
        server.sandbox.tasks.clear()
    assert error(run()) == (429, "RateLimitExceeded")
    server.clock.advance(61)
    assert run().status_code == 200


def test_status__no_more_than_fifty_in_ten_seconds(server, run, status):
    task_id = run().json()["id"]
    assert {status(task_id).status_code for _ in range(50)} == {200}
    assert error(status(task_id)) == (429, "RateLimitExceeded")
    server.clock.advance(11)
    assert status(task_id).status_code == 200


def test_status__unknown_and_foreign_tasks(api, run, status):
    assert error(status("nothing")) == (404, "NotFound")
    task_id = run(headers={"Authorization": "Bearer key-2"}).json()["id"]
    assert error(status(task_id)) == (404, "NotFound")


def test_status__unreadable_picture(finished, shop):
    body = finished(garment_image=shop.serve(b"no picture")).json()
    assert (body["status"], body["error"]["name"]) == ("failed", "ImageLoadError")


def test_status__photo_without_a_person(finished, shop):
    plain = shop.serve(picture_bytes(colour=(9, 9, 9)))
    body = finished(model_image=plain).json()
    assert (body["status"], body["error"]["name"]) == ("failed", "PoseError")


def test_credits__are_used_by_pictures_only(api, finished, shop):
    def left():
        return api.call("GET", "/fashn/v1/credits", headers=BEARER).json()["credits"]["total"]

    before = left()
    finished(num_samples=3)
    finished(garment_image=shop.serve(b"no picture"))
    assert left() == before - 3


@pytest.mark.parametrize(
    ("code", "status_code"),
    [("OutOfCredits", 429), ("ConcurrencyLimitExceeded", 429), ("InternalServerError", 500)],
)
def test_faults__errors_of_the_api(server, run, code, status_code):
    server.faults.add("error", engine="fashn", endpoint="submit", code=code)
    assert error(run()) == (status_code, code)
    assert run().status_code == 200


def test_faults__errors_of_a_task(server, finished):
    server.faults.add("task-failed", engine="fashn", code="3rdPartyProviderError")
    body = finished().json()
    assert (body["status"], body["error"]["name"]) == ("failed", "3rdPartyProviderError")


def test_faults__status_that_no_client_knows(server, run, status):
    task_id = run().json()["id"]
    server.faults.add("task-status", engine="fashn", word="napping")
    assert status(task_id).json() == {"id": task_id, "status": "napping"}
