from __future__ import annotations

from datetime import timedelta

import pytest

from django_outfitanyone.exceptions import (
    AccountProblem,
    AddressRefused,
    BudgetSpent,
    DownloadFailed,
    DownloadRefused,
    ForeignAnswer,
    InputRejected,
    ModelGone,
    OutcomeUnknown,
    RequestNotSent,
    ServerFault,
    TaskGone,
    Throttled,
    UnexpectedFault,
)
from django_outfitanyone.worker.retries import TABLE, UNCLEAR_PARSE, wait_before_retry


def name(error):
    return error.__name__


def wait_unpaid(error, attempt=1):
    return wait_before_retry(error, attempt, is_paid=False)


def wait_paid(error, attempt=1):
    return wait_before_retry(error, attempt, is_paid=True)


@pytest.mark.parametrize(
    "error", [AddressRefused, InputRejected, TaskGone, DownloadRefused, OutcomeUnknown], ids=name
)
def test_final_errors__are_never_retried(error):
    assert wait_unpaid(error()) is None


@pytest.mark.parametrize("error", [AddressRefused, OutcomeUnknown], ids=name)
def test_final_errors__are_final_for_paid_jobs_too(error):
    assert wait_paid(error()) is None


def test_task_gone__is_retried_a_few_times_for_paid_jobs():
    assert wait_paid(TaskGone(), 5)
    assert wait_paid(TaskGone(), 6) is None


@pytest.mark.parametrize("error", [RequestNotSent, ForeignAnswer], ids=name)
def test_outage_of_the_network_or_a_proxy__never_fails_a_job(error):
    assert wait_unpaid(error(), 1000)
    assert wait_paid(error(), 1000)


@pytest.mark.parametrize("error", [ServerFault, DownloadFailed], ids=name)
def test_unpaid_jobs__fail_after_the_attempts_of_the_table(error):
    (row,) = [row for row in TABLE if row.error is error]

    assert wait_unpaid(error(), row.attempts - 1)
    assert wait_unpaid(error(), row.attempts) is None


@pytest.mark.parametrize(
    "error",
    [ServerFault, DownloadFailed, DownloadRefused, InputRejected, UnexpectedFault],
    ids=name,
)
def test_paid_jobs__are_retried_without_a_maximum(error):
    assert wait_paid(error(), 1000)


@pytest.mark.parametrize("error", [RequestNotSent, AccountProblem, ModelGone, Throttled], ids=name)
def test_outages__do_not_lose_a_batch(error):
    assert wait_unpaid(error(), 1000)


def test_unexpected_fault__outage_of_the_storage_does_not_lose_a_batch():
    """Half an hour, if every delay is as short as its jitter allows."""
    seconds = 0.75 * sum(min(300, 10 * 2**attempt) for attempt in range(11))

    assert seconds > 25 * 60
    assert wait_unpaid(UnexpectedFault(), 11)
    assert wait_unpaid(UnexpectedFault(), 12) is None


def test_budget_spent__is_retried_without_a_maximum():
    assert wait_unpaid(BudgetSpent(until=None), 1000)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.error.__name__)
def test_delay__doubles_with_jitter_up_to_the_longest(row):
    for attempt in range(1, 30):
        usual = min(row.longest, row.first * 2 ** (attempt - 1))
        delays = {row.delay(attempt).total_seconds() for _ in range(20)}
        assert all(0.75 * usual <= delay <= 1.25 * usual for delay in delays)
        assert len(delays) > 1


def test_throttled__waits_at_least_as_long_as_the_account():
    assert wait_before_retry(Throttled(), 1, is_paid=False, pause=60) >= timedelta(seconds=60)
    assert wait_before_retry(ServerFault(), 1, is_paid=False, pause=60) < timedelta(seconds=5)


def test_unclear_parse__delay_doubles_until_the_fourth_call_is_the_last(monkeypatch):
    monkeypatch.setattr("random.uniform", lambda _low, _high: 1)
    waits = [UNCLEAR_PARSE.wait(call) for call in (1, 2, 3, 4)]

    assert waits == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20), None]
