"""The task list: what a person looks at after an order whose answer got lost."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from django_outfitanyone.exceptions import OutcomeUnknown, RequestRefused, ServerFault
from tests.engines.dashscope.conftest import PARSING, TRY_ON
from tests.engines.dashscope.listener import answers, response

HOUR = timedelta(hours=1)


def test_list_tasks__names_those_of_the_time_and_no_others(client, sandbox, order):
    before = client.submit(order)
    sandbox.clock.advance(600)
    wanted = client.submit(order)
    start = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)
    sandbox.clock.advance(600)
    after = client.submit(order)

    tasks = client.list_tasks(start=start - HOUR / 60, end=start + HOUR / 60, model=TRY_ON)

    assert [task.task_id for task in tasks] == [wanted.task_id]
    assert before.task_id != wanted.task_id != after.task_id
    assert tasks[0].model == TRY_ON
    assert abs(tasks[0].submitted_at - start) < timedelta(seconds=1)


def test_list_tasks__names_the_task_of_this_very_second(client, sandbox, order):
    task = client.submit(order)
    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)

    tasks = client.list_tasks(start=now - timedelta(seconds=5), end=now)

    assert [found.task_id for found in tasks] == [task.task_id]


def test_list_tasks__of_another_model_is_empty(client, sandbox, order):
    client.submit(order)
    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)

    assert client.list_tasks(start=now - HOUR, end=now + HOUR, model="aitryon") == []


def test_list_tasks__turns_all_pages(client, sandbox, order):
    sandbox.change_options(submits_per_second=1000)
    placed = {client.submit(order).task_id for _ in range(101)}
    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)

    tasks = client.list_tasks(start=now - HOUR, end=now + HOUR)

    assert len(tasks) == 101
    assert {task.task_id for task in tasks} == placed


def test_list_tasks__believes_the_api_whatever_zone_it_reads_times_in(listen, client_of):
    """Ours says Beijing; one that means UTC lists the task for the second question only."""
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

    tasks = client_of(server.base_url).list_tasks(start=noon, end=noon + HOUR)

    assert [task.task_id for task in tasks] == ["t-1", "t-2"]


def test_list_tasks__that_never_ends_is_not_taken_for_whole(listen, client_of):
    page = {"data": [{"task_id": "t-1", "status": "RUNNING"}], "total_page": 10**9}
    server = listen(answers(response(page)))
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

    with pytest.raises(RequestRefused):
        client_of(server.base_url).list_tasks(start=noon, end=noon + HOUR)
    assert len(server.requests) == 100


# -- lost answers


def test_lost_order__that_never_arrived_is_in_no_list(client, sandbox, order):
    sandbox.faults.add("drop-before", endpoint="submit")
    with pytest.raises(OutcomeUnknown):
        client.submit(order)

    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)
    assert client.list_tasks(start=now - HOUR, end=now + HOUR) == []


@pytest.mark.parametrize("kind", ["drop-after", "not-json"])
def test_lost_order__that_arrived_was_taken_once(client, sandbox, order, kind):
    sandbox.faults.add(kind, endpoint="submit")
    with pytest.raises(OutcomeUnknown):
        client.submit(order)

    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)
    assert len(client.list_tasks(start=now - HOUR, end=now + HOUR)) == 1


def test_lost_answer__to_a_gateway_that_gave_up(client, sandbox, order):
    sandbox.faults.add("error", endpoint="submit", code="RequestTimeOut")

    with pytest.raises(OutcomeUnknown, match="RequestTimeOut"):
        client.submit(order)


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "not-json"])
def test_lost_parse__is_unclear_because_it_is_paid(client, sandbox, hand_over, kind):
    url = hand_over(PARSING)
    sandbox.faults.add(kind, endpoint="parse")

    with pytest.raises(OutcomeUnknown):
        client.parse(model=PARSING, image_url=url, clothes_types=["upper"])


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "not-json"])
def test_lost_answer__to_a_question_can_be_asked_for_again(client, sandbox, order, kind):
    task = client.submit(order)
    sandbox.faults.add(kind, endpoint="query")

    with pytest.raises(ServerFault):
        client.query(task.task_id)
    assert client.query(task.task_id).task_id == task.task_id
