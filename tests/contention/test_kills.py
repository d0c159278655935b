"""Workers that are killed at random moments lose nothing and pay nothing twice."""

from __future__ import annotations

import json
import random
import time

import pytest

from django_outfitanyone import wakeup
from django_outfitanyone.actions import parse_clothes, request_try_ons
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.try_on import TryOnOptions, combine
from django_outfitanyone.models import Charge, TryOnResult
from tests.contention.conftest import settle, wait_for_new_runner
from tests.factories import make_garment, make_model_image

pytestmark = [pytest.mark.contention, pytest.mark.django_db(transaction=True)]


def request_some(count):
    garments = [make_garment() for _ in range(count // 2)]
    people = [make_model_image(), make_model_image()]
    return request_try_ons(combine(garments, people), options=TryOnOptions(keep_other_half=True))


@pytest.mark.slow
def test_worker_killed_again_and_again__finishes_the_batch_and_pays_once(remote, start):
    remote.change_options(submits_per_second=10, queries_per_second=20)
    remote.set_progression([("PENDING", 0.02), ("RUNNING", 0.7)])
    batch = request_some(12)[0].batch
    chance = random.Random(4711)
    worker = start("outfitanyone_worker")

    def kill_and_start_again():
        nonlocal worker
        wait_for_new_runner()
        time.sleep(chance.uniform(0.1, 2.0))
        worker.kill()
        worker.wait()
        worker = start("outfitanyone_worker")

    settle(batch, seconds=200, meanwhile=kill_and_start_again)

    rows = TryOnResult.objects.filter(batch=batch)
    assert {row.status for row in rows} == {Status.SUCCEEDED}
    assert remote.stats["submits"] == len(rows) == 12
    charged = Charge.objects.filter(try_on__in=rows, remote_model="aitryon-plus")
    assert charged.count() == charged.values("try_on").distinct().count() == 12
    assert remote.stats["peak_running"] <= 5
    assert remote.stats["peak_submits_per_second"] <= 10


@pytest.mark.slow
def test_three_runners_at_once__are_one(remote, start):
    remote.change_options(submits_per_second=10)
    remote.set_progression([("RUNNING", 0.3)])
    batch = request_some(10)[0].batch
    for _ in range(3):
        start("outfitanyone_worker")
    settle(batch, seconds=60)

    rows = TryOnResult.objects.filter(batch=batch)
    assert {row.status for row in rows} == {Status.SUCCEEDED}
    assert remote.stats["submits"] == 10
    assert remote.stats["throttled"] == 0
    assert remote.stats["peak_running"] <= 5


@pytest.mark.slow
def test_qcluster__is_woken_by_the_request_itself(remote, start):
    """Without schedule and page, the wakeup on commit is enough."""
    from django_q.models import Schedule

    Schedule.objects.all().delete()
    remote.set_progression([("RUNNING", 0.3)])
    start("qcluster")
    batch = request_some(4)[0].batch
    settle(batch, seconds=60)

    assert {row.status for row in TryOnResult.objects.filter(batch=batch)} == {Status.SUCCEEDED}
    assert remote.stats["submits"] == 4


@pytest.mark.slow
def test_qcluster__waits_for_the_answer_of_a_parse_that_outlasts_the_run(remote, start, configure):
    """The queue must not kill a run of 1 s while its parse waits 9 s for an answer."""
    keys = {"RUN_BUDGET": 1, "READ_TIMEOUT": 30}
    configure(**keys)
    remote.faults.add("delay", endpoint="parse", delay=9)
    parse = parse_clothes(make_model_image(), ["upper"])
    start("qcluster", TEST_OUTFITANYONE=json.dumps(keys))
    end = time.monotonic() + 90
    while parse.is_open and time.monotonic() < end:
        wakeup.wake_if_idle()
        time.sleep(0.2)
        parse.refresh_from_db()

    assert (parse.status, parse.error_message) == (Status.SUCCEEDED, "")
    assert remote.stats["parses"] == 1
