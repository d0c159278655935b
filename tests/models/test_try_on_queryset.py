from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import GarmentKind, Review, Status
from django_outfitanyone.models import Account, ClothesParse, KnownTask, TryOnResult
from django_outfitanyone.models.job_status import BLOCKED
from django_outfitanyone.models.of_picture import picture_filter
from django_outfitanyone.signals import status_changed
from tests.events import received
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
    make_try_on,
)
from tests.work import claimed

pytestmark = pytest.mark.django_db


def make_parse(picture):
    return ClothesParse.objects.create(account=Account.of(), **picture_filter(picture))


def make_identical(try_on, **columns):
    columns = {"model_image": try_on.model_image, "garments": try_on.garments, **columns}
    return make_try_on(**columns)


class TestWorkerVocabulary:
    def test_working__unclear_row_leaves_when_it_frees_its_slot(self):
        row = make_try_on(status=Status.NEEDS_ATTENTION, slot=1)
        TryOnResult.objects.update(due_at=None)
        assert list(TryOnResult.objects.working()) == [row]

        TryOnResult.objects.update(slot=None)
        assert not TryOnResult.objects.working().exists()

    def test_blocked__open_try_on_whose_parse_needs_a_person(self):
        code = "SearchNeedsAttention"
        blocked = make_try_on(status=Status.PREPARING, error_code=code, error_message="Decide.")
        others = [
            make_try_on(status=Status.PREPARING, error_code="InternalError", error_message="Wait."),
            make_try_on(status=Status.FAILED, error_code=code),
        ]
        assert list(TryOnResult.objects.blocked()) == [blocked]
        assert set(TryOnResult.objects.not_blocked()) == set(others)

    def test_similar_running__same_account_and_remote_model(self):
        running = {"status": Status.RUNNING}
        try_on, similar = make_try_on(**running), make_try_on(**running)
        make_try_on(**running, remote_model="aitryon")
        make_try_on(**running, account=Account.objects.create(name="other"))
        make_try_on(status=Status.SUBMITTING)

        assert list(TryOnResult.objects.similar_running(try_on)) == [similar]

    def test_waiting_for__parse_of_a_photo_holds_up_try_ons_that_keep_a_half(self):
        photo = make_model_image()
        of_photo = {"model_image": photo, "keep": "lower"}
        waiting = make_try_on(status=Status.PREPARING, **of_photo)
        make_try_on(status=Status.PREPARING, model_image=photo)
        make_try_on(status=Status.PREPARING, keep="lower")
        for status in (Status.QUEUED, Status.RUNNING, Status.FAILED):
            make_try_on(status=status, **of_photo)

        assert list(TryOnResult.objects.waiting_for(make_parse(photo))) == [waiting]

    def test_waiting_for__parse_of_a_result_holds_up_nothing(self):
        result = make_try_on()
        make_try_on(status=Status.PREPARING, keep="lower")

        assert not TryOnResult.objects.waiting_for(make_parse(result)).exists()

    def test_waiting_for__finished_try_on_does_not_wait(self):
        assert not TryOnResult.objects.waiting_for(make_parse(make_try_on())).exists()


class TestDuplicates:
    def test_identical_to__same_account_pictures_and_options(self):
        try_on = make_try_on()
        identical = make_identical(try_on, status=Status.FAILED)
        make_identical(try_on, resolution=1024)
        make_identical(try_on, account=Account.objects.create(name="other"))
        make_try_on()

        assert list(TryOnResult.objects.identical_to(try_on)) == [identical]

    def test_with_finished_duplicate__finished_and_not_forced_to_be_new(self):
        finished = make_try_on()
        queued = make_identical(finished, status=Status.QUEUED)
        make_identical(finished, status=Status.QUEUED, force_new=True)
        make_identical(finished, status=Status.QUEUED, account=Account.objects.create(name="other"))
        make_identical(make_try_on(status=Status.RUNNING), status=Status.QUEUED)

        reusable = TryOnResult.objects.queued().with_finished_duplicate()
        assert list(reusable) == [queued]


