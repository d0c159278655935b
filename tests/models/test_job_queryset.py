from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import LeaseLost
from django_outfitanyone.models import Account, TryOnResult
from tests.factories import make_model_image, make_try_on
from tests.work import claim

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=1)


@pytest.fixture
def of_each_status():
    """One try-on of the same photo in each status."""
    photo = make_model_image()
    return {status: make_try_on(status=status, model_image=photo) for status in Status}


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("queued", {Status.QUEUED}),
        ("preparing", {Status.PREPARING}),
        ("unsent", {Status.QUEUED, Status.PREPARING}),
        ("running", {Status.RUNNING}),
        ("collecting", {Status.COLLECTING}),
        ("in_flight", {Status.SUBMITTING, Status.RUNNING, Status.COLLECTING}),
        ("succeeded", {Status.SUCCEEDED}),
        ("failed", {Status.FAILED}),
        ("unsettled", {Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION}),
        (
            "awaiting_answer",
            {Status.QUEUED, Status.PREPARING, Status.SUBMITTING, Status.RUNNING},
        ),
        ("needing_attention", {Status.NEEDS_ATTENTION}),
        ("failed_or_unclear", {Status.FAILED, Status.NEEDS_ATTENTION}),
        (
            "open",
            {
                Status.QUEUED,
                Status.PREPARING,
                Status.SUBMITTING,
                Status.RUNNING,
                Status.COLLECTING,
            },
        ),
        (
            "working",
            {Status.PREPARING, Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION},
        ),
    ],
)
def test_statuses(of_each_status, method, expected):
    found = getattr(TryOnResult.objects, method)()

    assert set(found.values_list("status", flat=True)) == expected


def test_count_by_status__counts_every_status(of_each_status):
    make_try_on(status=Status.FAILED)

    assert TryOnResult.objects.count_by_status() == {
        **dict.fromkeys(Status.values, 1),
        "failed": 2,
    }
    assert TryOnResult.objects.none().count_by_status() == dict.fromkeys(Status.values, 0)


def test_backlog__is_what_is_unsent_and_when_the_last_request_left(of_each_status):
    now = timezone.now()
    make_try_on(status=Status.RUNNING, submitted_at=now)
    make_try_on(status=Status.SUCCEEDED, submitted_at=now - LEASE)

    assert TryOnResult.objects.backlog() == (2, now)
    assert TryOnResult.objects.none().backlog() == (0, None)


def test_possibly_billed__is_in_flight_without_a_charge_or_unclear_since_then(of_each_status):
    now = timezone.now()
    since = now - timedelta(days=1)
    late, early, never_sent = (
        make_try_on(status=Status.NEEDS_ATTENTION, submitted_at=at)
        for at in (now, now - timedelta(days=2), None)
    )
    billed = set(TryOnResult.objects.possibly_billed(since=since))

    assert billed == {of_each_status[Status.SUBMITTING], of_each_status[Status.RUNNING], late}
    assert not billed & {early, never_sent}


def test_failed_before__is_failed_or_canceled_earlier_without_a_picture():
    now = timezone.now()
    old = {"finished_at": now - timedelta(days=2)}
    failed, canceled = (
        make_try_on(status=status, **old) for status in (Status.FAILED, Status.CANCELED)
    )
    make_try_on(status=Status.FAILED, finished_at=now)
    make_try_on(status=Status.FAILED, image="paid.jpg", **old)
    make_try_on(**old)

    found = TryOnResult.objects.failed_before(now - timedelta(days=1))
    assert set(found) == {failed, canceled}


class TestDueTimes:
    def test_due__needs_a_due_time_and_no_lease(self):
        now = timezone.now()
        due = make_try_on(status=Status.QUEUED, due_at=now)
        make_try_on(status=Status.QUEUED, due_at=now + SECOND)
        make_try_on(status=Status.QUEUED, due_at=None)
        make_try_on(status=Status.QUEUED, due_at=now, lease_expires_at=now + SECOND)

        assert list(TryOnResult.objects.due(now)) == [due]

    def test_next_due_at__is_that_of_the_first_unleased_job(self):
        now = timezone.now()
        for seconds in (9, 5):
            make_try_on(status=Status.QUEUED, due_at=now + seconds * SECOND)
        make_try_on(status=Status.QUEUED, due_at=now, lease_expires_at=now + LEASE)

        assert TryOnResult.objects.next_due_at() == now + 5 * SECOND
        assert TryOnResult.objects.none().next_due_at() is None

    def test_next_lease_end__is_that_of_the_first_leased_open_job(self):
        now = timezone.now()
        for seconds in (40, 20):
            make_try_on(
                status=Status.QUEUED,
                lease_token="a worker",
                lease_expires_at=now + seconds * SECOND,
            )
        make_try_on(lease_token="a worker", lease_expires_at=now + 5 * SECOND)

        assert TryOnResult.objects.next_lease_end() == now + 20 * SECOND

    def test_unleased__is_ordered_by_due_time_and_limited(self):
        now = timezone.now()
        late, early, future = (
            make_try_on(status=Status.QUEUED, due_at=now + seconds * SECOND)
            for seconds in (-1, -9, 60)
        )
        make_try_on(status=Status.QUEUED, due_at=None)
        make_try_on(status=Status.QUEUED, lease_expires_at=now + LEASE)

        unleased = TryOnResult.objects.unleased(9)
        assert unleased == [(row.pk, row.due_at) for row in (early, late, future)]
        assert TryOnResult.objects.unleased(1) == unleased[:1]


