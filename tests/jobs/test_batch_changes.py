"""Pauses, resumes and cancels of batches that are larger than what one call changes."""

from __future__ import annotations

import pytest

from django_outfitanyone import actions
from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs import batch_changes
from django_outfitanyone.models import Batch, TryOnResult
from tests.batches import requested_batch, rows_of, statuses_of
from tests.work import claim, one_pass

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    """A call changes two try-ons, and leaves the rest to the worker."""
    monkeypatch.setattr(batch_changes, "CHUNK", 2)
    monkeypatch.setattr(batch_changes, "SECONDS", 0)


@pytest.fixture
def batch():
    return requested_batch(5)


def paused_of(batch):
    return [row.is_paused for row in rows_of(batch)]


def apply_all():
    while batch_changes.apply_changes(seconds=0):
        pass


class TestPause:
    def test_counts_all_and_changes_the_first_ones_at_once(self, batch):
        assert actions.pause_batch(batch) == 5
        assert paused_of(batch) == [True, True, False, False, False]
        assert batch.is_paused

    def test_is_applied_to_the_rest_by_the_worker(self, batch):
        actions.pause_batch(batch)
        apply_all()

        assert paused_of(batch) == [True] * 5
        assert Batch.objects.get().applying == ""

    def test_wakes_the_worker_for_the_rest(
        self, batch, monkeypatch, django_capture_on_commit_callbacks
    ):
        wakeups = []
        monkeypatch.setattr("django_outfitanyone.wakeup.wake", lambda: wakeups.append(True))
        with django_capture_on_commit_callbacks(execute=True):
            actions.pause_batch(batch)

        assert wakeups

    def test_holds_what_does_not_follow_yet(self, batch, remote):
        actions.pause_batch(batch)
        for _time in range(5):
            one_pass()

        assert remote.stats["submits"] == 0
        assert not {*statuses_of(batch)} & {Status.SUBMITTING, Status.RUNNING}

    def test_ends_the_lease_of_a_request_that_is_about_to_leave(self, batch):
        last = rows_of(batch)[-1]
        TryOnResult.objects.filter(pk=last.pk).update(status=Status.PREPARING, is_prepared=True)
        (leased,) = claim(TryOnResult.objects.filter(pk=last.pk))
        actions.pause_batch(batch)
        last.refresh_from_db()

        assert last.is_paused
        assert last.lease_token != leased.lease_token

    def test_keeps_a_request_from_being_admitted_that_does_not_follow_yet(self, batch):
        actions.pause_batch(batch)
        last = rows_of(batch)[-1]
        assert not last.is_paused

        assert rate_limits.admit_to_slot(last, submit_key="k") is not None


class TestResume:
    def test_before_a_pause_is_applied_leaves_nothing_behind(self, batch):
        actions.pause_batch(batch)
        actions.resume_batch(batch)
        apply_all()

        assert paused_of(batch) == [False] * 5

    def test_is_applied_to_the_rest_by_the_worker(self, batch):
        actions.pause_batch(batch)
        apply_all()
        actions.resume_batch(batch)
        assert paused_of(batch) == [False, False, True, True, True]

        one_pass()
        assert not Batch.objects.get().is_paused
        apply_all()
        assert paused_of(batch) == [False] * 5


class TestCancel:
    def test_counts_all_and_cancels_the_rest_later(self, batch):
        assert actions.cancel_batch(batch) == 5
        assert batch.is_being_canceled
        apply_all()

        assert statuses_of(batch) == [Status.CANCELED] * 5
        assert Batch.objects.get().applying == ""

    def test_sends_nothing_meanwhile(self, batch, remote):
        actions.cancel_batch(batch)
        last = rows_of(batch)[-1]
        assert rate_limits.admit_to_slot(last, submit_key="k") is not None
        for _time in range(5):
            one_pass()

        assert remote.stats["submits"] == 0
        assert statuses_of(batch) == [Status.CANCELED] * 5

    def test_of_a_paused_batch_ends_the_pause(self, batch):
        actions.pause_batch(batch)
        apply_all()
        actions.cancel_batch(batch)
        apply_all()

        assert statuses_of(batch) == [Status.CANCELED] * 5
        assert not Batch.objects.get().is_paused

    def test_a_second_time_is_refused(self, batch):
        other = Batch.objects.get()
        actions.cancel_batch(batch)

        with pytest.raises(RequestRefused, match="being canceled already") as refusal:
            actions.cancel_batch(other)
        assert refusal.value.code == "AlreadyCanceled"
        with pytest.raises(RequestRefused):
            actions.pause_batch(other)

    def test_without_anything_to_cancel_is_refused(self, batch):
        TryOnResult.objects.update(status=Status.COLLECTING)

        with pytest.raises(RequestRefused, match="Nothing is left to cancel"):
            actions.cancel_batch(batch)
        assert not Batch.objects.get().is_being_canceled

    def test_lets_go_on_what_was_retried_meanwhile(self, batch):
        first = rows_of(batch)[0]
        actions.cancel_batch(batch)
        first.refresh_from_db()
        actions.retry(first)
        TryOnResult.objects.filter(pk=first.pk).update(due_at=None)  # as a step of it does
        apply_all()

        first.refresh_from_db()
        assert (first.status, first.is_paused) == (Status.QUEUED, False)
