from __future__ import annotations

import logging
from contextlib import suppress

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_outfitanyone.choices import FINAL, MAY_FOLLOW, SLOT_KEEPERS, Status
from django_outfitanyone.exceptions import LeaseLost
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.signals import status_changed
from tests.events import events, received
from tests.factories import make_model_image
from tests.work import claimed

pytestmark = pytest.mark.django_db

MARKED = [status for status in Status if status != Status.QUEUED]
ALLOWED = [(old, new) for old in Status for new in MARKED if new in MAY_FOLLOW[old]]
FORBIDDEN = [(old, new) for old in Status for new in MARKED if new not in MAY_FOLLOW[old]]


def make_job(status, **columns):
    """Return a try-on without pictures, with all that constraints ask of this status."""
    columns = {"remote_task_id": f"task of {status}", "image": "picture.jpg", **columns}
    return TryOnResult.objects.create(account=Account.of(), status=status, **columns)


def make_leased(status, **columns):
    """Return such a try-on as the worker that has leased it sees it."""
    if status in SLOT_KEEPERS:
        columns.setdefault("slot", 1)
    return claimed(make_job(status, **columns))


def mark(row, status, **columns):
    getattr(row, f"mark_{status.value}")(**columns)


def test_every_status_has_an_entry():
    assert set(MAY_FOLLOW) == set(Status)
    assert len(ALLOWED) + len(FORBIDDEN) == len(Status) * len(MARKED)


class TestMark:
    @pytest.mark.parametrize(("old", "new"), ALLOWED)
    def test_allowed_status_is_written(self, old, new):
        row = make_leased(old)
        mark(row, new, request_id="r-1")
        saved = TryOnResult.objects.get()

        assert row.status == saved.status == new
        assert saved.request_id == "r-1"
        assert saved.slot == (1 if {old, new} <= SLOT_KEEPERS else None)
        assert (saved.finished_at is not None) == (new in FINAL)
        assert (saved.due_at is None) == (new in FINAL)

    @pytest.mark.parametrize(("old", "new"), FORBIDDEN)
    def test_forbidden_status_raises_and_changes_nothing(self, old, new):
        row = make_leased(old)
        with pytest.raises(ValueError, match="never followed"):
            mark(row, new)

        assert row.status == TryOnResult.objects.get().status == old

    @pytest.mark.parametrize("new", [Status.RUNNING, Status.SUCCEEDED])
    def test_constraints_hold_for_every_transition(self, new):
        """A running row needs a task, and a finished one a picture."""
        old = Status.SUBMITTING if new == Status.RUNNING else Status.COLLECTING
        row = make_leased(old, remote_task_id=None, image="")
        with suppress(IntegrityError), transaction.atomic():
            mark(row, new)

        assert TryOnResult.objects.get().status == old

    def test_lost_lease_raises_and_changes_nothing(self):
        row = make_leased(Status.QUEUED)
        TryOnResult.objects.update(lease_token="another worker")
        with pytest.raises(LeaseLost):
            row.mark_preparing()

        assert TryOnResult.objects.get().status == Status.QUEUED

    @pytest.mark.parametrize("new", [Status.COLLECTING, Status.CANCELED])
    def test_progress_clears_earlier_errors(self, new):
        row = make_leased(Status.RUNNING, attempts=3, error_code="E", error_message="m")
        mark(row, new)

        assert (row.attempts, row.error_code, row.error_message) == (0, "", "")

    def test_new_attempt_keeps_earlier_errors(self):
        row = make_leased(Status.SUBMITTING, attempts=3, error_code="E", error_message="m")
        row.mark_preparing()
        row.mark_submitting()

        assert (row.attempts, row.error_code, row.error_message) == (3, "E", "m")

    def test_given_columns_win_over_the_defaults(self):
        row = make_leased(Status.QUEUED)
        row.mark_failed(error_code="InvalidPerson")
        assert (row.error_code, row.due_at) == ("InvalidPerson", None)
        assert row.finished_at

        due_at = timezone.now()
        unclear = make_leased(Status.SUBMITTING, due_at=due_at, slot=2, remote_task_id="task-2")
        unclear.mark_needs_attention(due_at=due_at)
        assert (unclear.due_at, unclear.slot) == (due_at, 2)

    def test_slot_is_freed_although_a_column_keeps_it(self):
        """What the status implies cannot be overridden."""
        row = make_leased(Status.RUNNING)
        row.mark_collecting(slot=1)

        assert TryOnResult.objects.get().slot is None

    def test_change_is_logged_and_announced_on_commit(
        self, caplog, django_capture_on_commit_callbacks
    ):
        caplog.set_level(logging.INFO, "django_outfitanyone")
        row = make_leased(Status.QUEUED)
        with received(status_changed) as calls, django_capture_on_commit_callbacks(execute=True):
            row.mark_failed(error_code="InvalidPerson", error_message="No person.")
            assert calls == []

        (call,) = calls
        assert (call["job"], call["old"], call["new"]) == (row, Status.QUEUED, Status.FAILED)
        assert call["sender"] is TryOnResult
        assert events(caplog) == ["status_changed"]
        assert "queued -> failed (InvalidPerson: No person.)" in caplog.text

    def test_error_of_a_job_that_goes_on_is_not_logged(self, caplog):
        caplog.set_level(logging.INFO, "django_outfitanyone")
        row = make_leased(Status.PREPARING, error_code="E", error_message="m")
        row.mark_submitting()

        assert "preparing -> submitting" in caplog.text
        assert "E: m" not in caplog.text

    def test_only_the_row_itself_is_moved(self):
        other = make_job(Status.QUEUED)
        row = make_leased(Status.QUEUED, remote_task_id="task-2")
        TryOnResult.objects.update(lease_token=row.lease_token)
        row.mark_preparing()

        other.refresh_from_db()
        assert other.status == Status.QUEUED


