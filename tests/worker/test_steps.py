from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from django_outfitanyone import actions
from django_outfitanyone.choices import Status
from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.models import Account, Charge, ClothesParse, ModelImage, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.signals import result_expiring
from django_outfitanyone.worker.steps import EXPIRY_ATTEMPTS
from tests.drawing import encoded
from tests.engines.dashscope.listener import Listener, answers, response
from tests.events import events, received
from tests.factories import make_model_image, make_try_on
from tests.work import (
    backdate_submit,
    collecting_try_on,
    prepared_try_on,
    queued_try_on,
    running_try_on,
    step,
    work,
)

pytestmark = pytest.mark.django_db


class TestAdvance:
    def test_lease_ends_after_the_step(self, remote):
        try_on = queued_try_on()
        step(try_on)

        assert (try_on.lease_token, try_on.lease_expires_at) == ("", LONG_AGO)

    def test_every_change_of_status_is_one_event(self, remote, caplog):
        caplog.set_level(logging.INFO, "django_outfitanyone")
        try_on = collecting_try_on()
        changes = [
            (record.old, record.new)
            for record in caplog.records
            if getattr(record, "event", "") == "status_changed" and record.job_id == try_on.pk
        ]

        assert changes == [
            ("queued", "preparing"),
            ("preparing", "submitting"),
            ("submitting", "running"),
            ("running", "collecting"),
        ]

    def test_page_of_a_proxy_stops_neither_account_nor_try_on(self, remote, configure):
        page = response(b"<html>Denied</html>", status=403, headers=("Content-Type: text/html",))
        try_on = queued_try_on()
        with Listener(answers(page)) as proxy:
            configure(BASE_URL=proxy.base_url)
            step(try_on)

        assert try_on.is_unsent
        assert "no answer of the API (HTTP 403, text/html)" in try_on.error_message
        assert "proxy" in try_on.error_help.text
        assert Account.of().stopped_at is None

        configure(BASE_URL=remote.base_url)
        TryOnResult.objects.update(attempts=0)
        work(try_on)
        assert try_on.has_succeeded

    def test_attempts_never_exceed_what_the_column_holds(self, remote):
        try_on = running_try_on()
        TryOnResult.objects.update(attempts=32_000)
        remote.faults.add("error", endpoint="query", code="InternalError")
        step(try_on)

        assert try_on.attempts <= 32_767
        column = ClothesParse._meta.get_field("attempts")
        assert column.get_internal_type().startswith("PositiveSmall")

    def test_unexpected_fault_during_a_submit_needs_attention_in_the_end(self, remote, monkeypatch):
        try_on = prepared_try_on()
        remote.faults.add("drop-after", endpoint="submit")
        step(try_on)
        backdate_submit(try_on, days=2)
        monkeypatch.setattr(OutfitAnyone, "list_tasks", _fail)
        step(try_on)

        assert (try_on.status, try_on.error_code) == (Status.NEEDS_ATTENTION, "UnexpectedFault")

    def test_clock_that_is_wrong_once_gives_up_no_paid_result(self, remote):
        """By our clock the engine has deleted the task; only the engine knows."""
        try_on = running_try_on()
        remote.faults.add("error", endpoint="query", code="InternalError")
        backdate_submit(try_on, hours=25)
        step(try_on)
        assert (try_on.status, try_on.attempts) == (Status.RUNNING, 1)

        work(try_on)
        assert try_on.status == Status.SUCCEEDED

    def test_task_of_unknown_outcome_needs_a_person_after_many_failed_attempts(self, remote):
        """It may be billed, so it is neither failed nor forgotten by the budget."""
        try_on = running_try_on()
        remote.faults.add("error", endpoint="query", code="InternalError", times=None)
        backdate_submit(try_on, hours=25)
        TryOnResult.objects.update(attempts=EXPIRY_ATTEMPTS)
        step(try_on)

        assert (try_on.status, try_on.error_code) == (Status.NEEDS_ATTENTION, "InternalError")
        assert (try_on.slot, try_on.due_at, try_on.is_unsettled) == (None, None, True)

    def test_throttled_poll_is_soon_repeated_and_pauses_no_submits(self, remote, configure):
        """Engines count polls apart from submits, and a slot waits for the poll."""
        configure(THROTTLE_PAUSE=60)
        try_on = running_try_on()
        remote.faults.add("error", endpoint="query", code="Throttling")
        step(try_on)

        assert Account.of().next_submission_at < timezone.now()
        assert try_on.due_at < timezone.now() + timedelta(seconds=3)


