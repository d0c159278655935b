"""Whole try-ons with engines that have none of the vendor's habits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import (
    AccountProblem,
    Throttled,
)
from django_outfitanyone.models import Account, Charge, Hotspot
from django_outfitanyone.worker import runner
from tests.toy_engines import RESULT_SIZE, Base64Engine, ForgetfulEngine, InstantEngine
from tests.work import step, work
from tests.worker.toy_try_ons import requested, submitting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("engine_class", [ForgetfulEngine, InstantEngine, Base64Engine])
def test_try_on__succeeds_with_hotspots(use, engine_class):
    notes = use(engine_class)
    try_on = requested()
    work(try_on)

    assert (try_on.status, try_on.error_code) == (Status.SUCCEEDED, "")
    assert (try_on.width, try_on.height) == RESULT_SIZE
    assert notes.paid == 1
    assert Charge.objects.filter(try_on=try_on, clothes_parse=None).count() == 1
    (spot,) = Hotspot.objects.filter(try_on=try_on)
    assert (spot.box, spot.crop_width, spot.crop_height) == ((20, 30, 220, 260), 200, 230)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine_class", [ForgetfulEngine, InstantEngine, Base64Engine])
def test_run__with_threads_makes_every_picture_once(use, engine_class):
    notes = use(engine_class, CONCURRENT_TASKS=2)
    try_ons = [requested() for _ in range(4)]
    runner.run(Account.of(), budget=30)
    for try_on in try_ons:
        try_on.refresh_from_db()

    assert {try_on.status for try_on in try_ons} == {Status.SUCCEEDED}
    assert sorted(notes.keys.values()) == [1, 1, 1, 1]


class TestOrder:
    def test_pictures_come_as_bytes_with_their_facts(self, use):
        notes = use(InstantEngine)
        try_on = requested(keep="lower")
        work(try_on)

        (order,) = notes.orders
        photo = try_on.model_image
        assert order.person.read() == photo.read()
        assert (order.person.url, order.person.sha256) == ("", photo.sha256)
        assert (order.person.width, order.person.height) == (photo.width, photo.height)
        assert order.person.size == len(photo.read())
        assert order.person.media_type == "image/jpeg"
        (worn,) = order.garments
        assert (worn.kind, worn.name) == ("top", str(try_on.garments[0]))
        assert not worn.is_kept

    def test_engine_that_keeps_the_rest_itself_needs_no_parse_of_the_photo(self, use):
        notes = use(InstantEngine, PARSE_RESULTS=False)
        try_on = requested(keep="lower")
        work(try_on)

        assert notes.orders[0].keep == "lower"
        assert not try_on.model_image.clothesparses.exists()

    def test_long_handle_is_polled(self, use):
        notes = use(ForgetfulEngine)
        try_on = submitting(requested())

        assert 400 < len(try_on.remote_task_id) <= 500
        work(try_on)
        assert notes.fetched == [f"toy:{try_on.remote_task_id}"]


class TestLimits:
    def test_pause_lasts_as_long_as_the_engine_says(self, use):
        notes = use(ForgetfulEngine)
        notes.before = [Throttled(code="Busy", retry_after=7)]
        try_on = submitting(requested())

        account = Account.of()
        assert 5 < (account.next_submission_at - timezone.now()).total_seconds() <= 7
        assert try_on.due_at > timezone.now() + timedelta(seconds=5)

    def test_account_problem_stops_the_account(self, use):
        notes = use(ForgetfulEngine)
        notes.before = [AccountProblem(code="OutOfCredits")]
        try_on = submitting(requested())

        account = Account.of()
        assert (account.is_stopped, account.stopped_code) == (True, "OutOfCredits")
        assert account.error_help.text == "Use another picture."
        assert try_on.status == Status.PREPARING

    def test_short_lived_result_is_stored_by_the_poll(self, use):
        use(Base64Engine, PARSE_RESULTS=False)
        try_on = submitting(requested())
        assert try_on.status == Status.RUNNING
        step(try_on)

        assert (try_on.status, try_on.image_count) == (Status.SUCCEEDED, 1)
        assert try_on.read()
        assert try_on.expires_at < timezone.now() + timedelta(minutes=11)