def test_undo_move__after_a_transaction_that_was_rolled_back():
    row = make_leased(Status.RUNNING)
    before = row.place
    with suppress(ZeroDivisionError), transaction.atomic():
        row.mark_failed()
        raise ZeroDivisionError
    row.undo_move(before)

    row.mark_collecting()
    assert TryOnResult.objects.get().status == Status.COLLECTING


@pytest.mark.parametrize("new", sorted(FINAL))
def test_end_of_a_job__ends_its_lease_in_the_same_statement(new, django_assert_num_queries):
    row = make_leased(Status.SUBMITTING if new != Status.SUCCEEDED else Status.COLLECTING)
    row.image = "outfitanyone/results/a.jpg"
    with django_assert_num_queries(1 if new == Status.SUCCEEDED else 3):  # with a savepoint
        row._move(new, image=row.image.name)

    row.refresh_from_db()
    assert not row.is_leased
    assert row.lease_expires_at == LONG_AGO


class TestGiveUp:
    def test_other_jobs_stay(self):
        person, other = make_job(Status.QUEUED), make_job(Status.QUEUED, remote_task_id="task-2")

        assert person.give_up()
        other.refresh_from_db()
        assert other.status == Status.QUEUED

    def test_change_is_announced(self, django_capture_on_commit_callbacks):
        person = make_job(Status.QUEUED)
        with received(status_changed) as calls, django_capture_on_commit_callbacks(execute=True):
            person.give_up()
            person.give_up()

        assert [(call["old"], call["new"]) for call in calls] == [("queued", "canceled")]

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.PREPARING, Status.NEEDS_ATTENTION])
    def test_unsent_or_unclear_job_is_canceled(self, status):
        worker = make_leased(status)
        person = TryOnResult.objects.get()

        assert person.give_up()
        assert (person.status, person.slot, person.due_at) == (Status.CANCELED, None, None)
        assert person.finished_at
        assert (person.lease_token, person.lease_expires_at) == ("", LONG_AGO)
        with pytest.raises(LeaseLost):
            worker.write(attempts=1)

    @pytest.mark.parametrize(
        "status",
        [
            Status.SUBMITTING,
            Status.RUNNING,
            Status.COLLECTING,
            Status.SUCCEEDED,
            Status.FAILED,
            Status.CANCELED,
        ],
    )
    def test_sent_or_finished_job_stays(self, status):
        make_leased(status)
        person = TryOnResult.objects.get()

        assert not person.give_up()
        assert person.status == status
        assert person.lease_token

    def test_status_in_the_database_decides(self):
        person = make_job(Status.QUEUED)
        TryOnResult.objects.update(status=Status.SUBMITTING)

        assert not person.give_up()
        assert person.status == Status.SUBMITTING


class TestStartOver:
    @pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED, Status.NEEDS_ATTENTION])
    def test_finished_job_is_queued_like_a_new_one(self, status):
        try_on = make_job(
            status,
            slot=1 if status == Status.NEEDS_ATTENTION else None,
            remote_task_id="old",
            is_prepared=True,
            failed_tasks=2,
            submitted_at=timezone.now(),
            finished_at=timezone.now(),
            due_at=None,
            attempts=3,
            error_code="InvalidPerson",
            remote_answer={"candidates": []},
            uploads_renewed=True,
        )
        before = timezone.now()

        assert try_on.start_over(fingerprint="new")
        assert (try_on.status, try_on.slot, try_on.fingerprint) == (Status.QUEUED, None, "new")
        assert (try_on.remote_task_id, try_on.is_prepared, try_on.failed_tasks) == (None, False, 0)
        assert (try_on.submitted_at, try_on.finished_at) == (None, None)
        assert not try_on.uploads_renewed
        assert (try_on.attempts, try_on.error_code, try_on.remote_answer) == (0, "", {})
        assert try_on.queued_at == try_on.due_at >= before

    @pytest.mark.parametrize(
        "status",
        [
            Status.QUEUED,
            Status.PREPARING,
            Status.SUBMITTING,
            Status.RUNNING,
            Status.COLLECTING,
            Status.SUCCEEDED,
        ],
    )
    def test_open_or_successful_job_stays(self, status):
        try_on = make_job(status)

        assert not try_on.start_over()
        assert try_on.status == status


def test_collect_again__only_for_a_failed_job():
    failed, canceled = make_job(Status.FAILED), make_job(Status.CANCELED)

    assert failed.collect_again()
    assert (failed.status, failed.finished_at) == (Status.COLLECTING, None)
    assert failed.due_at <= timezone.now()
    assert not canceled.collect_again()


def test_adopt_task__only_for_an_unclear_submit():
    unclear = make_job(Status.NEEDS_ATTENTION, slot=1, error_code="OutcomeUnknown")
    failed = make_job(Status.FAILED)

    assert unclear.adopt_task("t-1")
    assert (unclear.status, unclear.remote_task_id) == (Status.RUNNING, "t-1")
    assert (unclear.slot, unclear.error_code, unclear.finished_at) == (1, "", None)
    assert not failed.adopt_task("t-2")


def test_override__of_a_parse_has_no_slot():
    parse = ClothesParse.objects.create(
        account=Account.of(), model_image=make_model_image(), status=Status.NEEDS_ATTENTION
    )

    assert parse.start_over()
    assert parse.status == Status.QUEUED
