"""The task list, which reconciles a submit whose answer was lost."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from django_outfitanyone.engines.base import Picture
from django_outfitanyone.exceptions import OutcomeUnknown, RequestRefused, ServerFault
from tests.engines.dashscope.conftest import PARSING, TRY_ON
from tests.engines.dashscope.listener import answers, response

HOUR = timedelta(hours=1)


def test_list_tasks__lists_only_the_tasks_of_the_period(client, sandbox, order):
    before = client.submit(order)
    sandbox.clock.advance(600)
    wanted = client.submit(order)
    start = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)
    sandbox.clock.advance(600)
    after = client.submit(order)

    found = client.list_tasks(start=start - HOUR / 60, end=start + HOUR / 60, model=TRY_ON)
    tasks = found.tasks

    assert [task.task_id for task in tasks] == [wanted.handle]
    assert abs(found.server_time - start) < HOUR / 5
    assert before.handle != wanted.handle != after.handle
    assert tasks[0].model == TRY_ON
    assert abs(tasks[0].submitted_at - start) < timedelta(seconds=1)


def test_list_tasks__includes_the_task_of_the_current_second(client, sandbox, order):
    task = client.submit(order)
    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)

    tasks = client.list_tasks(start=now - timedelta(seconds=5), end=now).tasks

    assert [found.task_id for found in tasks] == [task.handle]


def test_list_tasks__of_another_model_is_empty(client, sandbox, order):
    client.submit(order)
    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)

    assert client.list_tasks(start=now - HOUR, end=now + HOUR, model="aitryon").tasks == []


def test_list_tasks__reads_all_pages(client, sandbox, order):
    sandbox.change_options(submits_per_second=1000)
    placed = {client.submit(order).handle for _ in range(101)}
    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)

    tasks = client.list_tasks(start=now - HOUR, end=now + HOUR).tasks

    assert len(tasks) == 101
    assert {task.task_id for task in tasks} == placed


def test_list_tasks__works_whatever_time_zone_the_api_reads(listen, client_of):
    """The API reads Beijing time; a server that reads UTC lists the task in the second query."""
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    line = {"task_id": "t-1", "status": "RUNNING", "gmt_create": noon.timestamp() * 1000}
    stray = {"task_id": "t-0", "status": "RUNNING", "gmt_create": 1_700_000_000_000}
    timeless = {"task_id": "t-2", "status": "RUNNING"}
    server = listen(
        answers(
            response({"data": [stray], "total_page": 1}),
            response({"data": [line, timeless], "total_page": 1}),
        )
    )

    tasks = client_of(server.base_url).list_tasks(start=noon, end=noon + HOUR).tasks

    assert [task.task_id for task in tasks] == ["t-1", "t-2"]


def test_list_tasks__server_time_is_that_of_the_first_answer(listen, client_of):
    """A task may be created while later pages are read."""
    page = {"data": [{"task_id": "t-1", "status": "RUNNING"}], "total_page": 2}
    dates = ("Sun, 01 Mar 2026 12:00:01 GMT", "Sun, 01 Mar 2026 12:00:09 GMT")
    server = listen(answers(*(response(page, headers=(f"Date: {date}",)) for date in dates)))
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

    found = client_of(server.base_url).list_tasks(start=noon, end=noon + HOUR)

    assert found.server_time == noon + timedelta(seconds=1)


@pytest.mark.parametrize("headers", [(), ("Date: yesterday",)])
def test_list_tasks__may_have_no_time(listen, client_of, headers):
    server = listen(answers(response({"data": [], "total_page": 0}, headers=headers)))
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

    assert client_of(server.base_url).list_tasks(start=noon, end=noon + HOUR).server_time is None


@pytest.mark.parametrize("seconds", [-90, 150])
def test_query_and_list__show_the_apis_clock(client, sandbox, order, seconds):
    sandbox.faults.add("clock_skew", seconds=seconds)
    task = client.submit(order)
    there = datetime.fromtimestamp(sandbox.clock.now() + seconds, timezone.utc)

    report = client.query(task.handle)
    found = client.list_tasks(start=there - HOUR, end=there + HOUR)

    moments = [report.server_time, report.submitted_at, found.server_time]
    moments += [listed.submitted_at for listed in found.tasks]
    assert len(moments) == 4
    assert all(abs(moment - there) < timedelta(seconds=10) for moment in moments)


def test_list_tasks__refuses_a_list_without_an_end(listen, client_of):
    page = {"data": [{"task_id": "t-1", "status": "RUNNING"}], "total_page": 10**9}
    server = listen(answers(response(page)))
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

    with pytest.raises(RequestRefused):
        client_of(server.base_url).list_tasks(start=noon, end=noon + HOUR)
    assert len(server.requests) == 100


# -- lost answers


def test_lost_submit__that_never_arrived_is_not_in_the_list(client, sandbox, order):
    sandbox.faults.add("drop-before", endpoint="submit")
    with pytest.raises(OutcomeUnknown):
        client.submit(order)

    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)
    assert client.list_tasks(start=now - HOUR, end=now + HOUR).tasks == []


@pytest.mark.parametrize("kind", ["drop-after", "not-json"])
def test_lost_submit__that_arrived_created_one_task(client, sandbox, order, kind):
    sandbox.faults.add(kind, endpoint="submit")
    with pytest.raises(OutcomeUnknown):
        client.submit(order)

    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)
    assert len(client.list_tasks(start=now - HOUR, end=now + HOUR).tasks) == 1


def test_lost_answer__of_a_gateway_that_timed_out(client, sandbox, order):
    sandbox.faults.add("error", endpoint="submit", code="RequestTimeOut")

    with pytest.raises(OutcomeUnknown, match="RequestTimeOut"):
        client.submit(order)


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "not-json"])
def test_lost_parse__is_unclear_because_it_is_paid_for(client, sandbox, upload, kind):
    url = upload(PARSING)
    sandbox.faults.add(kind, endpoint="parse")

    with pytest.raises(OutcomeUnknown):
        client.parse(Picture(url=url), ["upper"], model=PARSING)


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "not-json"])
def test_lost_answer__to_a_query_can_be_requested_again(client, sandbox, order, kind):
    task = client.submit(order)
    sandbox.faults.add(kind, endpoint="query")

    with pytest.raises(ServerFault):
        client.query(task.handle)
    assert client.query(task.handle).handle == task.handle
