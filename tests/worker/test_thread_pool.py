from __future__ import annotations

import threading
import time
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.signals import status_changed
from django_outfitanyone.worker import lease, runner, thread_pool
from django_outfitanyone.worker.lease_keeper import LeaseKeeper
from django_outfitanyone.worker.queue import Lane
from django_outfitanyone.worker.thread_pool import (
    ThreadPool,
    can_use_threads,
    running,
    thread_counts,
)
from tests.work import claimed, queued_try_on, running_try_on

pytestmark = pytest.mark.django_db(transaction=True)


COUNTS = {Lane.SLOTS: 2, Lane.PICTURES: 3}


@pytest.fixture
def pool(remote):
    with closing(conf.default_engine.load()) as engine:
        account = Account.of()
        keeper = LeaseKeeper(account, lease.take(account))
        with running(ThreadPool(engine, keeper, COUNTS)) as pool:
            yield pool


@pytest.fixture
def job(remote):
    return claimed(queued_try_on())


def finish(pool):
    """Wait until no thread is busy; return the jobs that were advanced."""
    done = []
    while pool.is_busy(*Lane):
        done += pool.wait(30)
    return done + pool.wait(0)


def test_submit__advances_the_job_and_reports_it(pool, job):
    pool.submit(Lane.PICTURES, job)
    done = finish(pool)
    job.refresh_from_db()

    assert done == [job]
    assert (job.status, job.lease_token) == (Status.PREPARING, "")
    assert pool.room == COUNTS


def test_room__of_one_lane_is_not_taken_by_the_other(pool, job, monkeypatch):
    may_end = threading.Event()

    def wait(job, engine, **_options):
        may_end.wait(30)

    monkeypatch.setattr(thread_pool, "advance", wait)
    for _ in range(3):
        pool.submit(Lane.PICTURES, job)

    assert pool.room == {Lane.SLOTS: 2, Lane.PICTURES: 0}
    assert pool.is_busy(Lane.PICTURES)
    assert not pool.is_busy(Lane.SLOTS)
    may_end.set()


def test_submit__starts_a_thread_only_if_none_is_free(pool, job, monkeypatch):
    names = []

    def note(job, engine, **_options):
        names.append(threading.current_thread().name)

    monkeypatch.setattr(thread_pool, "advance", note)
    for _ in range(3):
        pool.submit(Lane.PICTURES, job)
        finish(pool)

    assert names == ["try-on pictures 1"] * 3


@pytest.mark.parametrize("error", [OperationalError("database is locked"), KeyError("a bug")])
def test_submit__thread_goes_on_after_an_error(pool, job, monkeypatch, caplog, error):
    def fail(job, engine, **_options):
        raise error

    monkeypatch.setattr(thread_pool, "advance", fail)
    for _ in range(3):
        pool.submit(Lane.SLOTS, job)
        finish(pool)

    assert str(error) in caplog.text
    assert pool.room == COUNTS


class TestNextStep:
    """A thread goes on with the job, without another claim, where more can be done at once."""

    @pytest.fixture
    def running(self, remote):
        job = running_try_on()
        remote.settle()
        return claimed(job)

    def test_lane_of_polls__passes_a_finished_task_on(self, pool, running):
        pool.submit(Lane.SLOTS, running)
        done = finish(pool)

        (parse,) = ClothesParse.objects.all()
        running.refresh_from_db()
        assert done == [running, parse]
        assert (running.status, parse.status) == (Status.SUCCEEDED, Status.SUCCEEDED)
        assert not running.is_leased
        assert not parse.is_leased
        assert pool.room == COUNTS

    def test_lane_of_pictures__has_no_room(self, pool, running, monkeypatch):
        monkeypatch.setattr(pool, "_counts", {**COUNTS, Lane.PICTURES: 0})
        pool.submit(Lane.SLOTS, running)
        done = finish(pool)
        running.refresh_from_db()

        assert done == [running]
        assert running.status == Status.COLLECTING
        assert not running.is_leased

    def test_end_of_the_run__leaves_it_to_the_next_one(self, pool, running):
        pool.takes_next_steps = False
        pool.submit(Lane.SLOTS, running)
        finish(pool)
        running.refresh_from_db()

        assert running.status == Status.COLLECTING
        assert not running.is_leased

    def test_parse_of_another_engine__is_left_to_its_runner(self, pool, running, configure):
        configure(PARSER="local")
        pool.submit(Lane.SLOTS, running)
        finish(pool)

        parse = ClothesParse.objects.get()
        assert (parse.account_id, parse.status) == ("local", Status.QUEUED)
        assert not parse.is_leased

    def test_shutdown__finishes_what_the_lane_of_polls_passes_on(self, pool, running):
        pool.submit(Lane.SLOTS, running)
        pool.shutdown()

        assert ClothesParse.objects.get().status == Status.SUCCEEDED


