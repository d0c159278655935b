from __future__ import annotations

import threading
from contextlib import closing

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.dashscope import DashScope
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.signals import status_changed
from django_outfitanyone.worker import lease, runner, thread_pool
from django_outfitanyone.worker.lease_keeper import LeaseKeeper
from django_outfitanyone.worker.thread_pool import THREADS, ThreadPool, can_use_threads, running
from tests.work import claimed, queued_try_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pool(remote):
    with closing(conf.load_engine()) as engine:
        account = Account.current()
        with running(ThreadPool(engine, LeaseKeeper(account, lease.take(account)))) as pool:
            yield pool


@pytest.fixture
def job(remote):
    return claimed(queued_try_on())


def finish(pool):
    while pool.is_busy:
        pool.wait(30)


def test_submit__advances_the_job_and_makes_room(pool, job):
    pool.submit("prepare", job)
    pool.wait(30)
    job.refresh_from_db()

    assert (job.status, job.lease_token) == (Status.PREPARING, "")
    assert not pool.is_busy
    assert pool.room("prepare") == THREADS["prepare"] + 1


def test_room__one_job_more_than_threads_of_each_kind(pool, job, monkeypatch):
    may_end = threading.Event()
    monkeypatch.setattr(thread_pool, "advance", lambda job, engine: may_end.wait(30))
    for _ in range(THREADS["collect"] + 1):
        pool.submit("collect", job)

    assert pool.room("collect") == 0
    assert pool.room("parse") == THREADS["parse"] + 1
    may_end.set()


def test_submit__waiting_job_goes_to_the_first_free_thread(pool, job, monkeypatch):
    first_may_end, done = threading.Event(), []

    def advance(job, engine):
        if not done:
            first_may_end.wait(30)
        done.append(threading.current_thread().name)

    monkeypatch.setattr(thread_pool, "advance", advance)
    for _ in range(2):
        pool.submit("prepare", job)
    first_may_end.set()
    finish(pool)

    assert len(done) == 2
    assert len(set(done)) == THREADS["prepare"]


def test_give_back__ends_the_leases_of_jobs_that_no_thread_has_begun(pool, job, monkeypatch):
    begun, may_end = threading.Event(), threading.Event()
    waiting = claimed(queued_try_on())

    def slow(job, engine):
        begun.set()
        may_end.wait(30)

    monkeypatch.setattr(thread_pool, "advance", slow)
    pool.submit("prepare", job)
    assert begun.wait(30)
    pool.submit("prepare", waiting)
    pool.give_back()

    assert pool.room("prepare") == THREADS["prepare"]
    assert TryOnResult.objects.due(timezone.now()).get() == waiting
    may_end.set()


@pytest.mark.parametrize("error", [OperationalError("database is locked"), KeyError("a bug")])
def test_submit__thread_goes_on_after_an_error(pool, job, monkeypatch, caplog, error):
    def fail(job, engine):
        raise error

    monkeypatch.setattr(thread_pool, "advance", fail)
    for _ in range(THREADS["collect"] + 1):
        pool.submit("collect", job)
    finish(pool)

    assert str(error) in caplog.text
    assert pool.room("collect") == THREADS["collect"] + 1


def test_can_use_threads__not_inside_a_transaction():
    in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()
    assert can_use_threads() is not in_memory
    with transaction.atomic():
        assert not can_use_threads()


def test_run__slow_parse_keeps_no_slot_empty(remote, configure, monkeypatch):
    """With one slot, the parse of the first picture lasts until the third try-on is submitted."""
    configure(CONCURRENT_TASKS=1)
    third_submitted, submits = threading.Event(), []
    parse = DashScope.parse

    def slow_parse(self, **call):
        assert third_submitted.wait(30)
        return parse(self, **call)

    def note(sender, new, **_arguments):
        if (sender, new) == (TryOnResult, Status.SUBMITTING):
            submits.append(new)
            if len(submits) == 3:
                third_submitted.set()

    monkeypatch.setattr(DashScope, "parse", slow_parse)
    status_changed.connect(note)
    try:
        for _ in range(3):
            queued_try_on()
        runner.run(budget=60)
    finally:
        status_changed.disconnect(note)

    assert TryOnResult.objects.succeeded().count() == 3
    assert set(ClothesParse.objects.values_list("status", "error_code")) == {("succeeded", "")}
