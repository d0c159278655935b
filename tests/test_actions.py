from __future__ import annotations

import uuid
from contextlib import closing
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.utils import timezone

from django_outfitanyone import actions, catalogue, wakeup
from django_outfitanyone.choices import GarmentKind, Review, Status
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.try_on import TryOnRequest, combine
from django_outfitanyone.models import Account, Garment, TryOnResult
from django_outfitanyone.models.idle_accounts import accounts_with_work
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet
from django_outfitanyone.signals import review_changed, status_changed
from django_outfitanyone.worker.steps import advance
from tests.events import events, received
from tests.factories import make_garment, make_hotspot, make_model_image, make_try_on
from tests.work import (
    REPLACE,
    claimed,
    new_request,
    prepared_try_on,
    running_try_on,
    settle_unclear,
    step,
    work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def wakeups(monkeypatch):
    """Record the wakeups of the worker instead of queueing them."""
    calls = []
    monkeypatch.setattr(wakeup, "wake", lambda *_account: calls.append("wake"))
    return calls


@pytest.fixture
def user(db):
    return get_user_model().objects.create_user("anna")


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """Return a context at whose end the transaction commits."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def unclear_try_on(remote):
    """Return a try-on whose submit got no answer, with one candidate task."""
    try_on = prepared_try_on()
    remote.faults.add("drop-after", endpoint="submit")
    step(try_on)
    settle_unclear(try_on)
    step(try_on)
    assert try_on.status == Status.NEEDS_ATTENTION
    return try_on


class TestRequestTryOns:
    def test_rows_have_the_order_of_the_requests(self, user):
        photo, garments = make_model_image(), [make_garment() for _ in range(3)]
        batch = uuid.uuid4()
        rows = actions.request_try_ons(combine(garments, [photo]), requested_by=user, batch=batch)

        saved = TryOnResult.objects.filter(batch=batch).order_by("number")
        assert list(saved) == rows
        assert [row.garments[0] for row in saved] == garments
        assert {row.requested_by for row in saved} == {user}

    def test_worker_is_woken_after_the_commit(self, wakeups, commit):
        with commit():
            actions.request_try_on(new_request())
            assert wakeups == []

        assert wakeups == ["wake"]

    def test_batch_that_is_sent_twice_is_stored_once(self):
        requests, batch = [new_request(), new_request()], uuid.uuid4()
        first = actions.request_try_ons(requests, batch=batch)
        second = actions.request_try_ons(requests, batch=batch)

        assert first == second
        assert TryOnResult.objects.count() == 2

    def test_one_bad_request_stores_nothing(self):
        with pytest.raises(RequestRefused):
            actions.request_try_ons([new_request(), TryOnRequest(make_model_image(), [])])

        assert not TryOnResult.objects.exists()

    def test_without_an_api_key_nothing_is_stored(self, settings, monkeypatch):
        monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
        settings.OUTFITANYONE = {}
        with pytest.raises(ConfigurationError, match="DASHSCOPE_API_KEY"):
            actions.request_try_on(new_request())

        assert not TryOnResult.objects.exists()

    def test_number_of_queries_does_not_depend_on_the_batch(self, django_assert_max_num_queries):
        requests = combine([make_garment() for _ in range(30)], [make_model_image()])
        with django_assert_max_num_queries(12):
            actions.request_try_ons(requests)

    def test_other_database_error_is_raised(self, monkeypatch):
        def fail(*_args, **_kwargs):
            raise IntegrityError("something else")

        monkeypatch.setattr(TryOnResultQuerySet, "bulk_create", fail)
        with pytest.raises(IntegrityError, match="something else"):
            actions.request_try_on(new_request())


class TestEngineThatIsGone:
    """Its rows stay, and nothing that a person does with them crashes."""

    @pytest.fixture
    def gone(self):
        return Account.objects.create(name="gone")

    def test_queued_try_on_can_be_canceled(self, gone):
        try_on = make_try_on(status=Status.QUEUED, account=gone)
        actions.cancel(try_on)

        assert TryOnResult.objects.get().status == Status.CANCELED

    def test_running_try_on_cannot_be_canceled(self, gone):
        with pytest.raises(RequestRefused) as refusal:
            actions.cancel(make_try_on(status=Status.RUNNING, account=gone))

        assert refusal.value.code == "EngineNotConfigured"

    def test_finished_picture_cannot_be_refined(self, gone):
        with pytest.raises(RequestRefused, match="cannot refine"):
            actions.refine(make_try_on(account=gone), gender="woman")

    def test_failed_try_on_waits_for_the_engine_after_a_retry(self, gone, wakeups):
        try_on = make_try_on(status=Status.FAILED, account=gone)
        actions.retry(try_on)

        assert TryOnResult.objects.open().get() == try_on
        assert list(accounts_with_work()) == []


class TestCancel:
    def test_unsent_try_on_is_canceled(self):
        try_on = make_try_on(status=Status.PREPARING, slot=1)
        actions.cancel(try_on)

        assert (try_on.status, try_on.slot) == (Status.CANCELED, None)
        assert try_on.finished_at

    def test_worker_that_has_claimed_the_row_sends_nothing(self, remote):
        try_on = prepared_try_on()
        row = claimed(try_on)
        actions.cancel(try_on)
        with closing(conf.default_engine.load()) as engine:
            advance(row, engine)
        try_on.refresh_from_db()

        assert try_on.status == Status.CANCELED
        assert remote.stats["submits"] == 0

    def test_waiting_task_is_canceled_at_the_engine(self, remote):
        remote.set_progression([("PENDING", 60)])
        try_on = running_try_on()
        actions.cancel(try_on)
        work(try_on)

        assert try_on.status == Status.CANCELED
        assert remote.stats["canceled"] == 1

    def test_running_task_cannot_be_canceled(self, remote):
        remote.set_progression([("RUNNING", 60)])
        try_on = running_try_on()
        with pytest.raises(RequestRefused, match="Too late"):
            actions.cancel(try_on)

        assert try_on.status == Status.RUNNING

    @pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.SUBMITTING])
    def test_finished_or_submitting_try_on_cannot_be_canceled(self, status):
        try_on = make_try_on(status=status)
        with pytest.raises(RequestRefused):
            actions.cancel(try_on)

        assert try_on.status == status


class TestRetry:
    @pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED])
    def test_failed_or_canceled_try_on_starts_over(self, remote, status):
        try_on = make_try_on(
            status=status, error_code="InvalidPerson", remote_task_id="old", is_prepared=True
        )
        actions.retry(try_on)
        assert (try_on.status, try_on.error_code) == (Status.QUEUED, "")
        assert try_on.remote_task_id is None

        work(try_on)
        assert try_on.status == Status.SUCCEEDED

    def test_current_pictures_are_used(self, remote):
        try_on = make_try_on(status=Status.FAILED, error_code="InputChanged", fingerprint="old")
        actions.retry(try_on)
        work(try_on)

        assert try_on.status == Status.SUCCEEDED

    @pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED, Status.NEEDS_ATTENTION])
    @pytest.mark.parametrize("keep", ["", Keep.LOWER])
    @pytest.mark.parametrize("deleted", ["model_image", "garment", "product"])
    def test_try_on_whose_photo_or_garment_was_deleted_is_refused(self, status, keep, deleted):
        """A retry would pay for another picture than the requested one, or could not be sent."""
        try_on = make_try_on(status=status, keep=keep)
        (garment,) = try_on.garments
        inputs = {"model_image": try_on.model_image, "garment": garment}
        inputs.get(deleted, garment.product).delete()
        try_on.refresh_from_db()

        with pytest.raises(RequestRefused, match="was deleted"):
            actions.retry(try_on)
        assert try_on.status == status

    @pytest.mark.parametrize("deleted", [GarmentKind.TOP, GarmentKind.BOTTOM])
    def test_try_on_of_which_one_garment_is_left_is_refused(self, deleted):
        garments = [make_garment(), make_garment(GarmentKind.BOTTOM)]
        failed = {"status": Status.FAILED, "garments": garments}
        try_on, complete = make_try_on(**failed), make_try_on(status=Status.FAILED)
        Garment.objects.filter(kind=deleted, pk__in=[one.pk for one in garments]).delete()
        for row in (try_on, complete):
            row.refresh_from_db()

        assert (len(try_on.garments), complete.lacks_inputs) == (1, False)
        with pytest.raises(RequestRefused, match="was deleted"):
            actions.retry(try_on)
        assert try_on.status == Status.FAILED

    def test_paid_result_is_downloaded_although_its_photo_was_deleted(self, remote):
        try_on = make_try_on(
            status=Status.FAILED, image_count=1, remote_task_id="t-1", submitted_at=timezone.now()
        )
        try_on.model_image.delete()
        try_on.refresh_from_db()
        actions.retry(try_on)

        assert try_on.status == Status.COLLECTING

    def test_unclear_try_on_is_submitted_again(self, remote):
        try_on = unclear_try_on(remote)
        actions.retry(try_on)
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["submits"] == 2

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.SUCCEEDED])
    def test_open_or_successful_try_on_is_refused(self, status):
        with pytest.raises(RequestRefused):
            actions.retry(make_try_on(status=status))

    def test_failed_parse_starts_over(self, remote):
        parse = actions.parse_clothes(make_model_image(), ["upper"])
        remote.faults.add("error", endpoint="parse", code="InvalidPerson")
        work(parse)
        assert parse.status == Status.FAILED

        actions.retry(parse)
        work(parse)
        assert parse.status == Status.SUCCEEDED


class TestAdoptTask:
    def test_candidate_task_is_followed(self, remote):
        try_on = unclear_try_on(remote)
        (candidate,) = try_on.remote_answer["candidates"]
        actions.adopt_task(try_on, candidate["task_id"])
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["submits"] == 1

    def test_other_task_is_refused(self, remote):
        try_on = unclear_try_on(remote)
        with pytest.raises(RequestRefused):
            actions.adopt_task(try_on, "some-other-task")

        assert try_on.status == Status.NEEDS_ATTENTION


class TestReview:
    def test_approve_records_the_reviewer(self, user):
        try_on = make_try_on()
        actions.approve(try_on, reviewed_by=user)

        assert (try_on.review, try_on.reviewed_by) == (Review.APPROVED, user)
        assert try_on.reviewed_at

    def test_rejected_is_not_public(self, configure):
        configure(REQUIRE_REVIEW=False)
        try_on = make_try_on()
        assert try_on in TryOnResult.objects.public()
        actions.reject(try_on)

        assert try_on not in TryOnResult.objects.public()

    def test_publish_calls_the_catalogue_once(self, monkeypatch):
        calls = []
        monkeypatch.setattr(
            catalogue.CatalogueAdapter, "publish", lambda self, *pair: calls.append(pair)
        )
        try_on = make_try_on()
        actions.publish(try_on)
        actions.publish(try_on)

        assert try_on.review == Review.APPROVED
        assert try_on.published_at
        assert calls == [(try_on.garments[0].product, try_on)]

    def test_reject_unpublishes(self, monkeypatch):
        calls = []
        monkeypatch.setattr(
            catalogue.CatalogueAdapter, "unpublish", lambda self, *pair: calls.append(pair)
        )
        try_on = make_try_on()
        actions.publish(try_on)
        actions.reject(try_on)

        assert (try_on.review, try_on.published_at) == (Review.REJECTED, None)
        assert len(calls) == 1

    def test_unfinished_try_on_cannot_be_reviewed(self):
        try_on = make_try_on(status=Status.RUNNING)
        for review in (actions.approve, actions.reject, actions.publish, actions.unpublish):
            with pytest.raises(RequestRefused):
                review(try_on)

    def test_only_published_results_are_public(self):
        try_on = make_try_on()
        assert not TryOnResult.objects.public().exists()
        actions.publish(try_on)

        assert TryOnResult.objects.public().get() == try_on


def test_parse_clothes__needs_a_picture():
    with pytest.raises(RequestRefused, match="no picture"):
        actions.parse_clothes(make_try_on(status=Status.RUNNING))


def test_correct_hotspot__records_who_corrected_it(user):
    spot = make_hotspot(make_model_image())
    spot.x1 = 3
    actions.correct_hotspot(spot, corrected_by=user)
    spot.refresh_from_db()

    assert (spot.x1, spot.is_corrected, spot.corrected_by) == (3, True, user)


def test_reset_hotspot__restores_the_machine_box(user):
    spot = make_hotspot(make_model_image())
    spot.x1 = 3
    actions.correct_hotspot(spot, corrected_by=user)
    actions.reset_hotspot(spot)
    spot.refresh_from_db()

    assert list(spot.box) == spot.machine_box
    assert (spot.is_corrected, spot.corrected_by) == (False, None)


def test_resume__wakes_the_worker(wakeups, commit):
    account = Account.of()
    Account.objects.update(next_submission_at=timezone.now() + timedelta(hours=1))
    with commit():
        assert actions.resume(account)

    assert wakeups == ["wake"]


def test_review__is_logged_and_announced(caplog, commit):
    caplog.set_level("INFO", "django_outfitanyone")
    try_on = make_try_on()
    with received(review_changed) as calls, commit():
        actions.publish(try_on)
        actions.reject(try_on)

    assert [(call["new"], call["published"]) for call in calls] == [
        (Review.APPROVED, True),
        (Review.APPROVED, False),  # unpublished before it is rejected
        (Review.REJECTED, False),
    ]
    assert events(caplog) == ["review_changed"] * 3


def test_status_changed__is_sent_for_every_step(remote, commit):
    with received(status_changed) as calls, commit():
        work(actions.request_try_on(new_request(), options=REPLACE))

    changes = {(call["old"].value, call["new"].value) for call in calls}
    assert {
        ("queued", "preparing"),
        ("preparing", "submitting"),
        ("submitting", "running"),
        ("running", "collecting"),
        ("collecting", "succeeded"),
    } <= changes
