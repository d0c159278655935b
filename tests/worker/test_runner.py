from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from django_outfitanyone.account import rate_limits
from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import AccountProblem
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.worker import runner
from tests.factories import make_garment, make_model_image
from tests.work import work

pytestmark = pytest.mark.django_db


def ask(count=1):
    return [
        request_try_on(
            TryOnRequest(person=make_model_image(), top=make_garment()),
            options=TryOnOptions(keep_other_half=False),
        )
        for _ in range(count)
    ]


def test_run__finishes_everything_and_stops(remote):
    (try_on,) = ask()
    started = time.monotonic()
    more = runner.run(budget=30)
    try_on.refresh_from_db()

    assert try_on.status == Status.SUCCEEDED
    assert not more
    assert time.monotonic() - started < 25  # it does not sit out its budget
    assert Account.current().runner_token == ""


def test_run__budget_of_zero_is_one_pass(remote):
    ask()

    assert runner.run(budget=0)
    assert TryOnResult.objects.get().status == Status.RUNNING


def test_run__leaves_the_work_to_the_present_runner(remote):
    ask()
    rate_limits.take_runner_lease(Account.current())

    assert not runner.run(budget=5)
    assert TryOnResult.objects.get().status == Status.QUEUED


def test_run__ends_when_another_runner_took_over(remote, monkeypatch):
    ask()
    monkeypatch.setattr(rate_limits, "keep_runner_lease", lambda account, token: False)
    runner.run(budget=5)

    assert TryOnResult.objects.get().status == Status.QUEUED


def test_run__gives_up_the_lease_even_when_it_is_killed(remote, monkeypatch):
    """django-q2 ends a task that takes too long with SystemExit."""
    ask()

    def killed(*_args):
        raise SystemExit

    monkeypatch.setattr(runner, "advance", killed)
    with pytest.raises(SystemExit):
        runner.run(budget=5)

    assert Account.current().runner_token == ""


def test_run__missing_key_is_said_and_nothing_is_lost(remote, configure, caplog):
    ask()
    configure(API_KEY="")

    assert not runner.run(budget=5)
    assert "DASHSCOPE_API_KEY" in caplog.text
    assert TryOnResult.objects.get().status == Status.QUEUED


def test_run__busy_database_is_no_reason_to_give_up(remote, monkeypatch):
    (try_on,) = ask()
    faults = iter([OperationalError("database is locked")])
    advance = runner.advance

    def sometimes_locked(job, provider):
        for fault in faults:
            raise fault
        advance(job, provider)

    monkeypatch.setattr(runner, "advance", sometimes_locked)
    runner.run(budget=1)
    TryOnResult.objects.update(lease_expires_at=timezone.now())
    work(try_on)

    assert try_on.status == Status.SUCCEEDED


def test_run__does_not_wait_for_what_is_due_much_later(remote):
    ask()
    TryOnResult.objects.update(due_at=timezone.now() + timedelta(minutes=2))
    started = time.monotonic()

    assert not runner.run(budget=20)
    assert time.monotonic() - started < 5


def test_run__stopped_account_submits_nothing_but_brings_home_what_is_paid(remote):
    remote.set_progression([("RUNNING", 0.3)])
    (paid,) = ask()
    while paid.status != Status.RUNNING:
        runner.run(budget=0)
        paid.refresh_from_db()
    (waiting,) = ask()
    rate_limits.stop(Account.current(), AccountProblem(code="Arrearage"))

    end = time.monotonic() + 10
    while not paid.image and time.monotonic() < end:
        runner.run(budget=0.2)
        paid.refresh_from_db()
    waiting.refresh_from_db()

    assert paid.image
    assert waiting.status == Status.QUEUED
    assert remote.stats["submits"] == 1


def test_run__resumed_account_goes_on_where_it_stopped(remote):
    rows = ask(2)
    rate_limits.stop(Account.current(), AccountProblem(code="Arrearage"))
    runner.run(budget=0.1)
    rate_limits.resume(Account.current())
    work(*rows)

    assert {row.status for row in rows} == {Status.SUCCEEDED}


def test_run__pictures_are_made_ready_while_all_slots_are_taken(remote, configure):
    configure(CONCURRENT_TASKS=1)
    remote.set_progression([("RUNNING", 60)])
    rows = ask(4)
    for _ in range(30):
        TryOnResult.objects.open().update(due_at=timezone.now())
        runner.run(budget=0)

    statuses = [row.status for row in TryOnResult.objects.order_by("pk")]
    assert statuses == [Status.RUNNING, Status.PREPARING, Status.PREPARING, Status.QUEUED]
    assert len(rows) == 4


def test_run__near_look_delays_slow_work_but_never_stops_it(remote, configure, monkeypatch):
    configure(CONCURRENT_TASKS=2)
    remote.set_progression([("RUNNING", 60)])
    account = Account.current()
    account.task_seconds = {conf.TRY_ON_MODEL: [10.0] * 20}
    account.save()
    monkeypatch.setattr(runner, "NEAR", timedelta(seconds=15))  # every look is
    ask(6)
    runner.run(budget=4)

    assert TryOnResult.objects.filter(status=Status.RUNNING).count() == 2
    assert TryOnResult.objects.prepared().count() == 4


def test_run__one_bad_row_does_not_stop_the_others(remote, monkeypatch, caplog):
    bad, good = ask(2)
    from django_outfitanyone.worker import steps, submit

    def start(try_on, provider):
        if try_on.pk == bad.pk:
            raise RuntimeError("a bug")
        return submit.start(try_on, provider)

    monkeypatch.setitem(steps.STEPS[TryOnResult], Status.QUEUED, start)
    work(good)
    bad.refresh_from_db()

    assert good.status == Status.SUCCEEDED
    assert (bad.status, bad.error_code) == (Status.QUEUED, "UnexpectedFault")
    assert "a bug" in caplog.text


def test_run__idle_account_costs_a_handful_of_queries(remote, django_assert_max_num_queries):
    Account.current()
    with django_assert_max_num_queries(30):
        runner.run(budget=5)
