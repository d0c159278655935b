"""Nothing of a paused batch is submitted, by whatever way a row of it becomes due."""

from __future__ import annotations

from contextlib import closing

import pytest
from django.utils import timezone

from django_outfitanyone import actions
from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import LeaseLost
from django_outfitanyone.models import Account, Batch, TryOnResult
from django_outfitanyone.models.idle_accounts import accounts_with_work
from django_outfitanyone.wakeup import is_worker_missing
from django_outfitanyone.worker import queue, submit
from django_outfitanyone.worker.queue import Lane
from django_outfitanyone.worker.steps import advance
from django_outfitanyone.worker.turns import take_turns
from tests.batches import requested_batch, rows_of, statuses_of
from tests.factories import make_try_on
from tests.query_plans import needs_sqlite, only_bounded_reads
from tests.work import REPLACE, claimed, new_request, step, work

pytestmark = pytest.mark.django_db

ROOM = {Lane.SLOTS: 10, Lane.PICTURES: 10}


def paused_batch(count=2):
    batch = requested_batch(count)
    actions.pause_batch(batch)
    return batch


def submits(remote):
    return remote.stats["submits"]


def test_paused_rows__are_not_due(remote):
    paused_batch()

    work_now = queue.due_work(Account.of(), ROOM)
    assert not work_now.due
    assert work_now.next_due_at is None
    assert queue.next_due_at(Account.of()) is None


def test_paused_batch__gives_the_worker_nothing_to_do(remote):
    batch = paused_batch()

    assert not accounts_with_work().exists()
    assert not take_turns(budget=0)
    assert not is_worker_missing()
    assert submits(remote) == 0
    assert statuses_of(batch) == [Status.QUEUED] * 2


def test_pause__while_a_request_is_about_to_leave_keeps_it_here(remote, monkeypatch):
    batch = requested_batch()
    try_on = claimed(rows_of(batch)[0])
    try_on.mark_preparing()
    check = rate_limits.budgets.check

    def paused_meanwhile(*arguments):
        actions.pause_batch(batch)
        return check(*arguments)

    monkeypatch.setattr(rate_limits.budgets, "check", paused_meanwhile)
    with pytest.raises(LeaseLost):
        rate_limits.admit_to_slot(try_on)

    assert statuses_of(batch) == [Status.PREPARING, Status.QUEUED]


def test_other_batches__go_on(remote):
    batch, other = paused_batch(), requested_batch()
    work(*rows_of(other))

    assert statuses_of(other) == [Status.SUCCEEDED] * 2
    assert statuses_of(batch) == [Status.QUEUED] * 2


def test_resume__finishes_the_batch(remote):
    batch = paused_batch()
    actions.resume_batch(batch)
    work(*rows_of(batch))

    assert statuses_of(batch) == [Status.SUCCEEDED] * 2


def test_what_runs__is_finished(remote):
    batch = requested_batch()
    first, _second = rows_of(batch)
    while first.status != Status.RUNNING:
        step(first)
    actions.pause_batch(batch)
    work(first)

    assert statuses_of(batch) == [Status.SUCCEEDED, Status.QUEUED]
    assert submits(remote) == 1


def test_row_that_was_claimed_before_the_pause__is_not_submitted(remote):
    batch = requested_batch()
    first, _second = rows_of(batch)
    while not first.is_prepared:
        step(first)
    row = claimed(first)
    actions.pause_batch(batch)
    with closing(conf.default_engine.load()) as engine:
        advance(row, engine)
    first.refresh_from_db()

    assert first.is_paused
    assert first.lease_token == ""
    assert submits(remote) == 0


def test_pause_after_the_last_check__is_seen_in_the_transaction_of_the_submit(remote):
    batch = requested_batch()
    first, _second = rows_of(batch)
    while not first.is_prepared:
        step(first)
    row = claimed(first)
    actions.pause_batch(batch)

    assert rate_limits.admit_to_slot(row, submit_key="k") is not None
    first.refresh_from_db()
    assert first.status == Status.PREPARING


@pytest.mark.parametrize("door", ["retry", "move", "due"])
def test_row_that_becomes_due_in_a_paused_batch__is_paused_by_its_next_step(remote, door):
    batch = paused_batch()
    first, _second = rows_of(batch)
    rows = TryOnResult.objects.filter(pk=first.pk)
    if door == "retry":
        rows.update(status=Status.FAILED)
        first.refresh_from_db()
        actions.retry(first)
    elif door == "move":
        actions.move_to_engine(rows, engine="local")
    else:
        rows.update(due_at=timezone.now())
    rows.update(account="default", remote_model="aitryon-plus")
    take_turns(budget=0)
    first.refresh_from_db()

    assert first.is_paused
    assert submits(remote) == 0


def test_resume_while_a_worker_pauses_a_row__leaves_the_row_due(remote):
    """Otherwise nothing would ever make it due again."""
    batch = paused_batch()
    first, _second = rows_of(batch)
    row = claimed(first)
    actions.resume_batch(batch)

    assert row.is_of_held_batch
    assert not submit.stays_paused(row)
    first.refresh_from_db()
    assert first.due_at is not None


def test_identical_request__does_not_wait_for_a_paused_one(remote):
    request = new_request()
    rows = actions.request_try_ons([request, new_request()], options=REPLACE)
    batch = Batch.objects.get(pk=rows[0].batch)
    actions.pause_batch(batch)
    other = actions.request_try_on(request, options=REPLACE)
    work(other)

    assert other.status == Status.SUCCEEDED
    actions.resume_batch(batch)
    work()
    rows[0].refresh_from_db()
    assert rows[0].reused_from_id == other.pk
    assert submits(remote) == 2  # the other request, and the second row of the batch


def test_resumed_row__waits_for_an_identical_one_that_has_begun_meanwhile(remote):
    request = new_request()
    rows = actions.request_try_ons([request, new_request()], options=REPLACE)
    batch = Batch.objects.get(pk=rows[0].batch)
    while not rows[0].is_prepared:
        step(rows[0])
    actions.pause_batch(batch)
    other = actions.request_try_on(request, options=REPLACE)
    while other.status != Status.RUNNING:
        step(other)
    actions.resume_batch(batch)
    work()
    rows[0].refresh_from_db()

    assert rows[0].reused_from_id == other.pk
    assert submits(remote) == 2


@needs_sqlite
def test_checks__read_no_growing_table():
    batch = paused_batch()
    make_try_on()

    with only_bounded_reads():
        list(TryOnResult.objects.of_batch(batch.pk).filter(status="queued", due_at=None))
        assert not accounts_with_work().exists()
