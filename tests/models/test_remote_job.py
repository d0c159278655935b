from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import FINAL, OPEN, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import LeaseLost
from django_outfitanyone.models import TryOnResult
from tests.factories import make_try_on
from tests.work import claimed

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
        ("needs_attention", {Status.NEEDS_ATTENTION}),
    ],
)
def test_status_facts(name, expected):
    assert {status for status in Status if getattr(TryOnResult(status=status), name)} == expected


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

    row.lease_expires_at -= conf.lease * 0.2
    row.keep_lease()
    assert row.lease_expires_at > timezone.now() + conf.lease * 0.9


def test_expires_at__counts_from_the_submit(configure):
    configure(TASK_DEADLINE=3600)
    now = timezone.now()

    assert TryOnResult().expires_at is None
    assert TryOnResult(submitted_at=now).expires_at == now + timedelta(hours=1)
    assert TryOnResult(submitted_at=now - timedelta(hours=2)).is_past_deadline
    assert not TryOnResult(submitted_at=now).is_past_deadline


def test_sent_at__is_the_creation_before_the_submit():
    now = timezone.now()
    job = TryOnResult(created_at=now - timedelta(hours=1))
    assert job.sent_at == job.created_at

    job.submitted_at = now
    assert job.sent_at == now
