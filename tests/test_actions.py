from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.utils import timezone

from django_outfitanyone import actions, catalogue, wakeup
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, combine
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.signals import status_changed
from tests.factories import make_garment, make_hotspot, make_model_image, make_try_on
from tests.work import step, work
from tests.worker.test_submit import lay_aside, prepared

pytestmark = pytest.mark.django_db

REPLACE = TryOnOptions(keep_other_half=False)


@pytest.fixture
def rings(monkeypatch):
    heard = []
    monkeypatch.setattr(wakeup, "wake", lambda: heard.append("ring"))
    return heard


@pytest.fixture
def person(db):
    return get_user_model().objects.create_user("anna")


def wish():
    return TryOnRequest(person=make_model_image(), top=make_garment())


def unclear(remote):
    try_on = prepared()
    remote.faults.add("drop-after", endpoint="submit")
    step(try_on)
    lay_aside(try_on, seconds=1)
    step(try_on)
    assert try_on.status == Status.NEEDS_ATTENTION
    return try_on


class TestRequestTryOns:
    def test_rows_in_the_order_of_the_wishes(self, person):
        photo, garments = make_model_image(), [make_garment() for _ in range(3)]
        batch = uuid.uuid4()
        rows = actions.request_try_ons(combine(garments, [photo]), requested_by=person, batch=batch)

        saved = TryOnResult.objects.filter(batch=batch).order_by("number")
        assert list(saved) == rows
        assert [row.top_garment for row in saved] == garments
        assert {row.requested_by for row in saved} == {person}

    def test_rings_after_the_commit_only(self, rings, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            actions.request_try_on(wish())
            assert rings == []

        assert rings == ["ring"]

    def test_same_batch_twice_is_one_batch(self):
        wishes, batch = [wish(), wish()], uuid.uuid4()
        first = actions.request_try_ons(wishes, batch=batch)
        second = actions.request_try_ons(wishes, batch=batch)

        assert first == second
        assert TryOnResult.objects.count() == 2

    def test_one_bad_wish_stores_nothing(self):
        with pytest.raises(RequestRefused):
            actions.request_try_ons([wish(), TryOnRequest(person=make_model_image())])

        assert not TryOnResult.objects.exists()

    def test_without_a_key_nothing_is_stored(self, settings, monkeypatch):
        monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
        settings.OUTFITANYONE = {}
        with pytest.raises(ConfigurationError, match="DASHSCOPE_API_KEY"):
            actions.request_try_on(wish())

        assert not TryOnResult.objects.exists()

    def test_queries_do_not_grow_with_the_batch(self, django_assert_max_num_queries):
        wishes = combine([make_garment() for _ in range(30)], [make_model_image()])
        with django_assert_max_num_queries(10):
            actions.request_try_ons(wishes)

    def test_other_database_faults_are_not_mistaken_for_a_double_batch(self, monkeypatch):
        from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet

        def fail(*_args, **_kwargs):
            raise IntegrityError("something else")

        monkeypatch.setattr(TryOnResultQuerySet, "bulk_create", fail)
        with pytest.raises(IntegrityError, match="something else"):
            actions.request_try_on(wish())


class TestCancel:
    def test_before_it_was_sent(self):
        try_on = make_try_on(status=Status.PREPARING, slot=1)
        actions.cancel(try_on)

        assert (try_on.status, try_on.slot) == (Status.CANCELED, None)
        assert try_on.finished_at

    def test_step_that_is_under_way_notices(self, remote):
        """Canceled between the worker's claim and its write: the request is not sent."""
        from contextlib import closing

        from django_outfitanyone.conf import conf
        from django_outfitanyone.worker.steps import advance

        try_on = prepared()
        (claimed,) = TryOnResult.objects.all().claim(limit=1, lease=conf.lease)
        actions.cancel(try_on)
        with closing(conf.load_engine()) as provider:
            advance(claimed, provider)
        try_on.refresh_from_db()

        assert try_on.status == Status.CANCELED
        assert remote.stats["submits"] == 0

    def test_remote_task_that_still_waits(self, remote):
        remote.set_progression([("PENDING", 60)])
        try_on = prepared()
        step(try_on)
        actions.cancel(try_on)
        work(try_on)

        assert try_on.status == Status.CANCELED
        assert remote.stats["canceled"] == 1

    def test_remote_task_at_work_is_too_late(self, remote):
        remote.set_progression([("RUNNING", 60)])
        try_on = prepared()
        step(try_on)
        with pytest.raises(RequestRefused, match="Too late"):
            actions.cancel(try_on)

        assert try_on.status == Status.RUNNING

    @pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.SUBMITTING])
    def test_nothing_left_to_cancel(self, status):
        try_on = make_try_on(status=status)
        with pytest.raises(RequestRefused):
            actions.cancel(try_on)

        assert try_on.status == status


