"""The life of a task, as its queries show it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from outfitanyone_local.sandbox.clock import BEIJING, beijing_text
from outfitanyone_local.sandbox.options import Options

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}")
DAY = 24 * 3600


@pytest.fixture
def task_id(api, person, garment):
    return api.submitted(person_image_url=person, top_garment_url=garment)


def statuses_of(api, task_id, *, steps, step):
    """The different statuses of a task over several queries."""
    statuses = []
    for _ in range(steps):
        status = api.output(task_id)["task_status"]
        if status not in statuses:
            statuses.append(status)
        api.server.clock.advance(step)
    return statuses


def test_task__passes_through_all_documented_statuses(api, server, task_id):
    first = api.output(task_id)["task_status"]
    server.settle()
    assert [first, *statuses_of(api, task_id, steps=20, step=1.0)] == [
        "PENDING",
        "PENDING",
        "PRE-PROCESSING",
        "RUNNING",
        "POST-PROCESSING",
        "SUCCEEDED",
    ]


def test_task__is_pending_for_about_20_milliseconds(api, server, task_id):
    server.clock.advance(0.017)
    assert api.output(task_id)["task_status"] == "PENDING"
    server.clock.advance(0.006)
    assert api.output(task_id)["task_status"] == "PRE-PROCESSING"


@pytest.mark.parametrize(
    ("model", "seconds"), [("aitryon-plus", 17), ("aitryon", 10), ("aitryon-refiner", 8)]
)
def test_task__runs_as_long_as_its_model_does(api, server, person, garment, model, seconds):
    fields = {"person_image_url": person, "top_garment_url": garment, "coarse_image_url": person}
    task_id = api.submitted(model=model, parameters={"gender": "man"}, **fields)
    server.settle()
    server.clock.advance(seconds * 0.89)
    assert api.output(task_id)["task_status"] in {"RUNNING", "POST-PROCESSING"}
    server.clock.advance(seconds * 0.22)
    assert api.output(task_id)["task_status"] == "SUCCEEDED"


def test_task__does_not_succeed_before_its_picture_is_ready(api, server, engine, person, garment):
    engine.pause()
    task_id = api.submitted(person_image_url=person, top_garment_url=garment)
    server.clock.advance(100)
    assert api.output(task_id)["task_status"] == "POST-PROCESSING"
    engine.resume()
    server.settle()
    output = api.output(task_id)
    assert output["task_status"] == "SUCCEEDED"
    assert output["end_time"] == beijing_text(server.clock.now())


def test_task__does_not_succeed_before_its_time(api, server, task_id):
    server.settle()
    server.clock.advance(12)
    assert api.output(task_id)["task_status"] == "RUNNING"


def test_task__run_time_depends_on_the_seed(server):
    first = server.sandbox.progressions.for_task(1, model="aitryon", speed=1)
    again = server.sandbox.progressions.for_task(1, model="aitryon", speed=1)
    other = server.sandbox.progressions.for_task(2, model="aitryon", speed=1)
    assert first == again != other


def test_pending_body__has_its_submit_time_only(api, task_id):
    response = api.query(task_id)
    assert response.headers["Content-Type"] == "application/json"
    assert list(response.json()) == ["request_id", "output"]
    assert list(response.json()["output"]) == ["task_id", "task_status", "submit_time"]


@pytest.mark.parametrize("seconds", [0.5, 9, 16])
def test_running_bodies__have_two_times(api, server, task_id, seconds):
    server.clock.advance(seconds)
    assert list(api.output(task_id)) == ["task_id", "task_status", "submit_time", "scheduled_time"]


def test_succeeded_body__is_in_the_order_of_the_sample(api, task_id):
    api.finished(task_id)
    body = api.query(task_id).json()
    assert list(body) == ["request_id", "output", "usage"]
    assert list(body["output"]) == [
        "task_id",
        "task_status",
        "submit_time",
        "scheduled_time",
        "end_time",
        "image_url",
    ]
    assert body["usage"] == {"image_count": 1}
    assert body["output"]["task_id"] == task_id
    assert isinstance(body["output"]["image_url"], str)
    assert all(TIME.fullmatch(body["output"][f"{n}_time"]) for n in ("submit", "scheduled", "end"))


def test_failed_body__has_neither_times_nor_usage(api, person):
    task_id = api.submitted(person_image_url=person)
    api.finished(task_id)
    body = api.query(task_id).json()
    assert list(body) == ["request_id", "output"]
    assert list(body["output"]) == ["task_id", "task_status", "code", "message"]


def test_failed_task__fails_early(api, server, shop, garment):
    task_id = api.submitted(person_image_url=shop.serve(b"no picture"), top_garment_url=garment)
    server.settle()
    assert api.output(task_id)["task_status"] == "PENDING"
    server.clock.advance(0.5)
    assert api.output(task_id)["task_status"] == "PRE-PROCESSING"
    server.clock.advance(2)
    assert api.output(task_id)["task_status"] == "FAILED"


def test_times__are_beijing_local(api, server, task_id):
    text = api.output(task_id)["submit_time"]
    moment = datetime.strptime(f"{text}+0800", "%Y-%m-%d %H:%M:%S.%f%z").timestamp()
    assert abs(moment - server.clock.now()) < 0.002


def test_times__have_three_digits_of_a_second():
    noon = datetime(2025, 6, 30, 14, 37, 53, 838_999, tzinfo=BEIJING).timestamp()
    assert beijing_text(noon) == "2025-06-30 14:37:53.838"


@pytest.mark.parametrize("task_id", ["1111", "0385dc79-5ff8-4d82-bcb6-000000000000", "ä b"])
def test_unknown_task__is_no_error(api, task_id):
    response = api.query(task_id)
    assert response.status_code == 200
    assert list(response.json()) == ["request_id", "output"]
    assert response.json()["output"] == {"task_id": task_id, "task_status": "UNKNOWN"}


def test_foreign_task__is_unknown(new_api, task_id):
    output = new_api("sk-other").output(task_id)
    assert output == {"task_id": task_id, "task_status": "UNKNOWN"}


def test_task__is_unknown_after_24_hours(api, server, task_id):
    server.settle()
    server.clock.advance(DAY - 1)
    assert api.output(task_id)["task_status"] == "SUCCEEDED"
    server.clock.advance(2)
    assert api.output(task_id)["task_status"] == "UNKNOWN"


def test_cancel__while_pending(api, server, task_id):
    response = api.cancel(task_id)
    assert response.status_code == 200
    assert list(response.json()) == ["request_id"]
    server.settle()
    server.clock.advance(60)
    body = api.query(task_id).json()
    assert body["output"]["task_status"] == "CANCELED"
    assert list(body["output"]) == ["task_id", "task_status", "submit_time", "end_time"]
    assert "usage" not in body


def test_canceled_task__was_never_scheduled(api, task_id):
    api.cancel(task_id)
    assert "scheduled_time" not in api.output(task_id)
    (listed,) = api.listed().json()["data"]
    assert "start_time" not in listed
    assert listed["end_time"] >= listed["gmt_create"]


def test_cancel__while_the_picture_is_in_progress(api, server, engine, person, garment):
    engine.pause()
    task_id = api.submitted(person_image_url=person, top_garment_url=garment)
    assert api.cancel(task_id).status_code == 200
    engine.resume()
    server.settle()
    assert list(server.sandbox.storage.results._folder.iterdir()) == []
    assert server.stats["succeeded"] == 0


@pytest.mark.parametrize("seconds", [0.1, 60])
def test_cancel__too_late(api, server, task_id, seconds):
    server.settle()
    server.clock.advance(seconds)
    response = api.cancel(task_id)
    assert response.status_code == 400
    assert list(response.json()) == ["request_id", "code", "message"]
    assert response.json()["code"] == "UnsupportedOperation"
    assert response.json()["message"] == (
        "Failed to cancel the task, please confirm if the task is in PENDING status."
    )


def test_cancel__foreign_and_unknown_tasks(new_api, api, task_id):
    assert new_api("sk-else").cancel(task_id).json()["code"] == "UnsupportedOperation"
    assert api.cancel("1111").json()["code"] == "UnsupportedOperation"
    assert api.output(task_id)["task_status"] == "PENDING"


def test_cancel__twice(api, task_id):
    assert api.cancel(task_id).status_code == 200
    assert api.cancel(task_id).status_code == 400


class TestSpeed:
    @pytest.fixture
    def options(self):
        return Options(speed=10)

    def test_speed__divides_the_run_time(self, api, server, task_id):
        server.settle()
        server.clock.advance(1.5)
        assert api.output(task_id)["task_status"] in {"RUNNING", "POST-PROCESSING"}
        server.clock.advance(0.4)
        assert api.output(task_id)["task_status"] == "SUCCEEDED"


class TestProgression:
    def test_progression__can_have_any_stages(self, api, server, person, garment):
        server.set_progression([("PENDING", 5), ("SUSPENDED", 5)], model="aitryon-plus")
        task_id = api.submitted(person_image_url=person, top_garment_url=garment)
        server.settle()
        assert statuses_of(api, task_id, steps=4, step=4) == ["PENDING", "SUSPENDED", "SUCCEEDED"]

    def test_progression__can_count_queries_instead_of_seconds(self, api, server, person, garment):
        server.set_progression([("PENDING", 1), ("RUNNING", 2)], unit="queries")
        task_id = api.submitted(person_image_url=person, top_garment_url=garment)
        server.settle()
        statuses = [api.output(task_id)["task_status"] for _ in range(4)]
        assert statuses == ["PENDING", "RUNNING", "RUNNING", "SUCCEEDED"]

    def test_progression__still_accepts_the_old_unit_looks(self, server):
        server.set_progression([("RUNNING", 2)], unit="looks")
        assert server.sandbox.progressions.get("aitryon").unit == "queries"

    def test_progression__empty_ends_when_the_picture_is_ready(self, api, server, person, garment):
        server.set_progression([])
        task_id = api.submitted(person_image_url=person, top_garment_url=garment)
        server.settle()
        assert api.output(task_id)["task_status"] == "SUCCEEDED"

    def test_progression__of_one_model_does_not_affect_others(self, api, server, person, garment):
        server.set_progression([], model="aitryon")
        task_id = api.submitted(person_image_url=person, top_garment_url=garment)
        server.settle()
        assert api.output(task_id)["task_status"] == "PENDING"

    @pytest.mark.parametrize(
        ("stages", "arguments"),
        [
            ([("RUNNING", -1)], {}),
            ([("RUNNING", float("nan"))], {}),
            ([("", 1)], {}),
            ([], {"unit": "days"}),
            ([], {"model": "x"}),
        ],
    )
    def test_progression__invalid(self, server, stages, arguments):
        with pytest.raises(ValueError, match=r".+"):
            server.set_progression(stages, **arguments)
