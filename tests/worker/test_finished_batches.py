"""A batch without an open try-on is finished, announced once, and mailed to who requested it."""

from __future__ import annotations

import smtplib
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import OperationalError
from django.utils import timezone

from django_outfitanyone import actions
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Batch, TryOnResult
from django_outfitanyone.signals import batch_finished
from django_outfitanyone.worker import batch_mail, finished_batches
from django_outfitanyone.worker.finished_batches import announce_finished_batches
from django_outfitanyone.worker.turns import take_turns
from tests.admin.pages import address
from tests.batches import requested_batch, rows_of
from tests.factories import make_staff
from tests.query_plans import needs_sqlite, only_bounded_reads
from tests.work import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced():
    """The batches that the signal has announced."""
    found = []

    def receive(batch, **_kwargs):
        found.append(batch)

    batch_finished.connect(receive)
    yield found
    batch_finished.disconnect(receive)


def end(batch, *statuses):
    """Let the try-ons of a batch end as these statuses say, the rest in the last one."""
    for number, row in enumerate(rows_of(batch)):
        status = statuses[min(number, len(statuses) - 1)]
        columns = {"image": "a.jpg"} if status == Status.SUCCEEDED else {}
        rows = TryOnResult.objects.filter(pk=row.pk)
        rows.update(status=status, due_at=None, finished_at=timezone.now(), **columns)


class TestEnd:
    def test_is_noticed_when_the_worker_is_done(self, remote, announced):
        batch = requested_batch()
        work(*rows_of(batch))
        take_turns(budget=0)

        assert announced == [batch]
        assert Batch.objects.get().is_finished

    def test_is_noticed_after_the_last_row_is_canceled(self, announced):
        batch = requested_batch()
        actions.cancel_unsent(TryOnResult.objects.of_batch(batch.pk))
        take_turns(budget=0)

        assert announced == [batch]

    def test_is_not_reached_if_a_person_retries_at_that_moment(self, announced, monkeypatch):
        batch = requested_batch()
        end(batch, Status.FAILED)
        found = list(finished_batches.done_batches())
        actions.retry(rows_of(batch)[0])
        assert found
        assert not finished_batches.done_batches().mark_finished(batch.pk)

    def test_is_taken_back_for_a_row_that_started_over_meanwhile(self, announced):
        batch = requested_batch()
        end(batch, Status.FAILED)
        Batch.objects.mark_finished(batch.pk)
        TryOnResult.objects.filter(pk=rows_of(batch)[0].pk).update(status=Status.QUEUED)
        announce_finished_batches()

        assert announced == []
        assert not Batch.objects.get().is_finished

    def test_is_not_reached_while_a_row_is_open(self, announced):
        end(requested_batch(3), Status.SUCCEEDED, Status.FAILED, Status.COLLECTING)
        announce_finished_batches()

        assert announced == []
        assert not Batch.objects.get().is_finished

    def test_ends_the_pause(self):
        batch = requested_batch()
        actions.pause_batch(batch)
        end(batch, Status.CANCELED)
        announce_finished_batches()
        batch.refresh_from_db()

        assert not batch.is_paused

    @needs_sqlite
    def test_is_found_by_an_index(self):
        requested_batch()

        with only_bounded_reads():
            announce_finished_batches()


class TestAnnouncement:
    def test_is_made_once(self, announced):
        batch = requested_batch()
        end(batch, Status.FAILED)
        announce_finished_batches()
        announce_finished_batches()

        assert announced == [batch]

    def test_is_made_again_after_a_retry(self, announced):
        batch = requested_batch()
        end(batch, Status.FAILED)
        announce_finished_batches()
        actions.retry(rows_of(batch)[0])
        announce_finished_batches()
        assert len(announced) == 1

        end(batch, Status.SUCCEEDED)
        announce_finished_batches()
        assert len(announced) == 2

    def test_is_left_to_the_worker_that_has_claimed_it(self, announced):
        batch = requested_batch()
        end(batch, Status.FAILED)
        Batch.objects.mark_finished(batch.pk)
        seen = Batch.objects.to_announce().get()
        assert Batch.objects.claim_announcement(Batch.objects.get(), lease=timedelta(minutes=1))

        assert not Batch.objects.claim_announcement(seen, lease=timedelta(minutes=1))
        announce_finished_batches()
        assert announced == []

    def test_is_made_by_another_worker_after_a_kill(self, announced, monkeypatch):
        batch = requested_batch()
        end(batch, Status.FAILED)
        with monkeypatch.context() as patch:
            patch.setattr(finished_batches, "_announce", _killed)
            with pytest.raises(SystemExit):
                announce_finished_batches()
        announce_finished_batches()
        assert announced == []  # the worker may still be alive

        Batch.objects.update(announce_at=timezone.now())
        announce_finished_batches()
        assert announced == [batch]

    def test_survives_a_receiver_that_fails(self):
        def fail(**_kwargs):
            raise ValueError

        batch_finished.connect(fail)
        end(requested_batch(), Status.FAILED)
        try:
            announce_finished_batches()
        finally:
            batch_finished.disconnect(fail)

        assert Batch.objects.get().announce_at is None

    def test_waits_while_the_database_is_busy(self, monkeypatch):
        def busy():
            raise OperationalError

        monkeypatch.setattr(finished_batches, "done_batches", busy)
        announce_finished_batches()


