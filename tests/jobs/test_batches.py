"""Batches get a name and a row, can be paused, resumed and renamed, by two people at once too."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone import actions
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.batches import default_name
from django_outfitanyone.jobs.try_on import TryOnOptions, combine
from django_outfitanyone.models import Batch, ClothesParse, TryOnResult
from django_outfitanyone.models.batch import short_moment
from tests.batches import requested_batch, rows_of
from tests.factories import make_garment, make_model_image, make_staff, make_try_on
from tests.work import REPLACE, new_request

pytestmark = pytest.mark.django_db


class TestName:
    def test_says_what_is_requested_and_when(self):
        garments = [make_garment(), make_garment(), make_garment()]
        photos = [make_model_image(), make_model_image()]
        rows = actions.request_try_ons(combine(garments, photos), options=REPLACE)
        batch = Batch.objects.get(pk=rows[0].batch)

        assert batch.name == f"3 garments on 2 photos, {short_moment(batch.created_at)}"
        assert (batch.size, str(batch)) == (6, batch.name)

    def test_of_refinements_says_so(self):
        rows = [TryOnResult(gender="woman"), TryOnResult(gender="woman")]

        assert default_name(rows).startswith("2 refinements, ")

    def test_of_a_person_is_kept(self):
        assert requested_batch(name="  Summer\n dresses ").name == "Summer dresses"

    def test_that_no_database_stores_is_cleaned(self):
        assert requested_batch(name="Sum\0mer \ud800" + "x" * 300).name.startswith("Summer ?xxx")

    def test_of_a_batch_without_one_is_its_size_and_date(self):
        batch = Batch.objects.create(size=12)

        assert str(batch).startswith("12 pictures, ")

    def test_can_be_changed(self):
        batch = requested_batch(name="Old")
        actions.rename_batch(batch, " New ")
        batch.refresh_from_db()

        assert batch.name == "New"

    def test_cannot_be_empty(self):
        batch = requested_batch(name="Old")
        with pytest.raises(RequestRefused):
            actions.rename_batch(batch, " \n")

        batch.refresh_from_db()
        assert batch.name == "Old"


class TestRow:
    def test_names_who_requested_it(self):
        user = make_staff()

        assert requested_batch(requested_by=user).requested_by == user

    def test_of_a_request_that_is_sent_twice_is_one(self):
        key, requests = uuid.uuid4(), [new_request(), new_request()]
        first = actions.request_try_ons(requests, batch=key, name="First")
        second = actions.request_try_ons(requests, batch=key, name="Second")

        assert second == first
        assert Batch.objects.get().name == "First"

    def test_of_a_single_try_on_is_not_written(self):
        actions.request_try_on(new_request())

        assert not Batch.objects.exists()

    def test_of_candidates_is_written(self):
        actions.request_try_on(new_request(), options=TryOnOptions(count=3))

        assert Batch.objects.get().size == 3

    def test_is_not_written_if_the_try_ons_are_not(self, monkeypatch):
        monkeypatch.setattr("django_outfitanyone.models.worn_garment.WornGarment.objects", None)
        with pytest.raises(AttributeError):
            actions.request_try_ons([new_request(), new_request()])

        assert not Batch.objects.exists()


class TestPause:
    def test_leaves_nothing_due_of_what_was_not_sent(self):
        batch, other = requested_batch(3), requested_batch()
        first, *_others = rows_of(batch)
        TryOnResult.objects.filter(pk=first.pk).update(
            status=Status.RUNNING, remote_task_id="t", slot=1
        )

        assert actions.pause_batch(batch) == 2
        assert [row.is_paused for row in rows_of(batch)] == [False, True, True]
        assert not any(row.is_paused for row in rows_of(other))

    def test_keeps_who_and_when(self):
        batch, user = requested_batch(), make_staff()
        actions.pause_batch(batch, paused_by=user)

        assert batch.paused_by == user
        assert batch.is_paused

    def test_of_a_paused_batch_names_who_was_first(self):
        batch, seen_by_other = requested_batch(), Batch.objects.get()
        actions.pause_batch(batch, paused_by=make_staff(username="anna"))
        paused_at = batch.paused_at

        with pytest.raises(RequestRefused, match="anna has paused the batch already") as refusal:
            actions.pause_batch(seen_by_other, paused_by=make_staff(username="bert"))
        batch.refresh_from_db()
        assert refusal.value.code == "AlreadyPaused"
        assert (batch.paused_by.username, batch.paused_at) == ("anna", paused_at)

    @pytest.mark.parametrize("status", [Status.COLLECTING, Status.FAILED])
    def test_without_anything_left_to_send_is_refused(self, status):
        batch = requested_batch()
        TryOnResult.objects.update(status=status)

        with pytest.raises(RequestRefused, match="Nothing is left to pause"):
            actions.pause_batch(batch)
        batch.refresh_from_db()
        assert not batch.is_paused

    def test_keeps_a_parse_from_waking_what_waits_for_it(self):
        batch = requested_batch()
        first, _second = rows_of(batch)
        blocked = {"keep": "lower", "error_code": "SearchNeedsAttention"}
        TryOnResult.objects.filter(pk=first.pk).update(status=Status.PREPARING, **blocked)
        actions.pause_batch(batch)
        parse = ClothesParse(model_image=first.model_image)
        TryOnResult.objects.wake_waiting_for(parse)
        first.refresh_from_db()

        assert first.is_paused
        assert not first.is_blocked


class TestResume:
    def test_makes_the_try_ons_due_and_wakes_the_worker(
        self, monkeypatch, django_capture_on_commit_callbacks
    ):
        batch, wakeups = requested_batch(), []
        actions.pause_batch(batch)
        monkeypatch.setattr("django_outfitanyone.wakeup.wake", lambda: wakeups.append(True))
        with django_capture_on_commit_callbacks(execute=True):
            actions.resume_batch(batch)

        assert not batch.is_paused
        assert all(row.due_at <= timezone.now() for row in rows_of(batch))
        assert wakeups

    def test_lets_prepared_ones_start_over(self):
        batch = requested_batch()
        first, _second = rows_of(batch)
        TryOnResult.objects.filter(pk=first.pk).update(
            status=Status.PREPARING, is_prepared=True, error_code="Old"
        )
        actions.pause_batch(batch)
        actions.resume_batch(batch)
        first.refresh_from_db()

        assert (first.status, first.is_prepared, first.error_code) == (Status.QUEUED, False, "")

    def test_starts_a_row_anew_that_a_worker_was_preparing(self):
        batch = requested_batch()
        first, _second = rows_of(batch)
        later = timezone.now() + timedelta(minutes=1)
        TryOnResult.objects.filter(pk=first.pk).update(
            status=Status.PREPARING, lease_token="x", lease_expires_at=later
        )
        actions.pause_batch(batch)
        actions.resume_batch(batch)
        first.refresh_from_db()

        assert (first.status, first.lease_token) == (Status.QUEUED, "")
        assert first.due_at is not None

    def test_of_a_batch_that_is_not_paused_is_refused(self):
        batch = requested_batch()
        before = rows_of(batch)[0].due_at

        with pytest.raises(RequestRefused, match="not paused any more"):
            actions.resume_batch(batch)
        assert rows_of(batch)[0].due_at == before


class TestReopen:
    def finished(self):
        batch = requested_batch()
        TryOnResult.objects.update(status=Status.FAILED, due_at=None)
        Batch.objects.mark_finished(batch.pk)
        batch.refresh_from_db()
        assert batch.is_finished
        return batch

    def test_happens_when_a_try_on_is_retried(self):
        batch = self.finished()
        actions.retry(rows_of(batch)[0])
        again = Batch.objects.get()

        assert not again.is_finished
        assert again.announce_at is None
        assert again.queued_at > batch.queued_at

    def test_happens_when_a_try_on_moves_to_another_engine(self):
        batch = self.finished()
        actions.move_to_engine(TryOnResult.objects.of_batch(batch.pk), engine="local")

        assert not Batch.objects.get().is_finished

    def test_does_not_happen_to_others(self):
        batch = self.finished()
        actions.retry(make_try_on(status=Status.FAILED))

        batch.refresh_from_db()
        assert batch.is_finished
