from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import FINAL, OPEN, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import RemoteState, Result, TaskReport
from django_outfitanyone.error_help import error_help_for
from django_outfitanyone.exceptions import LeaseLost
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.remote_job import UNCLEAR, answer_columns
from tests.factories import make_try_on
from tests.work import claim, claimed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("is_open", OPEN),
        ("is_finished", FINAL),
        ("is_unsent", {Status.QUEUED, Status.PREPARING}),
        ("is_in_flight", {Status.SUBMITTING, Status.RUNNING, Status.COLLECTING}),
        ("is_submitting", {Status.SUBMITTING}),
        ("is_running", {Status.RUNNING}),
        ("is_collecting", {Status.COLLECTING}),
        ("has_succeeded", {Status.SUCCEEDED}),
        ("has_failed", {Status.FAILED}),
        ("is_canceled", {Status.CANCELED}),
        ("needs_attention", {Status.NEEDS_ATTENTION}),
        ("is_unsettled", {Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION}),
    ],
)
def test_status_facts(name, expected):
    assert {status for status in Status if getattr(TryOnResult(status=status), name)} == expected


def test_is_blocked__while_a_decision_about_a_parse_is_needed():
    code = "SearchNeedsAttention"

    assert TryOnResult(status=Status.PREPARING, error_code=code).is_blocked
    assert not TryOnResult(status=Status.PREPARING, error_code="InternalError").is_blocked
    assert not TryOnResult(status=Status.FAILED, error_code=code).is_blocked


def test_can_be_downloaded__after_a_paid_job_failed_until_the_engine_deletes_the_answer():
    now = timezone.now()
    paid = {"status": Status.FAILED, "image_count": 1, "submitted_at": now}
    paid["remote_task_id"] = "t-1"

    assert TryOnResult(**paid).can_be_downloaded
    assert not TryOnResult(**{**paid, "image_count": 0}).can_be_downloaded
    assert not TryOnResult(**{**paid, "status": Status.CANCELED}).can_be_downloaded
    long_ago = now - timedelta(days=3)
    assert not TryOnResult(**{**paid, "submitted_at": long_ago}).can_be_downloaded


def test_error_help__belongs_to_the_error_on_the_row():
    assert TryOnResult().error_help is None
    failed = TryOnResult(error_code="InvalidParameter", error_message="the input is too blurry")
    assert failed.error_help == error_help_for("InvalidParameter", "the input is too blurry")


def test_answer_columns__keep_the_raw_answer():
    report = TaskReport(
        handle="t-1",
        state=RemoteState.RUNNING,
        results=(Result(url="https://engine.test/1.jpg"),),
        request_id="r-1",
        raw={"output": {}},
    )

    assert answer_columns(report) == {
        "remote_answer": {"output": {}},
        "request_id": "r-1",
        "result_url": "https://engine.test/1.jpg",
    }


def test_write__changes_no_other_row_of_the_same_worker():
    """A worker claims several rows with one token."""
    rows = [make_try_on(status=Status.QUEUED) for _ in range(2)]
    first, second = claim(TryOnResult.objects.all(), limit=2)
    assert first.lease_token == second.lease_token
    first.write(attempts=1)

    assert {row.pk: row.attempts for row in TryOnResult.objects.all()} == {
        rows[0].pk: 1,
        rows[1].pk: 0,
    }


def test_release__ends_the_lease_and_says_when_the_next_step_is_due():
    row = claimed(make_try_on(status=Status.QUEUED))
    due_at = timezone.now() + timedelta(hours=1)
    row.release(due_at)

    saved = TryOnResult.objects.get()
    assert (saved.due_at, saved.lease_token, saved.lease_expires_at) == (due_at, "", LONG_AGO)
    with pytest.raises(LeaseLost):
        row.write(attempts=1)


def test_unclear__has_an_error_that_is_explained_to_a_person():
    row = TryOnResult(status=Status.NEEDS_ATTENTION, **UNCLEAR)

    assert row.error_code == "OutcomeUnknown"
    assert "could be paid twice" in row.error_message
    assert row.error_help


def test_write__needs_a_lease():
    with pytest.raises(LeaseLost):
        make_try_on(status=Status.QUEUED).write(attempts=1)


def test_write__changes_only_the_given_columns():
    row = claimed(make_try_on(status=Status.QUEUED))
    TryOnResult.objects.update(error_code="InternalError")
    row.write(attempts=3)

    saved = TryOnResult.objects.get()
    assert (row.attempts, saved.attempts, saved.error_code) == (3, 3, "InternalError")


def test_keep_lease__renews_only_after_a_tenth_of_it(django_assert_num_queries):
    row = claimed(make_try_on(status=Status.QUEUED))
    with django_assert_num_queries(0):
        row.keep_lease()

    row.lease_expires_at -= conf.default_engine.lease() * 0.2
    row.keep_lease()
    assert row.lease_expires_at > timezone.now() + conf.default_engine.lease() * 0.9
    assert TryOnResult.objects.get().lease_expires_at == row.lease_expires_at


def test_expires_at__counts_from_the_submit(configure):
    configure(TASK_DEADLINE=3600)
    now = timezone.now()

    def sent(**age):
        return TryOnResult(account_id="default", submitted_at=now - timedelta(**age))

    assert TryOnResult().expires_at is None
    assert sent().expires_at == now + timedelta(hours=1)
    assert sent(hours=2).is_past_deadline
    assert not sent().is_past_deadline


def test_expires_at__of_an_engine_that_is_gone_is_a_day_after_the_submit():
    now = timezone.now()

    assert TryOnResult(account_id="gone", submitted_at=now).expires_at == now + timedelta(hours=24)


def test_sent_at__is_the_creation_before_the_submit():
    now = timezone.now()
    job = TryOnResult(created_at=now - timedelta(hours=1))
    assert job.sent_at == job.created_at

    job.submitted_at = now
    assert job.sent_at == now
