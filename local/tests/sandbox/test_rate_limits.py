"""Limits of an account: requests per second and running tasks."""

from __future__ import annotations

import pytest

from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.rate_limits import RateLimits

SLOW_DOWN = ("Throttling", "Requests throttling triggered.")
TRY_LATER = ("Throttling.RateQuota", "Requests rate limit exceeded, please try again later.")


def statuses(call, times):
    return [call().status_code for _ in range(times)]


def error(response):
    assert response.status_code == 429
    assert "Retry-After" not in response.headers
    assert response.headers["Content-Type"] == "application/json"
    return response.json()["code"], response.json()["message"]


@pytest.fixture
def submit(api):
    fields = {"person_image_url": "http://127.0.0.1:9/p", "top_garment_url": "http://127.0.0.1:9/t"}
    return lambda **more: api.submit(**fields, **more)


def test_submits__ten_in_a_second(server, submit):
    assert statuses(submit, 10) == [200] * 10
    assert error(submit()) == SLOW_DOWN
    assert server.stats["accepted"] == 10
    server.clock.advance(1)
    assert submit().status_code == 200


def test_submits__the_window_slides(server, submit):
    statuses(submit, 6)
    server.clock.advance(0.6)
    assert statuses(submit, 5) == [200] * 4 + [429]
    server.clock.advance(0.4)
    assert statuses(submit, 7) == [200] * 6 + [429]


def test_submits__are_counted_per_model(submit):
    statuses(submit, 10)
    assert submit(model="aitryon").status_code == 200


def test_submits__are_counted_per_account(new_api, submit):
    statuses(submit, 10)
    other = new_api("sk-other")
    assert other.submit(person_image_url="http://127.0.0.1:9/", top_garment_url="x").ok


def test_parses__ten_in_a_second(api):
    assert statuses(lambda: api.parse("not a url"), 11) == [400] * 10 + [429]


@pytest.mark.parametrize("endpoint", ["query", "list", "cancel"])
def test_queries__twenty_in_a_second_of_each_kind(api, server, endpoint):
    calls = {"query": lambda: api.query("x"), "list": api.listed, "cancel": lambda: api.cancel("x")}
    assert 429 not in statuses(calls[endpoint], 20)
    assert error(calls[endpoint]()) == TRY_LATER
    others = set(calls) - {endpoint}
    assert all(calls[other]().status_code != 429 for other in others)
    server.clock.advance(1)
    assert calls[endpoint]().status_code != 429


def test_policies__a_hundred_in_a_second_per_model(api):
    assert 429 not in statuses(api.policy, 100)
    assert error(api.policy()) == TRY_LATER
    assert api.policy(model="aitryon").status_code == 200


class TestChosenLimits:
    @pytest.fixture
    def options(self):
        return Options(submits_per_second=2, limits_shared_by_models=True, running_tasks=1)

    def test_submits__may_share_one_limit(self, submit):
        assert [submit().status_code, submit(model="aitryon").status_code] == [200, 200]
        assert error(submit(model="aitryon")) == SLOW_DOWN

    def test_running__may_share_one_limit(self, api, server, person, garment):
        pictures = {"person_image_url": person, "top_garment_url": garment}
        tasks = [api.submitted(model=model, **pictures) for model in ("aitryon", "aitryon-plus")]
        server.clock.advance(1)
        assert [api.output(task)["task_status"] for task in tasks] == ["RUNNING", "PENDING"]


class TestRunning:
    @pytest.fixture
    def tasks(self, api, person, garment):
        pictures = {"person_image_url": person, "top_garment_url": garment}
        return [api.submitted(**pictures) for _ in range(7)]

    def statuses(self, api, tasks):
        return [api.output(task)["task_status"] for task in tasks]

    def test_running__five_tasks_run_and_the_others_wait(self, api, server, tasks):
        server.clock.advance(1)
        assert self.statuses(api, tasks) == ["PRE-PROCESSING"] * 5 + ["PENDING"] * 2
        assert server.stats["peak_running"] == 5

    def test_running__the_next_starts_when_one_ends(self, api, server, tasks):
        server.settle()
        server.clock.advance(20)
        waiting = api.output(tasks[5])
        ended = sorted(api.output(task)["end_time"] for task in tasks[:5])
        assert waiting["task_status"] == "RUNNING"
        assert waiting["scheduled_time"] > ended[0]
        assert server.stats["peak_running"] == 5

    def test_running__a_canceled_task_leaves_the_queue(self, api, server, tasks):
        server.clock.advance(1)
        assert api.cancel(tasks[5]).status_code == 200
        server.settle()
        server.clock.advance(19)
        assert self.statuses(api, tasks[5:]) == ["CANCELED", "RUNNING"]

    def test_running__other_accounts_have_their_own_slots(self, new_api, server, tasks, person):
        other = new_api("sk-other")
        task = other.submitted(person_image_url=person, top_garment_url=person)
        server.clock.advance(1)
        assert other.output(task)["task_status"] == "PRE-PROCESSING"

    def test_running__a_higher_limit_starts_waiting_tasks(self, api, server, tasks):
        server.clock.advance(1)
        server.change_options(running_tasks=7)
        server.clock.advance(1)
        assert "PENDING" not in self.statuses(api, tasks)


def test_rate_limits__forget_idle_accounts():
    now = [0.0]
    limits = RateLimits(now=lambda: now[0])
    for number in range(1001):
        limits.admit(str(number), count=1)
    now[0] = 2.0
    limits.admit("last", count=1)
    assert len(limits._windows) == 1
