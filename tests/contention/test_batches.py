"""People who press the buttons of a batch at once, also while workers make it."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import OperationalError, connection

from django_outfitanyone import actions
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import Batch
from django_outfitanyone.signals import batch_finished
from django_outfitanyone.worker.finished_batches import announce_finished_batches
from django_outfitanyone.worker.turns import take_turns
from tests.batches import requested_batch, rows_of, statuses_of
from tests.factories import make_staff
from tests.work import work

pytestmark = [pytest.mark.contention, pytest.mark.django_db(transaction=True)]

ROUNDS = 4
PEOPLE = 4


def in_threads(*functions):
    """Call the functions at the same time, and wait for all."""
    starting_line = threading.Barrier(len(functions))

    def run(function):
        try:
            starting_line.wait(30)
            function()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


def outcome_of(change):
    while True:
        try:
            change()
        except OperationalError:  # SQLite may be busy
            continue
        except RequestRefused as refusal:
            return refusal.code
        return "done"


def outcomes_of(change):
    """Let some people make the change at once; return how it ended for each, sorted."""
    outcomes = []
    in_threads(*[lambda: outcomes.append(outcome_of(change))] * PEOPLE)
    return sorted(outcomes)


def test_buttons__of_many_at_once_are_pressed_once():
    batch, user = requested_batch(3), make_staff()
    for _round in range(ROUNDS):
        paused = outcomes_of(
            lambda: actions.pause_batch(Batch.objects.get(pk=batch.pk), paused_by=user)
        )
        assert paused == ["AlreadyPaused"] * (PEOPLE - 1) + ["done"]
        assert all(row.is_paused for row in rows_of(batch))

        resumed = outcomes_of(lambda: actions.resume_batch(Batch.objects.get(pk=batch.pk)))
        assert resumed == ["NotPaused"] * (PEOPLE - 1) + ["done"]
        assert not any(row.is_paused for row in rows_of(batch))


def test_end__is_announced_once_by_many_workers():
    announced = []

    def receive(batch, **_signal):
        announced.append(batch.pk)

    batch_finished.connect(receive)
    try:
        for _round in range(ROUNDS):
            batch = requested_batch()
            actions.cancel_unsent(type(rows_of(batch)[0]).objects.of_batch(batch.pk))
            in_threads(*[announce_finished_batches] * PEOPLE)
            announce_finished_batches()  # what a busy database has left
            assert announced.count(batch.pk) == 1
    finally:
        batch_finished.disconnect(receive)


def test_pauses_while_the_batch_is_made__lose_no_row_and_pay_none_twice(remote):
    batch = requested_batch(8)

    def toggle():
        for _time in range(8):
            outcome_of(lambda: actions.pause_batch(Batch.objects.get(pk=batch.pk)))
            time.sleep(0.05)
            outcome_of(lambda: actions.resume_batch(Batch.objects.get(pk=batch.pk)))
            time.sleep(0.05)

    def advance():
        for _time in range(6):
            take_turns(budget=0.5)

    in_threads(toggle, toggle, advance)
    outcome_of(lambda: actions.resume_batch(Batch.objects.get(pk=batch.pk)))
    work(*rows_of(batch))

    assert statuses_of(batch) == [Status.SUCCEEDED] * 8
    assert remote.stats["submits"] == 8
