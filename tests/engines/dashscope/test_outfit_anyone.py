"""The engine against the sandbox, over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import requests
from PIL import Image

from django_outfitanyone.engines.base import Picture, RemoteState
from django_outfitanyone.engines.dashscope import classify, failure_of
from django_outfitanyone.exceptions import InputRejected, TaskGone
from tests.drawing import encoded
from tests.engines.dashscope.conftest import PARSING, REFINER, TRY_ON
from tests.engines.dashscope.listener import answers, response
from tests.orders import outfit_anyone, refine_order, try_on_order

HOUR = timedelta(hours=1)


def finish(sandbox):
    """Finish all tasks of the sandbox."""
    sandbox.settle()
    sandbox.clock.advance(120)


def fetched_size(url):
    answer = requests.get(url, timeout=10)
    assert answer.status_code == 200
    return len(answer.content)


# -- from submit to result


def test_try_on__from_upload_to_picture(client, sandbox, order):
    placed = client.submit(order)
    assert placed.state is RemoteState.WAITING

    finish(sandbox)
    report = client.query(placed.handle)

    assert report.state is RemoteState.SUCCEEDED
    assert report.handle == placed.handle
    assert report.image_count == 1
    assert fetched_size(report.image_url) > 1000
    assert report.submitted_at <= report.started_at <= report.finished_at
    assert abs(report.submitted_at - datetime.now(timezone.utc)) < HOUR


def test_refine__accepts_the_pictures_of_the_try_on(client, sandbox, upload):
    pictures = {name: upload(REFINER, seed=seed) for name, seed in [("top", 2), ("person", 1)]}
    order = refine_order(
        model=REFINER,
        person=pictures["person"],
        coarse=pictures["person"],
        top=pictures["top"],
        gender="woman",
    )

    placed = client.refine(order)
    finish(sandbox)

    assert client.query(placed.handle).state is RemoteState.SUCCEEDED


def test_parse__finds_areas_in_the_requested_order(client, upload):
    url = upload(PARSING)

    report = client.parse(Picture(url=url), ["lower", "upper"], model=PARSING)

    lower, upper = report.areas
    assert (lower.clothes_type, upper.clothes_type) == ("lower", "upper")
    assert upper.box == (75, 80, 225, 200)
    assert lower.box == (75, 200, 225, 360)
    assert fetched_size(upper.crop_url) > 0
    assert fetched_size(upper.cutout_url) > 0
    assert report.image_count == 1


def test_parse__of_clothes_that_are_not_worn_finds_nothing(client, upload):
    report = client.parse(Picture(url=upload(PARSING)), ["dress"], model=PARSING)

    assert report.areas == (None,)


@pytest.mark.parametrize("word", ["PRE-PROCESSING", "RUNNING", "POST-PROCESSING"])
def test_query__of_a_running_task(client, sandbox, order, word):
    sandbox.set_progression([(word, 30)])
    task = client.submit(order)

    assert client.query(task.handle).state is RemoteState.RUNNING


def test_query__of_an_unknown_status(client, sandbox, order):
    task = client.submit(order)
    sandbox.faults.add("task-status", word="REVIEWING")

    assert client.query(task.handle).state is RemoteState.UNKNOWN


def test_query__of_an_unknown_task(client):
    report = client.query("1111")

    assert report.state is RemoteState.GONE
    assert isinstance(failure_of(report), TaskGone)


def test_query__of_a_failed_task_returns_a_report_and_raises_no_error(client, sandbox, upload):
    grey = Image.new("RGB", (1500, 1500), (200, 200, 200))
    no_person = upload(data=encoded(grey, "BMP"))
    task = client.submit(try_on_order(model=TRY_ON, person=no_person, top=upload(seed=2)))
    finish(sandbox)

    report = client.query(task.handle)

    assert report.state is RemoteState.FAILED
    error = failure_of(report)
    assert isinstance(error, InputRejected)
    assert classify(error.code, http_status=200, message=error.message).fixed_by == "shop"


def test_query__accepts_an_answer_without_content_type(client, sandbox, order):
    task = client.submit(order)
    sandbox.faults.add("no-content-type")

    assert client.query(task.handle).handle == task.handle


def test_cancel__of_a_waiting_task(client, sandbox, order):
    sandbox.set_progression([("PENDING", 60), ("RUNNING", 10)])
    task = client.submit(order)

    client.cancel(task.handle)

    assert client.query(task.handle).state is RemoteState.CANCELED


def test_cancel__of_a_running_task_is_refused(client, sandbox, order):
    sandbox.set_progression([("RUNNING", 60)])
    task = client.submit(order)

    with pytest.raises(InputRejected) as caught:
        client.cancel(task.handle)
    assert caught.value.code == "UnsupportedOperation"


# -- headers


def test_headers__every_request_has_workspace_and_user_agent(listen, client_of):
    server = listen(answers(response({"output": {"task_id": "t-1", "task_status": "RUNNING"}})))
    client = client_of(server.base_url, workspace="ws-1")

    client.query("t-1")
    client.submit(try_on_order(model=TRY_ON, person="https://s.example/p"))

    for request in server.requests:
        assert b"\r\nX-DashScope-WorkSpace: ws-1\r\n" in request
        assert b"\r\nUser-Agent: django-outfitanyone\r\n" in request
    get, post = server.requests
    assert get.startswith(b"GET /api/v1/tasks/t-1 HTTP/1.1\r\n")
    assert b"X-DashScope-Async" not in get
    assert post.startswith(b"POST /api/v1/services/aigc/image2image/image-synthesis HTTP/1.1\r\n")
    assert b"\r\nX-DashScope-Async: enable\r\n" in post
    assert b"\r\nContent-Type: application/json\r\n" in post


def test_base_url__may_end_with_a_slash(sandbox, client_of):
    client = client_of(sandbox.base_url + "/")

    assert client.query("1111").state is RemoteState.GONE


def test_client__is_closed_by_its_context(sandbox):
    with outfit_anyone("sk-any", base_url=sandbox.base_url) as client:
        assert client.query("1111").state is RemoteState.GONE