class TestLossWarning:
    def test_comes_once_when_the_remote_copy_expires_soon(
        self, remote, caplog, django_capture_on_commit_callbacks
    ):
        try_on = collecting_try_on()
        backdate_submit(try_on, hours=21)
        remote.faults.add("cut-short", times=None)
        with (
            received(result_expiring) as calls,
            django_capture_on_commit_callbacks(execute=True),
        ):
            step(try_on)
            warned_at = try_on.warned_at
            step(try_on)

        assert warned_at
        assert try_on.warned_at == warned_at
        assert try_on.status == Status.COLLECTING
        (record,) = [r for r in caplog.records if getattr(r, "event", "") == "result_expiring"]
        assert (record.job_id, record.levelno) == (try_on.pk, logging.WARNING)
        assert record.error_code == "DownloadFailed"
        (call,) = calls
        assert call["job"] == try_on
        assert call["expires_at"] == try_on.expires_at

    def test_does_not_come_while_there_is_time(self, remote, caplog):
        try_on = collecting_try_on()
        backdate_submit(try_on, hours=19)
        remote.faults.add("cut-short")
        step(try_on)

        assert try_on.warned_at is None
        assert "result_expiring" not in events(caplog)

    def test_comes_for_a_task_that_cannot_be_polled(self, remote, caplog):
        try_on = running_try_on()
        backdate_submit(try_on, hours=23)
        remote.faults.add("error", endpoint="query", code="InternalError")
        step(try_on)

        assert "result_expiring" in events(caplog)

    def test_comes_when_the_job_fails_with_time_left(self, remote, configure, caplog):
        try_on = collecting_try_on()
        configure(ALLOW_PRIVATE_ADDRESSES=False)
        step(try_on)

        assert try_on.status == Status.FAILED
        assert "result_expiring" in events(caplog)


class TestRetryAfterPayment:
    def test_paid_picture_is_only_downloaded_again(self, remote, configure):
        try_on = collecting_try_on()
        configure(ALLOW_PRIVATE_ADDRESSES=False)
        step(try_on)
        assert try_on.can_be_downloaded

        configure(ALLOW_PRIVATE_ADDRESSES=True)
        actions.retry(try_on)
        assert try_on.status == Status.COLLECTING
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["submits"] == 1
        assert Charge.objects.filter(remote_model="aitryon-plus").count() == 1

    def test_paid_parse_is_only_downloaded_again(self, remote, configure):
        parse = actions.parse_clothes(make_model_image())
        while parse.status != Status.COLLECTING:
            step(parse)
        configure(ALLOW_PRIVATE_ADDRESSES=False)
        step(parse)
        assert parse.can_be_downloaded

        configure(ALLOW_PRIVATE_ADDRESSES=True)
        actions.retry(parse)
        work(parse)

        assert parse.status == Status.SUCCEEDED
        assert remote.stats["parses"] == 1

    def test_picture_that_the_engine_has_deleted_is_made_again(self, remote, configure):
        try_on = collecting_try_on()
        configure(ALLOW_PRIVATE_ADDRESSES=False)
        step(try_on)
        backdate_submit(try_on, hours=25)
        try_on.refresh_from_db()
        assert not try_on.can_be_downloaded
        actions.retry(try_on)

        assert try_on.status == Status.QUEUED

    def test_try_on_that_failed_before_payment_has_nothing_to_download(self):
        try_on = make_try_on(status=Status.FAILED, submitted_at=timezone.now())

        assert not try_on.can_be_downloaded


def _fail(*_args, **_kwargs):
    raise RuntimeError("as if by a bug")


class TestPhotoThatTheEngineRefuses:
    """A photo that does not show one complete person is marked."""

    def test_refused_parse_marks_the_photo(self, remote):
        photo = make_model_image(data=encoded(Image.new("RGB", (400, 600), "grey"), "BMP"))
        parse = actions.parse_clothes(photo)
        work(parse)
        photo.refresh_from_db()

        assert parse.has_failed
        assert photo.refusal_code == "InvalidPerson"
        assert photo.refusal_message == parse.error_message
        assert ModelImage.objects.refused().get() == photo

    def test_failed_task_marks_the_photo(self, remote):
        remote.faults.add("task-failed", code="InvalidPerson")
        try_on = running_try_on()
        work(try_on)
        photo = ModelImage.objects.get()

        assert try_on.has_failed
        assert (photo.refusal_code, photo.refusal_message) == (
            "InvalidPerson",
            try_on.error_message,
        )

    @pytest.mark.parametrize("code", ["InvalidGarment", "InvalidParameter"])
    def test_other_failure_does_not(self, remote, code):
        remote.faults.add("task-failed", code=code)
        work(running_try_on())

        assert not ModelImage.objects.refused().exists()

    def test_photo_that_was_replaced_meanwhile_is_not_marked(self, remote):
        photo = make_model_image()
        ModelImage.objects.filter(pk=photo.pk).update(sha256="0" * 64)
        ModelImage.objects.mark_refused(photo, code="InvalidPerson", message="No body.")

        assert not ModelImage.objects.refused().exists()

    def test_success_takes_the_mark_away(self, remote):
        photo = make_model_image()
        ModelImage.objects.mark_refused(photo, code="InvalidPerson", message="No body.")
        work(queued_try_on(person=photo))

        assert not ModelImage.objects.refused().exists()
