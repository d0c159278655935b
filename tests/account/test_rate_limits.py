from __future__ import annotations

from datetime import datetime, timedelta
from datetime import timezone as dt_timezone
from decimal import Decimal

import pytest
from django.utils import timezone

from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import AccountProblem, BudgetSpent, LeaseLost
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.signals import account_resumed, account_stopped
from tests.events import events, received
from tests.factories import make_try_on
from tests.work import claimed

pytestmark = pytest.mark.django_db

MODEL, PARSER = "aitryon-plus", "aitryon-parsing-v1"


@pytest.fixture
def account():
    return Account.of()


@pytest.fixture
def other(settings):
    """Another account, with its own limits."""
    engines = settings.OUTFITANYONE["ENGINES"]
    more = {**engines, "other": engines["default"]}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": more}
    return Account.of("other")


@pytest.fixture
def clock(monkeypatch):
    """The clock of the rate limit, which stands still until a test moves it."""

    class Clock:
        at = timezone.now()

        def now(self):
            return self.at

    clock = Clock()
    monkeypatch.setattr(rate_limits, "timezone", clock)
    return clock


def is_granted(account, model=MODEL):
    return rate_limits.acquire(account, model) is None


def test_free_slots__are_numbered_from_one_to_the_limit(configure, account):
    configure(CONCURRENT_TASKS=3)
    make_try_on(status=Status.RUNNING, slot=2)

    assert rate_limits.free_slots(account) == [1, 3]


def test_free_slots__those_of_another_account_stay_free(configure, account, other):
    configure(CONCURRENT_TASKS=2)
    make_try_on(status=Status.RUNNING, slot=1, account=other)

    assert rate_limits.free_slots(account) == [1, 2]


def test_admit__takes_the_slot_together_with_the_new_status(account):
    row = claimed(make_try_on(status=Status.PREPARING))

    assert rate_limits.admit(row, remote_model="aitryon-plus", slot=2) is None
    row.refresh_from_db()
    assert (row.status, row.slot) == (Status.SUBMITTING, 2)


def test_admit__sends_nothing_if_another_host_has_just_taken_the_slot(account):
    """Both hosts have read that slot 1 is free; the unique constraint decides."""
    late = claimed(make_try_on(status=Status.PREPARING))
    make_try_on(status=Status.RUNNING, slot=1)
    retry_at = rate_limits.admit(late, remote_model="aitryon-plus", slot=1)
    late.refresh_from_db()

    assert retry_at <= timezone.now()
    assert (late.status, late.slot, late.submitted_at) == (Status.PREPARING, None, None)


def test_admit__renews_the_lease_and_opens_the_window_to_send(account):
    """The lease must outlast the request, however much of it was used before."""
    row = claimed(make_try_on(status=Status.PREPARING))
    ends_at = timezone.now() + timedelta(seconds=1)
    TryOnResult.objects.update(lease_expires_at=ends_at)
    row.lease_expires_at = ends_at
    before = timezone.now()

    rate_limits.admit(row, remote_model="aitryon-plus", slot=1)

    row.refresh_from_db()
    assert before <= row.submitted_at <= timezone.now()
    assert row.lease_expires_at == row.submitted_at + conf.default_engine.lease()
    assert not row.send_window.is_over
    assert row.send_window.seconds == 2 * conf.CONNECT_TIMEOUT
    assert timedelta(seconds=row.send_window.seconds) < conf.default_engine.lease()


def test_admit__sends_nothing_that_the_budget_does_not_cover(account, configure):
    """And the rate limit is not used up either, so that a cheaper request can leave."""
    configure(BUDGET_PER_DAY=Decimal("0.10"))
    row = claimed(make_try_on(status=Status.PREPARING))

    with pytest.raises(BudgetSpent) as refusal:
        rate_limits.admit(row, remote_model="aitryon-plus", slot=1)

    row.refresh_from_db()
    account.refresh_from_db()
    assert (row.status, row.slot, row.submitted_at) == (Status.PREPARING, None, None)
    assert account.budget_spent_until == refusal.value.until
    assert is_granted(account)


