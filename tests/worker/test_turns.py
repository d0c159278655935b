from __future__ import annotations

from datetime import timedelta
from itertools import chain, repeat

import pytest
from django.db import transaction
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.worker import lease, runner, turns
from tests.factories import make_try_on
from tests.work import queued_try_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_engines(remote, configure, settings):
    """Two engines on one sandbox, so that there are two accounts."""
    own = settings.OUTFITANYONE["ENGINES"]["default"]
    configure(ENGINES={"default": own, "second": own})


@pytest.fixture
def runs(monkeypatch):
    """Record the runs instead of making them; ``runs.more`` has the accounts with more work."""

    class Runs(list):
        more = ()

    found = Runs()

    def run(account, *, budget, should_yield):
        found.append((account.pk, round(budget)))
        lease.release(account, lease.take(account))
        return account.pk in found.more

    monkeypatch.setattr(runner, "run", run)
    return found


def queue(*aliases):
    for alias in aliases:
        make_try_on(status=Status.QUEUED, account=Account.of(alias))


def test_take_turns__each_account_gets_its_share(runs):
    queue("default", "second")
    Account.objects.filter(pk="default").update(runner_expires_at=timezone.now())

    assert not turns.take_turns(budget=20)
    assert runs == [("second", 10), ("default", 20)]


def test_take_turns__account_that_waited_longest_is_first_the_next_time(runs):
    queue("default", "second")
    runs.more = ("default", "second")
    assert turns.take_turns(budget=20)
    first = [alias for alias, _budget in runs]
    turns.take_turns(budget=20)

    assert [alias for alias, _budget in runs[2:]] == first


def test_take_turns__leaves_an_account_to_the_worker_that_runs_it(runs):
    queue("default", "second")
    lease.take(Account.of())
    turns.take_turns(budget=20)

    assert runs == [("second", 20)]


def test_take_turns__time_that_is_over_leaves_the_rest_to_the_next_run(runs, monkeypatch):
    queue("default", "second")
    clock = chain([0.0] * 4, repeat(30.0))
    monkeypatch.setattr(turns, "time", type("Clock", (), {"monotonic": lambda: next(clock)}))

    assert turns.take_turns(budget=20)
    assert len(runs) == 1


def test_take_turns__without_work_runs_nothing(runs):
    Account.of("second")

    assert not turns.take_turns(budget=20)
    assert runs == []


def test_take_turns__one_pass_serves_every_account(remote):
    rows = [queued_try_on(), queued_try_on(engine="second")]
    turns.take_turns(budget=0)
    for row in rows:
        row.refresh_from_db()

    assert [row.status for row in rows] == [Status.RUNNING] * 2
    assert [row.account_id for row in rows] == ["default", "second"]


def test_take_turns__stopped_or_broken_account_holds_up_no_other(remote, configure, settings):
    own = settings.OUTFITANYONE["ENGINES"]["default"]
    broken = queued_try_on(engine="second")
    configure(ENGINES={"default": own, "second": {**own, "API_KEY": "", "API_KEY_ENV": "NO_KEY"}})
    good = queued_try_on()
    turns.take_turns(budget=0)
    for row in (broken, good):
        row.refresh_from_db()

    assert (broken.status, good.status) == (Status.QUEUED, Status.RUNNING)


@pytest.mark.slow
@pytest.mark.parametrize("is_waiting", [True, False])
def test_run__yields_to_another_account_while_nothing_is_due(remote, is_waiting):
    """Its own task is polled only in two seconds, so that it would only wait."""
    remote.set_progression([("RUNNING", 600)])
    try_on = queued_try_on()
    runner.run(Account.of(), budget=0)
    due_at = timezone.now() + timedelta(seconds=2)
    TryOnResult.objects.filter(pk=try_on.pk).update(due_at=due_at)
    with transaction.atomic():  # no threads: this thread does all
        if is_waiting:
            queue("second")
        started = timezone.now()
        runner.run(Account.of(), budget=3, should_yield=turns._Others(Account.of()))
    seconds = (timezone.now() - started).total_seconds()

    assert (seconds < 1.5) is is_waiting


def test_worker_without_work__is_seen_and_takes_no_lease():
    hour_ago = timezone.now() - timedelta(hours=1)
    Account.of("second")
    Account.objects.update(runner_expires_at=hour_ago)

    turns.take_turns(budget=0)

    account = Account.of("second")
    assert not account.is_runner_missing
    assert lease.take(account)


def test_worker_without_work__writes_it_down_once_in_a_while():
    Account.of("second")
    recently = timezone.now() - timedelta(seconds=10)
    Account.objects.update(runner_expires_at=recently)

    turns.take_turns(budget=0)

    assert Account.of("second").runner_expires_at == recently