class TestClaim:
    def claim(self, limit=10):
        return claim(TryOnResult.objects.open(), limit=limit, lease=LEASE)

    def test_earliest_due_job_comes_first(self):
        now = timezone.now()
        late = make_try_on(status=Status.QUEUED, due_at=now - SECOND)
        early = make_try_on(status=Status.QUEUED, due_at=now - 9 * SECOND)

        assert self.claim(1) == [early]
        assert self.claim(1) == [late]

    def test_leased_job_cannot_be_claimed(self):
        make_try_on(status=Status.QUEUED)

        assert len(self.claim()) == 1
        assert self.claim() == []

    def test_job_is_not_claimed_before_it_is_due(self):
        row = make_try_on(status=Status.QUEUED, due_at=timezone.now() + 9 * SECOND)

        assert self.claim() == []
        assert TryOnResult.objects.claim([row.pk], lease=LEASE) == []

    def test_other_jobs_are_left_alone(self):
        row, other = make_try_on(status=Status.QUEUED), make_try_on(status=Status.QUEUED)
        before = timezone.now()

        (mine,) = TryOnResult.objects.claim([row.pk], lease=LEASE)
        assert before + LEASE <= mine.lease_expires_at <= timezone.now() + LEASE
        other.refresh_from_db()
        assert other.lease_token == ""

    def test_claimed_jobs_are_ordered_by_due_time(self):
        now = timezone.now()
        late, early = (
            make_try_on(status=Status.QUEUED, due_at=now - seconds * SECOND) for seconds in (1, 9)
        )

        assert TryOnResult.objects.claim([late.pk, early.pk], lease=LEASE) == [early, late]

    def test_two_workers_that_read_the_same_ids_share_them(self):
        row = make_try_on(status=Status.QUEUED)

        assert len(TryOnResult.objects.claim([row.pk], lease=LEASE)) == 1
        assert TryOnResult.objects.claim([row.pk], lease=LEASE) == []

    def test_condition_and_lease_are_one_statement(self, django_assert_num_queries):
        """Another worker may claim the row after any earlier statement."""
        row = make_try_on(status=Status.QUEUED)
        with django_assert_num_queries(3) as queries:  # the others read the row and its garments
            TryOnResult.objects.claim([row.pk], lease=LEASE)

        where = queries[0]["sql"].partition("WHERE")[2]
        assert queries[0]["sql"].startswith("UPDATE")
        assert "due_at" in where
        assert "lease_expires_at" in where

    def test_no_ids_need_no_query(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert TryOnResult.objects.claim([], lease=LEASE) == []

    def test_expired_lease_can_be_claimed_and_fences_the_first_worker(self):
        make_try_on(status=Status.QUEUED)
        (first,) = self.claim()
        TryOnResult.objects.update(lease_expires_at=timezone.now())
        (second,) = self.claim()

        second.write(attempts=1)
        with pytest.raises(LeaseLost):
            first.write(attempts=2)

    def test_released_job_can_be_claimed_again(self):
        make_try_on(status=Status.QUEUED)
        (row,) = self.claim()
        row.release(timezone.now())

        assert len(self.claim()) == 1

    def test_claimed_rows_have_their_account_loaded(self, django_assert_num_queries):
        make_try_on(status=Status.QUEUED)
        (row,) = self.claim()
        with django_assert_num_queries(0):
            assert row.account == Account(name=row.account_id)


def test_progress_by__counts_all_closed_and_failed_rows(of_each_status):
    photo = of_each_status[Status.FAILED].model_image
    other = make_try_on(status=Status.QUEUED)

    found = TryOnResult.objects.progress_by("model_image")
    counted = ("total", "closed", "ready", "failed")
    assert {pk: [counts[name] for name in counted] for pk, counts in found.items()} == {
        photo.pk: [9, 4, 1, 1],
        other.model_image.pk: [1, 0, 0, 0],
    }