def _killed(_batch):
    raise SystemExit


class TestTime:
    def test_announcements_end_in_time_and_go_on_in_the_next_turn(self, announced, monkeypatch):
        monkeypatch.setattr(finished_batches, "MAIL_SECONDS", -1)
        batch = requested_batch()
        end(batch, Status.FAILED)
        announce_finished_batches()
        assert announced == []

        monkeypatch.undo()
        announce_finished_batches()
        assert announced == [batch]


class TestMail:
    @pytest.fixture(autouse=True)
    def _on(self, configure):
        configure(NOTIFY_BY_EMAIL=True)

    def finished(self, *statuses, minutes=5, email="anna@shop.test", count=2):
        user = make_staff(email=email)
        batch = requested_batch(count, requested_by=user, name="Summer & dresses")
        Batch.objects.update(queued_at=timezone.now() - timedelta(minutes=minutes))
        end(batch, *(statuses or (Status.SUCCEEDED,)))
        announce_finished_batches()
        return batch

    def test_tells_who_requested_the_batch_how_it_ended(self):
        self.finished(Status.SUCCEEDED, Status.FAILED, Status.NEEDS_ATTENTION, count=3)

        (sent,) = mail.outbox
        assert sent.to == ["anna@shop.test"]
        assert sent.subject == "Try-on pictures are ready: Summer & dresses"
        assert "Ready: 1 of 3 pictures." in sent.body
        assert "1 picture failed." in sent.body
        assert "1 picture needs your decision." in sent.body
        assert "canceled" not in sent.body

    def test_has_a_link_if_the_settings_name_the_site(self, configure):
        configure(SITE_URL="https://shop.test/")
        batch = self.finished()

        path = address("tryonresult_batch", batch.pk)
        assert f"https://shop.test{path}\n" in mail.outbox[0].body

    def test_has_no_link_otherwise(self):
        self.finished()

        assert "http" not in mail.outbox[0].body

    def test_is_in_the_language_of_the_site(self, settings):
        settings.LANGUAGE_CODE = "de"
        self.finished()

        assert "Summer & dresses" in mail.outbox[0].subject

    def test_is_not_sent_by_default(self, configure):
        configure(NOTIFY_BY_EMAIL=False)
        self.finished()

        assert mail.outbox == []

    def test_is_not_sent_without_an_address(self):
        self.finished(email="")

        assert mail.outbox == []

    def test_is_not_sent_to_who_still_watches(self):
        self.finished(minutes=0.5)

        assert mail.outbox == []

    def test_is_not_sent_about_try_ons_that_are_gone(self):
        batch = requested_batch(requested_by=make_staff(email="a@shop.test"))
        Batch.objects.update(queued_at=timezone.now() - timedelta(minutes=5))
        TryOnResult.objects.of_batch(batch.pk).delete()
        announce_finished_batches()

        assert mail.outbox == []

    def test_failure_to_send_is_logged_and_ignored(self, monkeypatch, caplog):
        def fail(_backend, _messages):
            raise smtplib.SMTPException("no such host")

        monkeypatch.setattr(EmailBackend, "send_messages", fail)
        self.finished()

        assert "no such host" in caplog.text
        assert Batch.objects.get().announce_at is None

    def test_mail_server_that_hangs_does_not_hold_the_worker(self, monkeypatch, caplog):
        released = threading.Event()
        monkeypatch.setattr(batch_mail, "PATIENCE", 0.05)
        monkeypatch.setattr(EmailBackend, "send_messages", lambda *_: released.wait(10))
        try:
            self.finished()
        finally:
            released.set()

        assert "no answer within" in caplog.text

    def test_template_that_fails_is_logged_and_ignored(self, monkeypatch, caplog):
        monkeypatch.setattr(batch_mail, "TEMPLATE", "no/such/template")
        self.finished()

        assert "could not be written" in caplog.text