class TestShopVocabulary:
    def test_public__only_published_results(self):
        make_try_on(), make_try_on(review=Review.APPROVED)
        published = make_published()

        assert list(TryOnResult.objects.public()) == [published]

    def test_public__without_review_finished_and_not_rejected(self, configure):
        configure(REQUIRE_REVIEW=False)
        shown = [make_try_on(), make_try_on(review=Review.APPROVED), make_published()]
        make_try_on(review=Review.REJECTED)
        make_try_on(status=Status.RUNNING)

        assert set(TryOnResult.objects.public()) == set(shown)

    @pytest.mark.parametrize("require_review", [True, False])
    def test_is_public__is_the_same_rule(self, configure, require_review):
        configure(REQUIRE_REVIEW=require_review)
        rows = [make_published(), *(make_try_on(review=review) for review in Review)]
        rows += [make_try_on(status=status) for status in Status if status != Status.SUCCEEDED]

        shown = set(TryOnResult.objects.public())
        assert {row for row in rows if row.is_public} == shown
        assert shown

    @pytest.mark.parametrize("find", ["failed_before", "unpublished_before"])
    def test_rows_with_a_parse_that_may_be_billed_are_left_out(self, find):
        """A retention rule cannot delete them."""
        status = Status.FAILED if find == "failed_before" else Status.SUCCEEDED
        old = {"status": status, "finished_at": timezone.now() - timedelta(days=2)}
        settled, unsettled = make_try_on(**old), make_try_on(**old)
        make_parse(settled)
        parse = make_parse(unsettled)
        ClothesParse.objects.filter(pk=parse.pk).update(status=Status.SUBMITTING)

        found = getattr(TryOnResult.objects, find)(timezone.now() - timedelta(days=1))
        assert list(found) == [settled]

    def test_failed_before__failed_or_canceled_earlier_without_a_picture(self):
        old = {"status": Status.FAILED, "finished_at": timezone.now() - timedelta(days=2)}
        failed = make_try_on(**old)
        make_try_on(image="paid.jpg", **old)
        make_try_on(status=Status.FAILED, finished_at=timezone.now())

        found = TryOnResult.objects.failed_before(timezone.now() - timedelta(days=1))
        assert list(found) == [failed]

    def test_unpublished_before__finished_earlier_and_never_approved(self):
        old = {"finished_at": timezone.now() - timedelta(days=2)}
        unpublished, rejected = make_try_on(**old), make_try_on(review=Review.REJECTED, **old)
        make_try_on(review=Review.APPROVED, **old)
        make_try_on(finished_at=timezone.now())
        make_try_on(status=Status.FAILED, **old)
        refined = make_try_on(**old)
        make_try_on(status=Status.RUNNING, refines=refined)

        found = TryOnResult.objects.unpublished_before(timezone.now() - timedelta(days=1))
        assert set(found) == {unpublished, rejected}

    def test_for_product__worn_on_either_half(self):
        product = make_product()
        as_top = make_try_on(garments=[make_garment(product=product)])
        as_bottom = make_try_on(
            garments=[make_garment(), make_garment(GarmentKind.BOTTOM, product=product)]
        )
        make_try_on()

        assert set(TryOnResult.objects.for_product(product)) == {as_top, as_bottom}

    def test_for_garment__worn_on_either_half(self):
        bottom = make_garment(GarmentKind.BOTTOM)
        try_on = make_try_on(garments=[make_garment(), bottom])
        make_try_on()

        assert list(TryOnResult.objects.for_garment(bottom)) == [try_on]
        assert list(TryOnResult.objects.for_garment(try_on.garments[0])) == [try_on]

    def test_wearing__two_garments_of_a_product_are_one_try_on(self, django_assert_num_queries):
        product = make_product()
        kinds = [GarmentKind.TOP, GarmentKind.BOTTOM]
        suit = make_try_on(garments=[make_garment(kind, product=product) for kind in kinds])
        with django_assert_num_queries(2) as queries:  # the garments come first
            assert list(TryOnResult.objects.for_product(product)) == [suit]

        assert "DISTINCT" not in queries[1]["sql"]
        assert TryOnResult.objects.for_product(product).count() == 1

    def test_among_candidates__in_the_order_of_their_numbers(self):
        third = make_try_on(candidate=3)
        first = make_try_on(candidates=third.candidates)
        make_try_on()

        assert list(TryOnResult.objects.among_candidates(first)) == [first, third]

    def test_with_hotspots__four_queries_for_any_number(self, django_assert_num_queries):
        for _ in range(4):
            make_hotspot(make_try_on(), product=make_product())
        with django_assert_num_queries(4):
            for try_on in TryOnResult.objects.with_hotspots():
                assert [str(spot.product) for spot in try_on.hotspots.all()]
                assert str(try_on)


