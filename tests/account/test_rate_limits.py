from __future__ import annotations

import time
from collections import deque
from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import AccountProblem, LeaseLost
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.signals import account_stopped
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return Account.current()


def claimed(**columns):
    try_on = make_try_on(status=Status.PREPARING, **columns)
    (row,) = TryOnResult.objects.filter(pk=try_on.pk).claim(limit=1, lease=conf.lease)
    return row


def test_free_slots__numbers_from_one_to_the_limit(configure, account):
    configure(CONCURRENT_TASKS=3)
    make_try_on(status=Status.RUNNING, slot=2)

    assert rate_limits.free_slots(account) == [1, 3]


def test_admit__slot_is_taken_with_the_note_that_the_request_leaves(account):
    row = claimed()

    assert rate_limits.admit(row, remote_model="aitryon-plus", slot=2) is None
    row.refresh_from_db()
    assert (row.status, row.slot) == (Status.SUBMITTING, 2)


def test_admit__slot_that_another_host_has_just_taken(account):
    """Both have read that slot 1 is free; the constraint decides, and nothing is sent."""
    late = claimed()
    make_try_on(status=Status.RUNNING, slot=1)
    ask_again_at = rate_limits.admit(late, remote_model="aitryon-plus", slot=1)
    late.refresh_from_db()

    assert ask_again_at <= timezone.now()
    assert (late.status, late.slot, late.submitted_at) == (Status.PREPARING, None, None)


def test_admit__needs_the_lease(account):
    row = claimed()
    TryOnResult.objects.update(lease_token="somebody else")

    with pytest.raises(LeaseLost):
        rate_limits.admit(row, remote_model="aitryon-plus", slot=1)


def passes(account):
    return rate_limits.pass_gate(account) is None


def test_pass_gate__says_when_to_ask_again(account, configure):
    configure(SUBMITS_PER_SECOND=1)
    rate_limits.pass_gate(account)
    opens_at = rate_limits.pass_gate(account)

    assert timezone.now() < opens_at < timezone.now() + timedelta(seconds=1.1)


def test_pass_gate__one_at_a_time(account, configure):
    configure(SUBMITS_PER_SECOND=1)

    assert passes(account)
    assert not passes(account)


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told to go on."""

    class Clock:
        at = timezone.now()

        def now(self):
            return self.at

    clock = Clock()
    monkeypatch.setattr(rate_limits, "timezone", clock)
    return clock


def test_pass_gate__all_slots_at_once_after_a_rest(account, configure, clock):
    configure(SUBMITS_PER_SECOND=10)

    assert sum(passes(account) for _ in range(20)) == 5 == conf.CONCURRENT_TASKS


def test_pass_gate__what_is_not_urgent_leaves_them_to_what_is(account, configure, clock):
    configure(SUBMITS_PER_SECOND=10)
    assert rate_limits.pass_gate(account, is_urgent=False) is None
    opens_at = rate_limits.pass_gate(account, is_urgent=False)

    assert sum(passes(account) for _ in range(20)) == 4
    clock.at = max(opens_at, rate_limits.pass_gate(account, is_urgent=False))
    assert rate_limits.pass_gate(account, is_urgent=False) is None


def test_pass_gate__opens_when_it_says(account, configure, clock):
    configure(SUBMITS_PER_SECOND=10)
    while passes(account):
        pass

    clock.at = rate_limits.pass_gate(account)

    assert passes(account)
    assert not passes(account)


@pytest.mark.parametrize("allowed", [1, 2, 3, 10, 25])
def test_pass_gate__no_second_has_more_than_are_allowed(account, configure, clock, allowed):
    """Asked for as often as can be, with two rests in between."""
    configure(SUBMITS_PER_SECOND=allowed)
    passed_at = []
    for tick in range(600):
        clock.at += timedelta(seconds=3 if tick in {200, 400} else 0.01)
        if passes(account):
            passed_at.append(clock.at)

    second = timedelta(seconds=1)
    busiest = max(sum(at <= other < at + second for other in passed_at) for at in passed_at)
    assert busiest <= allowed
    assert len(passed_at) >= 5 * allowed / 2


def test_pause__closes_the_gate_for_everybody(account):
    rate_limits.pause(account)

    assert not passes(account)
    account.refresh_from_db()
    assert account.next_submission_at > timezone.now() + timedelta(seconds=50)


def test_pause__never_shortens_a_longer_one(account):
    until = timezone.now() + timedelta(hours=1)
    Account.objects.update(next_submission_at=until)
    rate_limits.pause(account)
    account.refresh_from_db()

    assert account.next_submission_at == until


def test_stop__announced_once_with_its_reason(account, caplog, django_capture_on_commit_callbacks):
    heard = []

    def listen(error, **_kwargs):
        heard.append(error.code)

    account_stopped.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            rate_limits.stop(account, AccountProblem("Access denied.", code="Arrearage"))
            rate_limits.stop(account, AccountProblem("No such key.", code="InvalidApiKey"))
    finally:
        account_stopped.disconnect(listen)

    account.refresh_from_db()
    assert heard == ["Arrearage"]
    assert account.stopped_code == "Arrearage"
    assert not passes(account)
    assert caplog.text.count("stopped") == 1


def test_resume__opens_the_gate_again(account):
    rate_limits.stop(account, AccountProblem(code="InvalidApiKey"))

    assert rate_limits.resume(account)
    account.refresh_from_db()
    assert not account.is_stopped
    assert passes(account)


def test_resume__nothing_to_lift(account):
    assert not rate_limits.resume(account)


def test_runner_lease__only_one_holds_it(account):
    token = rate_limits.take_runner_lease(account)

    assert token
    assert rate_limits.take_runner_lease(account) == ""
    assert rate_limits.keep_runner_lease(account, token)


def test_runner_lease__is_free_when_given_up(account):
    rate_limits.give_up_runner_lease(account, rate_limits.take_runner_lease(account))

    assert rate_limits.take_runner_lease(account)


def test_runner_lease__runs_out_when_its_holder_died(account):
    token = rate_limits.take_runner_lease(account)
    Account.objects.update(runner_expires_at=timezone.now() - timedelta(seconds=1))

    assert rate_limits.take_runner_lease(account)
    assert not rate_limits.keep_runner_lease(account, token)


def test_runner_lease__is_not_given_up_for_somebody_else(account):
    rate_limits.take_runner_lease(account)
    rate_limits.give_up_runner_lease(account, "not mine")

    assert rate_limits.take_runner_lease(account) == ""


def test_wait_for_query__keeps_within_the_rate(configure):
    configure(QUERIES_PER_SECOND=100)
    asked_at = []
    for _ in range(150):
        rate_limits.wait_for_query()
        asked_at.append(time.monotonic())

    assert all(asked_at[number + 100] - asked_at[number] > 1 for number in range(50))


def test_wait_for_query__a_handful_need_not_wait(configure, monkeypatch):
    naps = []
    monkeypatch.setattr(rate_limits, "_asked_at", deque())
    monkeypatch.setattr(rate_limits.time, "sleep", naps.append)
    configure(QUERIES_PER_SECOND=20)
    for _ in range(20):
        rate_limits.wait_for_query()
    assert not any(naps)

    rate_limits.wait_for_query()

    assert 0.9 < naps[-1] <= rate_limits.MARGIN
