from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import AccountProblem
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.worker import lease, runner, steps, submit, thread_pool
from tests.work import prepared_try_on, queued_try_on, running_try_on, work

pytestmark = pytest.mark.django_db


def test_run__finishes_all_jobs_and_ends(remote):
    try_on = queued_try_on()
    started = time.monotonic()
    more = runner.run(Account.of(), budget=30)
    try_on.refresh_from_db()

    assert try_on.status == Status.SUCCEEDED
    assert not more
    assert time.monotonic() - started < 25  # it ends before its budget does
    assert Account.of().runner_token == ""


def test_run__budget_of_zero_is_one_pass(remote):
    try_on = queued_try_on()

    assert runner.run(Account.of(), budget=0)
    try_on.refresh_from_db()
    assert try_on.status == Status.RUNNING


def test_run__does_nothing_while_another_runner_has_the_lease(remote):
    try_on = queued_try_on()
    lease.take(Account.of())

    assert not runner.run(Account.of(), budget=5)
    try_on.refresh_from_db()
    assert try_on.status == Status.QUEUED


def test_run__ends_when_its_lease_is_lost(remote, monkeypatch):
    try_on = queued_try_on()
    monkeypatch.setattr(lease, "renew", lambda account, token: False)
    runner.run(Account.of(), budget=5)

    try_on.refresh_from_db()
    assert try_on.status == Status.QUEUED


def test_run__releases_the_lease_even_when_it_is_killed(remote, monkeypatch):
    """django-q2 ends a task that takes too long with SystemExit."""
    queued_try_on()

    def killed(*_args, **_options):
        raise SystemExit

    monkeypatch.setattr(thread_pool, "advance", killed)
    with pytest.raises(SystemExit):
        runner.run(Account.of(), budget=5)

    assert Account.of().runner_token == ""


def test_run__without_an_api_key_logs_the_remedy_and_keeps_the_jobs(remote, configure, caplog):
    try_on = queued_try_on()
    configure(API_KEY="")

    assert not runner.run(Account.of(), budget=5)
    assert "DASHSCOPE_API_KEY" in caplog.text
    try_on.refresh_from_db()
    assert try_on.status == Status.QUEUED


def test_run__goes_on_after_a_database_error(remote, monkeypatch):
    try_on = queued_try_on()
    faults = iter([OperationalError("database is locked")])
    advance = thread_pool.advance

    def sometimes_locked(job, engine, **options):
        for fault in faults:
            raise fault
        return advance(job, engine, **options)

    monkeypatch.setattr(thread_pool, "advance", sometimes_locked)
    monkeypatch.setattr(runner, "DATABASE_PAUSE", 0.05)
    runner.run(Account.of(), budget=0.2)
    TryOnResult.objects.update(lease_expires_at=timezone.now())
    work(try_on)

    assert try_on.status == Status.SUCCEEDED


def test_run__does_not_wait_for_a_job_that_is_due_much_later(remote):
    queued_try_on()
    TryOnResult.objects.update(due_at=timezone.now() + timedelta(minutes=2))
    started = time.monotonic()

    assert not runner.run(Account.of(), budget=20)
    assert time.monotonic() - started < 5


def test_run__stopped_account_submits_nothing_but_downloads_what_is_paid_for(remote):
    paid = running_try_on()
    waiting = queued_try_on()
    rate_limits.stop(Account.of(), AccountProblem(code="Arrearage"))

    end = time.monotonic() + 10
    while not paid.image and time.monotonic() < end:
        runner.run(Account.of(), budget=0.1)
        paid.refresh_from_db()
    waiting.refresh_from_db()

    assert paid.image
    assert waiting.status == Status.QUEUED
    assert remote.stats["submits"] == 1


def test_run__resumed_account_continues(remote):
    try_ons = [queued_try_on(), queued_try_on()]
    rate_limits.stop(Account.of(), AccountProblem(code="Arrearage"))
    runner.run(Account.of(), budget=0.1)
    rate_limits.resume(Account.of())
    work(*try_ons)

    assert {try_on.status for try_on in try_ons} == {Status.SUCCEEDED}


def test_run__prepares_a_few_try_ons_while_all_slots_are_taken(remote, configure):
    configure(CONCURRENT_TASKS=1)
    remote.set_progression([("RUNNING", 60)])
    for _ in range(4):
        queued_try_on()
    for _ in range(10):
        TryOnResult.objects.open().update(due_at=timezone.now())
        runner.run(Account.of(), budget=0)

    statuses = [try_on.status for try_on in TryOnResult.objects.order_by("pk")]
    assert statuses == [Status.RUNNING, Status.PREPARING, Status.PREPARING, Status.QUEUED]


def test_run__unexpected_fault_of_one_job_does_not_stop_the_others(remote, monkeypatch, caplog):
    bad, good = queued_try_on(), queued_try_on()

    def start(try_on, engine):
        if try_on.pk == bad.pk:
            raise RuntimeError("a bug")
        return submit.start(try_on, engine)

    monkeypatch.setitem(steps.STEPS[TryOnResult], Status.QUEUED, start)
    work(good)
    bad.refresh_from_db()

    assert good.status == Status.SUCCEEDED
    assert (bad.status, bad.error_code) == (Status.QUEUED, "UnexpectedFault")
    assert "a bug" in caplog.text


def test_run__idle_account_needs_few_queries(remote, django_assert_max_num_queries):
    Account.of()
    with django_assert_max_num_queries(30):
        runner.run(Account.of(), budget=5)


class SlowClock:
    """A clock for the runner that only steps move on."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def test_run__slow_engine_gets_no_call_after_the_time_of_one(remote, monkeypatch):
    """Budget 0 and calls of 30 s: the second one starts before 35 s have passed, the third not."""
    try_ons = [prepared_try_on() for _ in range(4)]
    TryOnResult.objects.update(due_at=timezone.now())
    clock, begun = SlowClock(), []

    def slow(job, engine):
        begun.append(job)
        clock.now += 30
        job.release(None)

    monkeypatch.setattr(runner, "time", clock)
    monkeypatch.setattr(thread_pool, "advance", slow)
    runner.run(Account.of(), budget=0)

    assert len(begun) == 2
    left = {row.pk for row in try_ons} - {row.pk for row in begun}
    due = TryOnResult.objects.due(timezone.now())
    assert set(due.values_list("pk", flat=True)) == left  # the next run can take them at once