def test_cancel_unsent__cancels_announces_and_fences(django_capture_on_commit_callbacks):
    queued = make_try_on(status=Status.QUEUED)
    worker = claimed(make_try_on(status=Status.PREPARING))
    TryOnResult.objects.filter(pk=worker.pk).update(error_code="InternalError", attempts=2)
    canceled_before = make_try_on(status=Status.CANCELED, finished_at=timezone.now())
    running = make_try_on(status=Status.RUNNING)
    with received(status_changed) as calls, django_capture_on_commit_callbacks(execute=True):
        canceled = TryOnResult.objects.cancel_unsent()

    assert canceled == [queued, worker]
    assert [(call["job"], call["old"], call["new"]) for call in calls] == [
        (queued, "queued", "canceled"),
        (worker, "preparing", "canceled"),
    ]
    for try_on in canceled:
        assert (try_on.status, try_on.due_at, try_on.slot) == (Status.CANCELED, None, None)
        assert try_on.finished_at > canceled_before.finished_at
        assert (try_on.lease_token, try_on.error_code, try_on.attempts) == ("", "", 0)
    assert list(TryOnResult.objects.open()) == [running]


class TestRecordLateTask:
    def record(self, try_on, sent_at):
        return TryOnResult.objects.record_late_task(try_on, sent_at=sent_at, remote_task_id="t-1")

    @pytest.mark.parametrize("status", [Status.SUBMITTING, Status.NEEDS_ATTENTION])
    def test_task_of_the_same_submit_is_recorded(self, status):
        now = timezone.now()
        try_on = make_try_on(status=status, submitted_at=now, finished_at=now, due_at=None)
        other = make_try_on(status=status, submitted_at=now)

        assert self.record(try_on, now)
        try_on.refresh_from_db()
        other.refresh_from_db()
        assert (try_on.status, try_on.remote_task_id) == (Status.RUNNING, "t-1")
        assert now <= try_on.due_at <= timezone.now()
        assert try_on.finished_at is None
        assert other.status == status

    def test_row_that_was_submitted_again_stays(self):
        now = timezone.now()
        try_on = make_try_on(status=Status.SUBMITTING, submitted_at=now)

        assert not self.record(try_on, now - timedelta(minutes=1))
        try_on.refresh_from_db()
        assert (try_on.status, try_on.remote_task_id) == (Status.SUBMITTING, None)

    def test_task_that_no_row_gets_is_known_all_the_same(self):
        """It shows the garments of an earlier submit, so no other row may adopt it."""
        now = timezone.now()
        try_on = make_try_on(status=Status.SUBMITTING, submitted_at=now)
        self.record(try_on, now - timedelta(minutes=1))

        known = KnownTask.objects.get()
        assert (known.account_id, known.task_id) == (try_on.account_id, "t-1")

    @pytest.mark.parametrize("status", [Status.PREPARING, Status.CANCELED])
    def test_row_that_was_settled_stays(self, status):
        now = timezone.now()

        assert not self.record(make_try_on(status=status, submitted_at=now), now)


class TestUnclearNear:
    """Which submits the unknown tasks of an account may belong to."""

    SPAN = timedelta(minutes=1)

    def make(self, seconds, **columns):
        sent_at = timezone.now() + timedelta(seconds=seconds)
        return make_try_on(status=Status.SUBMITTING, submitted_at=sent_at, **columns)

    def test_sent_within_the_span_oldest_first(self):
        late, row, early = self.make(50), self.make(0), self.make(-50)
        self.make(70), self.make(-70)
        same_time = make_try_on(status=Status.SUBMITTING, submitted_at=row.submitted_at)

        near = TryOnResult.objects.unclear_near(row, self.SPAN)
        assert near == [early, row, same_time, late]

    def test_only_those_without_a_task_of_the_same_account_and_model(self):
        row = self.make(0)
        self.make(1, remote_task_id="t-1")
        self.make(1, remote_model="aitryon")
        self.make(1, account=Account.objects.create(name="other"))

        assert TryOnResult.objects.unclear_near(row, self.SPAN) == [row]


def test_with_inputs__loads_what_a_step_reads(django_assert_num_queries):
    make_try_on(garments=[make_garment(), make_garment(GarmentKind.BOTTOM)])
    with django_assert_num_queries(2):
        (try_on,) = TryOnResult.objects.with_inputs()
        assert try_on.account.name == try_on.account_id
        assert try_on.model_image.sha256
        assert all(garment.sha256 for garment in try_on.garments)


def test_wake_waiting_for__makes_only_waiting_try_ons_due_and_unblocks_them():
    photo = make_model_image()
    far = timezone.now() + timedelta(hours=1)
    columns = {"status": Status.PREPARING, "keep": "lower", "due_at": far, "error_code": BLOCKED}
    waiting, other = (
        make_try_on(model_image=model_image, **columns)
        for model_image in (photo, make_model_image())
    )
    TryOnResult.objects.wake_waiting_for(make_parse(photo))
    waiting.refresh_from_db()
    other.refresh_from_db()

    assert waiting.due_at <= timezone.now()
    assert other.due_at == far
    assert [waiting.is_blocked, other.is_blocked] == [False, True]
