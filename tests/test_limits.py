from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone import limits
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import AccountProblem
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.models.remote_job import LeaseLost
from django_outfitanyone.signals import account_stopped
from django_outfitanyone.statuses import Status
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return Account.current()


def claimed(**columns):
    try_on = make_try_on(status=Status.PREPARING, **columns)
    (row,) = TryOnResult.objects.filter(pk=try_on.pk).claim(limit=1, lease=conf.lease)
    return row


def test_take_slot__numbers_from_one_to_the_limit(configure, account):
    configure(CONCURRENT_TASKS=2)
    first, second, third = claimed(), claimed(), claimed()

    assert [limits.take_slot(row) for row in (first, second, third)] == [True, True, False]
    assert {first.slot, second.slot} == {1, 2}
    assert third.slot is None
    assert limits.free_slots(account) == 0


def test_take_slot__keeps_the_one_it_has(account):
    row = claimed()
    limits.take_slot(row)
    before = row.slot

    assert limits.take_slot(row)
    assert row.slot == before


def test_take_slot__loses_the_race_without_harm(monkeypatch):
    """Both have read that slot 1 is free; the constraint decides."""
    late = claimed()
    monkeypatch.setattr(limits, "_taken_slots", lambda account_id: set())
    make_try_on(status=Status.RUNNING, slot=1)

    assert limits.take_slot(late)
    assert late.slot == 2


def test_take_slot__needs_the_lease():
    row = claimed()
    TryOnResult.objects.update(lease_token="somebody else")

    with pytest.raises(LeaseLost):
        limits.take_slot(row)


def passes(account):
    return limits.pass_gate(account) is None


def test_pass_gate__says_when_to_ask_again(account, configure):
    configure(SUBMITS_PER_SECOND=2)
    limits.pass_gate(account)
    opens_at = limits.pass_gate(account)

    assert timezone.now() < opens_at < timezone.now() + timedelta(seconds=1)


def test_pass_gate__one_at_a_time(account, configure):
    configure(SUBMITS_PER_SECOND=1)

    assert passes(account)
    assert not passes(account)


def test_pass_gate__spacing_keeps_within_the_rate(account, configure):
    configure(SUBMITS_PER_SECOND=10)
    before = timezone.now()
    limits.pass_gate(account)
    account.refresh_from_db()

    spacing = account.next_submission_at - before
    assert timedelta(milliseconds=105) <= spacing < timedelta(milliseconds=200)


def test_pause__closes_the_gate_for_everybody(account):
    limits.pause(account)

    assert not passes(account)
    account.refresh_from_db()
    assert account.next_submission_at > timezone.now() + timedelta(seconds=50)


def test_pause__never_shortens_a_longer_one(account):
    until = timezone.now() + timedelta(hours=1)
    Account.objects.update(next_submission_at=until)
    limits.pause(account)
    account.refresh_from_db()

    assert account.next_submission_at == until


def test_stop__announced_once_with_its_reason(account, caplog, django_capture_on_commit_callbacks):
    heard = []

    def listen(error, **_kwargs):
        heard.append(error.code)

    account_stopped.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            limits.stop(account, AccountProblem("Access denied.", code="Arrearage"))
            limits.stop(account, AccountProblem("No such key.", code="InvalidApiKey"))
    finally:
        account_stopped.disconnect(listen)

    account.refresh_from_db()
    assert heard == ["Arrearage"]
    assert account.stopped_code == "Arrearage"
    assert not passes(account)
    assert caplog.text.count("stopped") == 1


def test_resume__opens_the_gate_again(account):
    limits.stop(account, AccountProblem(code="InvalidApiKey"))

    assert limits.resume(account)
    account.refresh_from_db()
    assert not account.is_stopped
    assert passes(account)


def test_resume__nothing_to_lift(account):
    assert not limits.resume(account)


def test_runner_lease__only_one_holds_it(account):
    token = limits.take_runner_lease(account)

    assert token
    assert limits.take_runner_lease(account) == ""
    assert limits.keep_runner_lease(account, token)


def test_runner_lease__is_free_when_given_up(account):
    limits.give_up_runner_lease(account, limits.take_runner_lease(account))

    assert limits.take_runner_lease(account)


def test_runner_lease__runs_out_when_its_holder_died(account):
    token = limits.take_runner_lease(account)
    Account.objects.update(runner_expires_at=timezone.now() - timedelta(seconds=1))

    assert limits.take_runner_lease(account)
    assert not limits.keep_runner_lease(account, token)


def test_runner_lease__is_not_given_up_for_somebody_else(account):
    limits.take_runner_lease(account)
    limits.give_up_runner_lease(account, "not mine")

    assert limits.take_runner_lease(account) == ""


def test_wait_for_query__keeps_within_the_rate(configure):
    configure(QUERIES_PER_SECOND=100)
    started = time.monotonic()
    for _ in range(11):
        limits.wait_for_query()

    assert time.monotonic() - started >= 10 / 100