def test_admit__says_when_to_try_again_if_the_rate_limit_does_not_allow_it(account, configure):
    configure(SUBMITS="1/s")
    first, second = (claimed(make_try_on(status=Status.PREPARING)) for _ in range(2))
    rate_limits.admit(first, remote_model="aitryon-plus", slot=1)

    assert rate_limits.admit(second, remote_model="aitryon-plus", slot=2) > timezone.now()
    second.refresh_from_db()
    assert second.status == Status.PREPARING


def test_admit_to_slot__takes_the_first_free_slot(account, configure):
    configure(CONCURRENT_TASKS=2)
    make_try_on(status=Status.RUNNING, slot=1)
    first, second = (claimed(make_try_on(status=Status.PREPARING)) for _ in range(2))

    assert rate_limits.admit_to_slot(first) is None
    assert first.slot == 2
    assert rate_limits.admit_to_slot(second) <= timezone.now()
    second.refresh_from_db()
    assert (second.status, second.slot) == (Status.PREPARING, None)


def test_admit__needs_the_lease(account):
    row = claimed(make_try_on(status=Status.PREPARING))
    TryOnResult.objects.update(lease_token="another worker")

    with pytest.raises(LeaseLost):
        rate_limits.admit(row, remote_model="aitryon-plus", slot=1)


def test_acquire__returns_when_to_try_again(account, configure):
    configure(SUBMITS="1/s")
    rate_limits.acquire(account, MODEL)
    retry_at = rate_limits.acquire(account, MODEL)

    assert timezone.now() < retry_at < timezone.now() + timedelta(seconds=1.1)


def test_acquire__does_not_use_up_the_limit_of_another_account(account, other, configure):
    configure(SUBMITS="1/s")

    assert is_granted(account)
    assert is_granted(other)


def test_acquire__grants_one_at_a_time(account, configure):
    configure(SUBMITS="1/s")

    assert is_granted(account)
    assert not is_granted(account)


def test_acquire__fills_all_slots_at_once_after_an_idle_time(account, configure, clock):
    configure(SUBMITS="10/s")

    assert sum(is_granted(account) for _ in range(20)) == 5 == conf.default_engine.concurrent_tasks


def test_acquire__many_slots_are_filled_by_the_shortest_spacing(account, configure, clock):
    """Nine in a second, instead of five at once and fewer in each second after that."""
    configure(SUBMITS="10/s", CONCURRENT_TASKS=50)
    granted = 0
    for _hundredth in range(500):
        granted += is_granted(account)
        clock.at += timedelta(seconds=0.01)

    assert granted >= 5 * 9


def test_acquire__counts_each_remote_model_apart(account, configure, clock):
    configure(SUBMITS="1/s")

    assert is_granted(account)
    assert not is_granted(account)
    assert is_granted(account, PARSER)
    assert not is_granted(account, PARSER)


@pytest.mark.parametrize("slots", [1, 5, 50])
@pytest.mark.parametrize("submits", ["1/s", "10/s", "50/60s"])
def test_allowance__foretells_what_acquire_grants(account, configure, clock, slots, submits):
    configure(SUBMITS=submits, CONCURRENT_TASKS=slots)
    for seconds in (0, 0.3, 0.01, 1, 60):
        clock.at += timedelta(seconds=seconds)
        allowance = rate_limits.Allowance(account)
        foretold = sum(allowance.take(MODEL) for _ in range(60))
        granted = sum(is_granted(account) for _ in range(60))

        assert granted == foretold
        assert allowance.next_at == rate_limits.acquire(account, MODEL)


def test_allowance__is_none_while_the_account_is_paused(account):
    rate_limits.pause(account)
    account.refresh_from_db()
    allowance = rate_limits.Allowance(account)

    assert not allowance.take(MODEL)
    assert allowance.next_at == account.next_submission_at


def test_acquire__grants_at_the_time_that_it_returned(account, configure, clock):
    configure(SUBMITS="10/s")
    while is_granted(account):
        pass

    clock.at = rate_limits.acquire(account, MODEL)

    assert is_granted(account)
    assert not is_granted(account)


