"""The task list: its form, filters and pages."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from outfitanyone_local.sandbox.clock import BEIJING


@pytest.fixture
def tasks(api, server, person, garment):
    """Four tasks, ten seconds apart: two models, the first succeeded, the last pending."""
    made = []
    for model in ("aitryon", "aitryon-plus", "aitryon-plus", "aitryon-plus"):
        made.append(api.submitted(model=model, person_image_url=person, top_garment_url=garment))
        if len(made) < 4:
            server.settle()
            server.clock.advance(10)
    return made


def stamp(moment):
    return datetime.fromtimestamp(moment, BEIJING).strftime("%Y%m%d%H%M%S")


def ids(response):
    assert response.status_code == 200, response.text
    return [task["task_id"] for task in response.json()["data"]]


def test_list__is_flat_and_newest_first(api, tasks):
    body = api.listed().json()
    assert list(body) == ["request_id", "total", "total_page", "page_no", "page_size", "data"]
    assert [body[name] for name in ("total", "total_page", "page_no", "page_size")] == [4, 1, 1, 10]
    assert [task["task_id"] for task in body["data"]] == tasks[::-1]


def test_list__names_no_inputs_and_no_results(api, tasks):
    done = api.listed(task_id=tasks[0]).json()["data"][0]
    assert set(done) == {
        "task_id",
        "status",
        "model_name",
        "region",
        "request_id",
        "api_key_id",
        "caller_parent_id",
        "caller_uid",
        "gmt_create",
        "start_time",
        "end_time",
        "user_api_unique_key",
    }
    assert done["user_api_unique_key"] == "apikey:v1:aigc:image2image:image-synthesis:aitryon"
    assert done["region"] == "cn-beijing"
    assert done["gmt_create"] < done["start_time"] < done["end_time"]
    assert abs(done["gmt_create"] / 1000 - time.time()) < 3600


def test_list__pending_tasks_have_no_start(api, tasks):
    newest = api.listed().json()["data"][0]
    assert newest["status"] == "PENDING"
    assert "start_time" not in newest
    assert "end_time" not in newest


def test_list__reports_all_running_statuses_as_running(api, server, tasks):
    server.clock.advance(1)
    statuses = [task["status"] for task in api.listed().json()["data"]]
    assert statuses == ["RUNNING", "RUNNING", "SUCCEEDED", "SUCCEEDED"]
    assert ids(api.listed(status="RUNNING")) == tasks[:1:-1]


def test_list__request_ids_are_those_of_the_submits(api, person):
    submit = api.submit(person_image_url=person, top_garment_url=person).json()
    assert api.listed().json()["data"][0]["request_id"] == submit["request_id"]


def test_list__other_accounts_see_nothing(new_api, tasks):
    body = new_api("sk-else").listed().json()
    assert (body["total"], body["total_page"], body["data"]) == (0, 0, [])


def test_list__filters(api, tasks):
    assert ids(api.listed(model_name="aitryon")) == tasks[:1]
    assert ids(api.listed(status="SUCCEEDED", model_name="aitryon-plus")) == [tasks[1]]
    assert ids(api.listed(status="UNKNOWN")) == []
    assert ids(api.listed(task_id=tasks[2])) == [tasks[2]]
    assert ids(api.listed(region="cn-beijing")) == tasks[::-1]
    assert ids(api.listed(region="ap-southeast-1")) == []
    own_key = api.listed().json()["data"][0]["api_key_id"]
    assert ids(api.listed(api_key_id=own_key)) == tasks[::-1]
    assert ids(api.listed(api_key_id="x")) == []


def test_list__time_span(api, server, tasks):
    now = server.clock.now()
    assert ids(api.listed(start_time=stamp(now - 15))) == tasks[:1:-1]
    assert ids(api.listed(end_time=stamp(now - 15))) == tasks[1::-1]
    assert ids(api.listed(start_time=stamp(now - 25), end_time=stamp(now - 15))) == [tasks[1]]
    assert tasks[3] in ids(api.listed(end_time=stamp(now)))


def test_list__pages(api, tasks):
    first = api.listed(page_no=1, page_size=3)
    second = api.listed(page_no=2, page_size=3)
    assert ids(first) + ids(second) == tasks[::-1]
    assert first.json()["total_page"] == second.json()["total_page"] == 2
    assert ids(api.listed(page_no=3, page_size=3)) == []


def test_list__drops_tasks_after_24_hours(api, server, tasks):
    server.clock.advance(24 * 3600 - 25)
    assert tasks[0] not in ids(api.listed())
    assert tasks[3] in ids(api.listed())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_no", "0"),
        ("page_no", "x"),
        ("page_no", "-1"),
        ("page_no", "٣"),
        ("page_size", "101"),
        ("page_size", "9" * 50),
        ("status", "DONE"),
        ("start_time", "yesterday"),
        ("start_time", "20259999000000"),
        ("end_time", "2025"),
    ],
)
def test_list__refuses_invalid_values(api, name, value):
    response = api.listed(**{name: value})
    assert response.status_code == 400
    assert response.json()["code"] == "InvalidParameter"
    assert response.json()["message"] == (
        f"Required parameter({name}) missing or invalid, please check the request parameters."
    )


def test_list__span_is_at_most_a_day(api, server):
    now = server.clock.now()
    too_long = {"start_time": stamp(now - 2 * 86400), "end_time": stamp(now)}
    backwards = {"start_time": stamp(now), "end_time": stamp(now - 60)}
    assert [api.listed(**span).status_code for span in (too_long, backwards)] == [400, 400]