class TestRetry:
    @pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED])
    def test_starts_from_the_beginning(self, remote, status):
        try_on = make_try_on(
            status=status, error_code="InvalidPerson", remote_task_id="old", is_prepared=True
        )
        actions.retry(try_on)
        assert (try_on.status, try_on.error_code) == (Status.QUEUED, "")
        assert try_on.remote_task_id is None

        work(try_on)
        assert try_on.status == Status.SUCCEEDED

    def test_takes_the_pictures_as_they_are_now(self, remote):
        try_on = make_try_on(status=Status.FAILED, error_code="InputChanged", fingerprint="old")
        actions.retry(try_on)
        work(try_on)

        assert try_on.status == Status.SUCCEEDED

    def test_unclear_one_is_the_persons_decision(self, remote):
        try_on = unclear(remote)
        actions.retry(try_on)
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["submits"] == 2

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.SUCCEEDED])
    def test_not_of_what_goes_well(self, status):
        with pytest.raises(RequestRefused):
            actions.retry(make_try_on(status=status))

    def test_search_for_clothes(self, remote):
        parse = actions.parse_clothes(make_model_image(), ["upper"])
        remote.faults.add("error", endpoint="parse", code="InvalidPerson")
        work(parse)
        assert parse.status == Status.FAILED

        actions.retry(parse)
        work(parse)
        assert parse.status == Status.SUCCEEDED


class TestAdoptTask:
    def test_found_task_is_followed(self, remote):
        try_on = unclear(remote)
        (candidate,) = try_on.remote_answer["candidates"]
        actions.adopt_task(try_on, candidate["task_id"])
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["submits"] == 1

    def test_only_one_of_those_found(self, remote):
        try_on = unclear(remote)
        with pytest.raises(RequestRefused):
            actions.adopt_task(try_on, "some-other-task")

        assert try_on.status == Status.NEEDS_ATTENTION


class TestReview:
    def test_approve(self, person):
        try_on = make_try_on()
        actions.approve(try_on, reviewed_by=person)

        assert (try_on.review, try_on.reviewed_by) == (Review.APPROVED, person)
        assert try_on.reviewed_at

    def test_rejected_is_not_public(self):
        try_on = make_try_on()
        assert try_on in TryOnResult.objects.public()
        actions.reject(try_on)

        assert try_on not in TryOnResult.objects.public()

    def test_publish_tells_the_catalogue(self, monkeypatch):
        told = []
        monkeypatch.setattr(
            catalogue.CatalogueAdapter, "publish", lambda self, *pair: told.append(pair)
        )
        try_on = make_try_on()
        actions.publish(try_on)
        actions.publish(try_on)

        assert try_on.review == Review.APPROVED
        assert try_on.published_at
        assert told == [(try_on.top_garment.product, try_on)]

    def test_reject_takes_back_what_was_published(self, monkeypatch):
        told = []
        monkeypatch.setattr(
            catalogue.CatalogueAdapter, "unpublish", lambda self, *pair: told.append(pair)
        )
        try_on = make_try_on()
        actions.publish(try_on)
        actions.reject(try_on)

        assert (try_on.review, try_on.published_at) == (Review.REJECTED, None)
        assert len(told) == 1

    def test_unfinished_has_nothing_to_review(self):
        try_on = make_try_on(status=Status.RUNNING)
        for verb in (actions.approve, actions.reject, actions.publish):
            with pytest.raises(RequestRefused):
                verb(try_on)

    def test_required_review_hides_what_is_not_published(self, configure):
        configure(REQUIRE_REVIEW=True)
        try_on = make_try_on()
        assert not TryOnResult.objects.public().exists()
        actions.publish(try_on)

        assert TryOnResult.objects.public().get() == try_on


def test_find_clothes__without_a_picture():
    with pytest.raises(RequestRefused, match="no picture"):
        actions.parse_clothes(make_try_on(status=Status.RUNNING))


def test_correct_hotspot__is_marked_with_its_author(person):
    spot = make_hotspot(make_model_image())
    spot.x1 = 3
    actions.correct_hotspot(spot, corrected_by=person)
    spot.refresh_from_db()

    assert (spot.x1, spot.is_corrected, spot.corrected_by) == (3, True, person)


def test_resume__rings(rings, django_capture_on_commit_callbacks):
    from django_outfitanyone.models import Account

    account = Account.current()
    Account.objects.update(next_submission_at=timezone.now() + timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.resume(account)

    assert rings == ["ring"]


def test_every_change__is_announced(remote, django_capture_on_commit_callbacks):
    heard = []

    def listen(job, old, new, **_kwargs):
        heard.append((old.value, new.value))

    status_changed.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            work(actions.request_try_on(wish(), options=REPLACE))
    finally:
        status_changed.disconnect(listen)

    of_try_on = [pair for pair in heard if pair[0] in {"queued", "running", "collecting"}]
    assert ("queued", "preparing") in of_try_on
    assert ("running", "collecting") in of_try_on
    assert ("collecting", "succeeded") in of_try_on
