from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone import actions
from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import Account, Charge, ClothesParse, TryOnResult
from django_outfitanyone.signals import account_resumed, result_expiring, review_changed
from tests.factories import make_model_image, make_try_on
from tests.work import step, work
from tests.worker.test_collect import collecting, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """Everything that these signals say, as they say it."""
    said = []

    def listen(signal, sender, **arguments):
        said.append((signal, arguments))

    signals = (account_resumed, result_expiring, review_changed)
    for signal in signals:
        signal.connect(listen)
    yield said
    for signal in signals:
        signal.disconnect(listen)


def events(caplog):
    return [record.event for record in caplog.records if hasattr(record, "event")]


def age(job, hours):
    type(job).objects.update(submitted_at=timezone.now() - timedelta(hours=hours))


class TestLoss:
    def test_warning__before_the_remote_copy_dies_and_only_once(
        self, remote, caplog, heard, django_capture_on_commit_callbacks
    ):
        try_on = collecting()
        age(try_on, 21)
        remote.faults.add("cut-short", times=None)
        with django_capture_on_commit_callbacks(execute=True):
            step(try_on)
            warned_at = try_on.warned_at
            step(try_on)

        assert warned_at
        assert try_on.warned_at == warned_at
        assert try_on.status == Status.COLLECTING
        (record,) = [r for r in caplog.records if getattr(r, "event", "") == "result_expiring"]
        assert (record.job_id, record.levelno) == (try_on.pk, logging.WARNING)
        assert record.error_code == "DownloadFailed"
        ((_signal, said),) = heard
        assert said["job"] == try_on
        assert said["expires_at"] == try_on.expires_at

    def test_warning__not_while_there_is_time(self, remote, caplog):
        try_on = collecting()
        age(try_on, 19)
        remote.faults.add("cut-short")
        step(try_on)

        assert try_on.warned_at is None

    def test_warning__for_a_task_that_cannot_be_looked_at(self, remote, caplog):
        try_on = running()
        age(try_on, 23)
        remote.faults.add("error", endpoint="query", code="InternalError")
        step(try_on)

        assert "result_expiring" in events(caplog)

    def test_warning__not_for_what_is_stored_here(self, remote, caplog):
        try_on = collecting()
        step(try_on)
        age(try_on, 23)
        TryOnResult.objects.update(fingerprint="")
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr("django_outfitanyone.worker.collect._is_parsed", _fail)
            step(try_on)

        assert try_on.error_code == "UnexpectedFault"
        assert "result_expiring" not in events(caplog)

    def test_warning__when_it_is_given_up_with_time_left(self, remote, configure, caplog):
        try_on = collecting()
        configure(ALLOW_PRIVATE_ADDRESSES=False)
        step(try_on)

        assert try_on.status == Status.FAILED
        assert "result_expiring" in events(caplog)


class TestFetchingAgain:
    def test_retry__what_is_paid_for_is_only_fetched(self, remote, configure):
        try_on = collecting()
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

    def test_retry__search_too(self, remote, configure):
        search = actions.parse_clothes(make_model_image())
        while search.status != Status.COLLECTING:
            step(search)
        configure(ALLOW_PRIVATE_ADDRESSES=False)
        step(search)
        assert search.can_be_downloaded

        configure(ALLOW_PRIVATE_ADDRESSES=True)
        actions.retry(search)
        work(search)

        assert search.status == Status.SUCCEEDED
        assert remote.stats["parses"] == 1

    def test_retry__what_the_api_has_forgotten_is_made_anew(self, remote, configure):
        try_on = collecting()
        configure(ALLOW_PRIVATE_ADDRESSES=False)
        step(try_on)
        age(try_on, 25)
        try_on.refresh_from_db()
        assert not try_on.can_be_downloaded
        actions.retry(try_on)

        assert try_on.status == Status.QUEUED

    def test_retry__failed_before_it_was_paid(self, remote):
        try_on = make_try_on(status=Status.FAILED, submitted_at=timezone.now())

        assert not try_on.can_be_downloaded


class TestEvents:
    def test_account__pause_and_resume(self, caplog, heard, django_capture_on_commit_callbacks):
        caplog.set_level(logging.INFO, "django_outfitanyone")
        account = Account.current()
        rate_limits.pause(account)
        with django_capture_on_commit_callbacks(execute=True):
            assert rate_limits.resume(account)
            assert not rate_limits.resume(account)

        assert events(caplog) == ["account_paused", "account_resumed"]
        assert [signal for signal, _arguments in heard] == [account_resumed]

    def test_review__is_announced(self, caplog, heard, django_capture_on_commit_callbacks):
        caplog.set_level(logging.INFO, "django_outfitanyone")
        try_on = make_try_on()
        with django_capture_on_commit_callbacks(execute=True):
            actions.publish(try_on)
            actions.reject(try_on)

        told = [(said["new"], said["published"]) for _signal, said in heard]
        assert told == [
            (Review.APPROVED, True),
            (Review.APPROVED, False),  # taken back
            (Review.REJECTED, False),
        ]
        assert events(caplog) == ["review_changed"] * 3

    def test_every_change_of_status_is_one_event(self, remote, caplog):
        caplog.set_level(logging.INFO, "django_outfitanyone")
        try_on = collecting()
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


def test_attempts__count_no_further_than_the_column_holds(remote):
    try_on = running()
    TryOnResult.objects.update(attempts=32_000)
    remote.faults.add("error", endpoint="query", code="InternalError")
    step(try_on)

    assert try_on.attempts <= 32_767
    assert ClothesParse._meta.get_field("attempts").get_internal_type().startswith("PositiveSmall")


def _fail(_try_on):
    raise RuntimeError("as if by a bug")