@pytest.mark.parametrize("allowed", [1, 2, 3, 10, 25])
def test_acquire__keeps_the_limit_in_every_sliding_second(account, configure, clock, allowed):
    """A request every 10 ms, with two idle times in between."""
    configure(SUBMITS=f"{allowed}/s")
    granted_at = []
    for tick in range(390):
        clock.at += timedelta(seconds=3 if tick in {130, 260} else 0.01)
        if is_granted(account):
            granted_at.append(clock.at)

    second = timedelta(seconds=1)
    busiest = max(sum(at <= other < at + second for other in granted_at) for at in granted_at)
    assert busiest <= allowed
    assert len(granted_at) >= 5 * allowed / 2


def test_pause__delays_all_submits(account):
    rate_limits.pause(account)

    assert not is_granted(account)
    account.refresh_from_db()
    assert account.next_submission_at > timezone.now() + timedelta(seconds=50)


def test_pause__never_shortens_a_longer_one(account):
    until = timezone.now() + timedelta(hours=1)
    Account.objects.update(next_submission_at=until)
    rate_limits.pause(account)
    account.refresh_from_db()

    assert account.next_submission_at == until


def test_pause_and_stop__leave_another_account_alone(account, other):
    rate_limits.pause(account)
    rate_limits.stop(account, AccountProblem("Access denied.", code="Arrearage"))
    other.refresh_from_db()

    assert not other.is_stopped
    assert other.next_submission_at == LONG_AGO


def test_stop__is_announced_once_with_its_reason(
    account, caplog, django_capture_on_commit_callbacks
):
    with received(account_stopped) as calls, django_capture_on_commit_callbacks(execute=True):
        rate_limits.stop(account, AccountProblem("Access denied.", code="Arrearage"))
        rate_limits.stop(account, AccountProblem("No such key.", code="InvalidApiKey"))

    account.refresh_from_db()
    assert [(call["account"], call["error"].code) for call in calls] == [(account, "Arrearage")]
    assert account.stopped_code == "Arrearage"
    assert not is_granted(account)
    assert caplog.text.count("stopped") == 1


def test_obstacle__is_empty_while_submits_are_allowed(account):
    assert rate_limits.obstacle(account) == ""


def test_obstacle__names_a_stop_before_a_pause(account):
    rate_limits.pause(account)
    rate_limits.stop(account, AccountProblem("Access denied.", code="Arrearage"))
    account.refresh_from_db()

    assert rate_limits.obstacle(account) == "The account is stopped: Access denied."


def test_obstacle__names_the_end_of_a_pause(account):
    """In the time zone of the shop, which is Asia/Tokyo here."""
    account.next_submission_at = datetime(2099, 5, 1, 3, 7, tzinfo=dt_timezone.utc)

    assert "paused until 12:07 p.m.: " in rate_limits.obstacle(account)


def test_obstacle__names_a_budget_that_is_spent(account, configure):
    configure(BUDGET_PER_DAY=Decimal("0.10"))
    account.budget_spent_until = timezone.now() + timedelta(hours=1)

    assert "today's budget of CNY 0.10" in rate_limits.obstacle(account)


def test_resume__ends_a_stop(account, other):
    for stopped in (account, other):
        rate_limits.stop(stopped, AccountProblem("No such key.", code="InvalidApiKey"))

    assert rate_limits.resume(account)
    account.refresh_from_db()
    other.refresh_from_db()
    assert not account.is_stopped
    assert (account.stopped_code, account.stopped_message) == ("", "")
    assert is_granted(account)
    assert other.is_stopped


def test_resume__ends_a_pause(account):
    rate_limits.pause(account)

    assert rate_limits.resume(account)
    assert is_granted(account)


def test_resume__returns_false_if_there_was_no_stop_or_pause(account):
    assert not rate_limits.resume(account)


def test_resume__is_logged_and_announced_once(account, caplog, django_capture_on_commit_callbacks):
    caplog.set_level("INFO", "django_outfitanyone")
    rate_limits.pause(account)
    with received(account_resumed) as calls, django_capture_on_commit_callbacks(execute=True):
        assert rate_limits.resume(account)
        assert not rate_limits.resume(account)

    assert events(caplog) == ["account_paused", "account_resumed"]
    assert [call["account"] for call in calls] == [account]
