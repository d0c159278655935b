from __future__ import annotations

from datetime import timedelta

import pytest

from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import (
    AccountProblem,
    DownloadFailed,
    DownloadRefused,
    InputRejected,
    ModelGone,
    OutcomeUnknown,
    RequestNotSent,
    ServerFault,
    TaskGone,
    Throttled,
)
from django_outfitanyone.worker.retries import TABLE, wait_before_retry


@pytest.mark.parametrize(
    "error", [InputRejected, TaskGone, DownloadRefused, OutcomeUnknown], ids=lambda e: e.__name__
)
def test_final_errors__are_never_repeated(error):
    assert wait_before_retry(error(), 1, Status.PREPARING) is None


@pytest.mark.parametrize("error", [DownloadRefused, OutcomeUnknown], ids=lambda e: e.__name__)
def test_final_errors__not_even_for_what_is_paid(error):
    assert wait_before_retry(error(), 1, Status.COLLECTING) is None


def test_task_gone__is_asked_for_again_some_times():
    assert wait_before_retry(TaskGone(), 5, Status.RUNNING)
    assert wait_before_retry(TaskGone(), 6, Status.RUNNING) is None


@pytest.mark.parametrize("error", [ServerFault, DownloadFailed], ids=lambda e: e.__name__)
def test_unpaid_work__is_given_up_after_the_attempts_of_the_table(error):
    (row,) = [row for row in TABLE if row.error is error]

    assert wait_before_retry(error(), row.attempts - 1, Status.PREPARING)
    assert wait_before_retry(error(), row.attempts, Status.PREPARING) is None


@pytest.mark.parametrize(
    "error", [ServerFault, DownloadFailed, InputRejected], ids=lambda e: e.__name__
)
def test_paid_work__is_never_given_up_by_count(error):
    assert wait_before_retry(error(), 1000, Status.RUNNING)


@pytest.mark.parametrize(
    "error", [RequestNotSent, AccountProblem, ModelGone, Throttled], ids=lambda e: e.__name__
)
def test_outages__do_not_lose_a_batch(error):
    assert wait_before_retry(error(), 1000, Status.PREPARING)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.error.__name__)
def test_delay__doubles_with_jitter_up_to_the_longest(row):
    for attempt in range(1, 30):
        usual = min(row.longest, row.first * 2 ** (attempt - 1))
        delays = {row.delay(attempt).total_seconds() for _ in range(20)}
        assert all(0.75 * usual <= delay <= 1.25 * usual for delay in delays)
        assert len(delays) > 1


def test_throttled__waits_at_least_as_long_as_the_account(settings):
    settings.OUTFITANYONE = {"THROTTLE_PAUSE": 60}

    assert wait_before_retry(Throttled(), 1, Status.PREPARING) >= timedelta(seconds=60)
