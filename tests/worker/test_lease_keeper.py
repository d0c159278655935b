from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Status
from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.models import Account, ClothesParse
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.worker import lease, lease_keeper, parse, runner
from django_outfitanyone.worker.lease_keeper import LeaseKeeper
from tests.factories import make_model_image
from tests.work import claimed, prepared_try_on, queued_try_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account():
    return Account.of()


@pytest.fixture
def keeper(account, monkeypatch):
    """The keeper of a runner's lease, to which everything seems slow; its thread is not started."""
    monkeypatch.setattr(lease_keeper, "SLOW_SECONDS", 0)
    return LeaseKeeper(account, lease.take(account))


def almost_over():
    return timezone.now() + timedelta(milliseconds=1)


def runner_lease_ends_at():
    return Account.objects.get().runner_expires_at


def wait_until(is_true, seconds=30):
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def started(keeper):
    keeper.start()
    yield
    keeper.stop()


class TestRunnersLease:
    def test_is_renewed_while_a_step_is_slow(self, keeper):
        Account.objects.update(runner_expires_at=almost_over())
        keeper.renew_slow()

        assert runner_lease_ends_at() > timezone.now() + lease.DURATION / 2

    def test_is_renewed_by_the_thread(self, keeper, monkeypatch):
        monkeypatch.setattr(lease_keeper, "SLOW_SECONDS", 0.01)
        Account.objects.update(runner_expires_at=almost_over())
        with started(keeper):
            wait_until(lambda: runner_lease_ends_at() > timezone.now() + lease.DURATION / 2)

    def test_is_left_to_a_runner_that_renews_it_itself(self, keeper, monkeypatch):
        keeper.renew()
        monkeypatch.setattr(lease_keeper, "SLOW_SECONDS", 60)
        Account.objects.update(runner_expires_at=(ends_at := almost_over()))
        keeper.renew_slow()

        assert runner_lease_ends_at() == ends_at

    def test_expires_when_the_step_is_stuck(self, keeper, monkeypatch):
        monkeypatch.setattr(lease_keeper, "task_timeout", lambda: 0)
        Account.objects.update(runner_expires_at=(ends_at := almost_over()))
        keeper.renew_slow()

        assert runner_lease_ends_at() == ends_at

    def test_of_another_runner_is_noticed_at_once(self, keeper, account):
        assert keeper.renew()
        Account.objects.update(runner_expires_at=LONG_AGO)
        lease.take(account)
        keeper.renew_slow()
        keeper._renewed_at = 0.0

        assert not keeper.renew()

    def test_survives_an_error_of_the_database(self, keeper, monkeypatch):
        monkeypatch.setattr(lease_keeper, "SLOW_SECONDS", 0.01)
        renew, errors = lease.renew, iter([OperationalError("database is locked")])

        def sometimes_locked(*args):
            for error in errors:
                raise error
            return renew(*args)

        monkeypatch.setattr(lease, "renew", sometimes_locked)
        Account.objects.update(runner_expires_at=almost_over())
        with started(keeper):
            wait_until(lambda: runner_lease_ends_at() > timezone.now() + lease.DURATION / 2)


class TestLeaseOfAJob:
    @pytest.fixture
    def job(self, remote, keeper):
        job = claimed(queued_try_on())
        keeper.hold(job)
        return job

    def shorten(self, job):
        ends_at = almost_over()
        type(job).objects.filter(pk=job.pk).update(lease_expires_at=ends_at)
        return ends_at

    def ends_at(self, job):
        return type(job).objects.get(pk=job.pk).lease_expires_at

    def test_is_renewed_while_its_step_is_slow(self, keeper, job):
        self.shorten(job)
        keeper.renew_slow()

        assert self.ends_at(job) > timezone.now() + timedelta(seconds=30)

    def test_of_a_finished_step_stays_ended(self, keeper, job):
        job.release(timezone.now())
        keeper.renew_slow()

        assert self.ends_at(job) == LONG_AGO

    def test_that_another_worker_has_is_left_alone(self, keeper, job):
        type(job).objects.update(lease_token="other", lease_expires_at=(ends_at := almost_over()))
        keeper.renew_slow()

        assert self.ends_at(job) == ends_at

    def test_is_left_alone_once_it_was_let_go(self, keeper, job):
        ends_at = self.shorten(job)
        keeper.let_go(job)
        keeper.renew_slow()

        assert self.ends_at(job) == ends_at

    def test_expires_when_its_step_is_stuck(self, keeper, job, monkeypatch):
        monkeypatch.setattr(lease_keeper, "task_timeout", lambda: 0)
        ends_at = self.shorten(job)
        keeper.renew_slow()

        assert self.ends_at(job) == ends_at


class TestRun:
    """A whole run with a step that ends only after its leases were renewed."""

    @pytest.fixture(autouse=True)
    def _seems_slow_soon(self, monkeypatch):
        monkeypatch.setattr(lease_keeper, "SLOW_SECONDS", 0.05)

    def test_runner_stays_the_only_one_during_a_slow_submit(self, remote, monkeypatch):
        prepared_try_on()
        submit = OutfitAnyone.submit

        def slow_submit(self, order, *, key):
            Account.objects.update(runner_expires_at=almost_over())
            wait_until(lambda: runner_lease_ends_at() > timezone.now() + lease.DURATION / 2)
            assert lease.take(Account.of()) == ""
            return submit(self, order)

        monkeypatch.setattr(OutfitAnyone, "submit", slow_submit)
        runner.run(Account.of(), budget=0.5)

        assert remote.stats["submits"] == 1

    def test_slow_parse_keeps_its_row(self, remote, monkeypatch):
        row = parse_clothes(make_model_image())
        store_files = parse.store_files

        def slow_store(*arguments):
            ClothesParse.objects.update(lease_expires_at=almost_over())
            soon = timezone.now() + timedelta(seconds=10)
            wait_until(lambda: ClothesParse.objects.get().lease_expires_at > soon)
            return store_files(*arguments)

        monkeypatch.setattr(parse, "store_files", slow_store)
        runner.run(Account.of(), budget=20)
        row.refresh_from_db()

        assert row.status == Status.SUCCEEDED