class TestRepeatedPolls:
    """A task that is polled again within a moment stays leased, and is not claimed anew."""

    @pytest.fixture
    def running(self, remote):
        remote.set_progression([("RUNNING", 60)])
        return claimed(running_try_on())

    @pytest.fixture
    def polled(self, pool, running):
        pool.submit(Lane.SLOTS, running)
        while pool.is_busy(*Lane):
            time.sleep(0.01)
        return running

    def test_task_stays_leased_and_gives_its_room_back(self, pool, polled):
        token = polled.lease_token

        assert pool.next_poll_at == polled.due_at > timezone.now() - timedelta(seconds=5)
        assert pool.room == COUNTS
        assert TryOnResult.objects.get().lease_token == token != ""

    def test_wait__polls_again_until_the_task_has_ended(self, pool, polled, remote):
        before, end = remote.stats["queries"], time.monotonic() + 30
        while remote.stats["queries"] < before + 2 and time.monotonic() < end:
            assert pool.wait(0.1) == []
        remote.clock.advance(60)
        remote.settle()
        while not ClothesParse.objects.succeeded().exists() and time.monotonic() < end:
            pool.wait(0.1)

        polled.refresh_from_db()
        assert polled.has_succeeded
        assert pool.next_poll_at is None

    def test_release_polls__lets_others_poll_when_it_is_due(self, pool, polled):
        due_at = polled.due_at
        pool.release_polls()
        row = TryOnResult.objects.get()

        assert (row.lease_token, row.due_at) == ("", due_at)
        assert pool.next_poll_at is None

    def test_release_polls__row_of_another_worker_by_now_is_left_to_it(self, pool, polled):
        TryOnResult.objects.update(lease_token="another worker")
        pool.release_polls()

        assert TryOnResult.objects.get().lease_token == "another worker"

    def test_shutdown__ends_the_leases(self, pool, polled):
        pool.shutdown()

        assert TryOnResult.objects.get().lease_token == ""

    def test_end_of_the_run__keeps_no_lease(self, pool, running):
        pool.takes_next_steps = False
        pool.submit(Lane.SLOTS, running)
        finish(pool)

        assert TryOnResult.objects.get().lease_token == ""
        assert pool.next_poll_at is None

    def test_room__polls_that_are_due_wait_for_it(self, pool, polled, monkeypatch):
        monkeypatch.setattr(pool, "_counts", {**COUNTS, Lane.SLOTS: 0})
        polled.due_at = timezone.now()
        pool.wait(0.05)

        assert pool.next_poll_at is not None


def test_shutdown__closes_the_connections_of_its_threads(pool, job, monkeypatch):
    closed = threading.Event()
    monkeypatch.setattr(thread_pool.connections, "close_all", closed.set)
    monkeypatch.setattr(thread_pool, "advance", lambda job, engine, **_options: None)
    pool.submit(Lane.SLOTS, job)
    pool.shutdown()

    assert closed.is_set()


@pytest.mark.parametrize(("slots", "threads"), [(1, 1), (5, 5), (10, 10), (50, 10)])
def test_thread_counts__follow_the_slots_up_to_a_limit(configure, slots, threads):
    configure(CONCURRENT_TASKS=slots)

    assert thread_counts(Account.of())[Lane.SLOTS] == threads


def test_thread_counts__every_slot_has_a_thread_if_a_submit_brings_the_picture(configure):
    configure(BACKEND="tests.toy_engines.InstantEngine", CONCURRENT_TASKS=50)

    assert thread_counts(Account.of())[Lane.SLOTS] == 50


def test_can_use_threads__not_inside_a_transaction():
    in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()
    assert can_use_threads() is not in_memory
    with transaction.atomic():
        assert not can_use_threads()


def test_run__slow_parse_keeps_no_slot_empty(remote, configure, monkeypatch):
    """With one slot, the parse of the first picture lasts until the third try-on is submitted."""
    configure(CONCURRENT_TASKS=1)
    third_submitted, submits = threading.Event(), []
    parse = OutfitAnyone.parse

    def slow_parse(self, *picture, **call):
        assert third_submitted.wait(30)
        return parse(self, *picture, **call)

    def note(sender, new, **_arguments):
        if (sender, new) == (TryOnResult, Status.SUBMITTING):
            submits.append(new)
            if len(submits) == 3:
                third_submitted.set()

    monkeypatch.setattr(OutfitAnyone, "parse", slow_parse)
    status_changed.connect(note)
    try:
        for _ in range(3):
            queued_try_on()
        runner.run(Account.of(), budget=60)
    finally:
        status_changed.disconnect(note)

    assert TryOnResult.objects.succeeded().count() == 3
    assert set(ClothesParse.objects.values_list("status", "error_code")) == {("succeeded", "")}
