from __future__ import annotations

import time
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import TaskList
from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.models import Charge, KnownTask, TryOnResult
from django_outfitanyone.worker.reconcile import longest_effect, reconcile
from tests.drawing import picture
from tests.factories import make_model_image, make_try_on
from tests.work import (
    backdate_submit,
    claimed,
    prepared_try_on,
    running_try_on,
    settle_unclear,
    step,
    work,
)

pytestmark = pytest.mark.django_db


def unclear(remote, kind, *, person=None):
    """Return a try-on whose submit got no answer, after the safe delay."""
    try_on = prepared_try_on(person=person)
    remote.faults.add(kind, endpoint="submit")
    step(try_on)
    assert try_on.status == Status.SUBMITTING
    settle_unclear(try_on)
    return try_on


def reconciled(try_on):
    """Return the status after reconciling, with the number of candidate tasks."""
    step(try_on)
    return try_on.status, len(try_on.remote_answer.get("candidates", []))


class TestAbsence:
    """What an empty task list proves."""

    def test_empty_list_proves_that_nothing_arrived(self, remote):
        try_on = unclear(remote, "drop-before")

        step(try_on)
        assert (try_on.status, try_on.slot, try_on.submitted_at) == (Status.PREPARING, None, None)

        work(try_on)
        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["accepted"] == 1

    def test_task_of_a_submit_on_its_way_is_not_the_missing_one(self, remote, monkeypatch):
        """Another thread has sent it: the list has the task, the row does not have it yet."""
        try_on = unclear(remote, "drop-before")
        other = running_try_on()
        task_id = other.remote_task_id
        KnownTask.objects.all().delete()
        on_its_way = {"lease_token": "thread", "lease_expires_at": timezone.now() + timedelta(30)}
        rows = TryOnResult.objects.filter(pk=other.pk)
        rows.update(status=Status.SUBMITTING, remote_task_id=None, **on_its_way)

        def answer_arrives(_seconds):
            rows.update(status=Status.RUNNING, remote_task_id=task_id)

        monkeypatch.setattr("django_outfitanyone.worker.reconcile.time.sleep", answer_arrives)
        step(try_on)

        assert try_on.status == Status.PREPARING

    def test_counts_the_delay_from_the_moment_when_the_outcome_was_unclear(self, remote, configure):
        configure(UNCLEAR_DELAY=60)
        try_on = prepared_try_on()
        remote.faults.add("drop-before", endpoint="submit")
        step(try_on)
        backdate_submit(try_on, minutes=9)
        step(try_on)

        assert abs(try_on.unclear_since - timezone.now()) < timedelta(seconds=5)
        assert abs(try_on.due_at - timezone.now() - longest_effect(try_on)) < timedelta(seconds=5)
        step(try_on)
        assert try_on.status == Status.SUBMITTING
        assert try_on.due_at > timezone.now() + timedelta(seconds=60)

    def test_delay_covers_our_timeouts_and_the_engines(self, configure):
        row = make_try_on(status=Status.SUBMITTING)
        configure(CONNECT_TIMEOUT=7, READ_TIMEOUT=40, UNCLEAR_DELAY=300)

        assert longest_effect(row) == timedelta(seconds=347)

    def test_delay_is_measured_by_the_engines_clock_only(self, remote):
        """The row says, by the clock of another host, that the delay is over."""
        try_on = unclear(remote, "drop-before")
        TryOnResult.objects.update(unclear_since=timezone.now() - longest_effect(try_on) / 2)

        assert reconciled(try_on) == (Status.SUBMITTING, 0)

    @pytest.mark.parametrize("seconds", [-90, 150])
    @pytest.mark.parametrize("exclusive", [False, True])
    def test_clock_of_the_engine_that_differs_proves_nothing(
        self, remote, configure, seconds, exclusive
    ):
        configure(EXCLUSIVE=exclusive)
        remote.faults.add("clock_skew", seconds=seconds)
        try_on = unclear(remote, "drop-after")

        assert reconciled(try_on) == (Status.NEEDS_ATTENTION, 1)
        assert "differs from the engine's clock by" in try_on.error_message
        assert try_on.slot == 1
        assert remote.stats["submits"] == 1

    @pytest.mark.parametrize("seconds", [-90, 150])
    def test_empty_list_of_a_clock_that_differs_proves_nothing(self, remote, seconds):
        remote.faults.add("clock_skew", seconds=seconds)
        try_on = unclear(remote, "drop-before")

        assert reconciled(try_on) == (Status.NEEDS_ATTENTION, 0)
        assert try_on.slot == 1

    def test_small_difference_of_the_clocks_is_no_doubt(self, remote):
        remote.faults.add("clock_skew", seconds=3)
        try_on = unclear(remote, "drop-before")

        assert reconciled(try_on) == (Status.PREPARING, 0)

    def test_list_without_a_time_proves_nothing(self, remote, monkeypatch):
        try_on = unclear(remote, "drop-before")
        empty = TaskList(tasks=[], server_time=None)
        monkeypatch.setattr(OutfitAnyone, "list_tasks", lambda *_args, **_kwargs: empty)

        assert reconciled(try_on) == (Status.NEEDS_ATTENTION, 0)
        assert "has no date" in try_on.error_message

    def test_delay_that_began_under_a_slow_clock_is_as_long_as_any(self, remote, configure):
        """The worker that began it is gone; the next one reads the list from a clock put right."""
        configure(UNCLEAR_DELAY=60)
        try_on = prepared_try_on()
        remote.faults.add("drop-before", endpoint="submit")
        step(try_on)
        skew = remote.faults.add("clock_skew", seconds=-600)
        step(try_on)
        remote.faults.remove(skew.id)

        assert reconciled(try_on) == (Status.SUBMITTING, 0)

    def test_clock_that_was_set_back_proves_nothing(self, remote):
        try_on = unclear(remote, "drop-before")
        TryOnResult.objects.update(unclear_since=timezone.now() + timedelta(minutes=1))

        assert reconciled(try_on) == (Status.NEEDS_ATTENTION, 0)

    @pytest.mark.parametrize("seconds", [-90, 90])
    @pytest.mark.parametrize("exclusive", [False, True])
    def test_clock_of_the_host_that_submitted_may_be_wrong(
        self, remote, configure, seconds, exclusive
    ):
        """The task is found, but its time does not fit, so a person decides."""
        configure(EXCLUSIVE=exclusive)
        try_on = unclear(remote, "drop-after")
        backdate_submit(try_on, seconds=seconds)

        assert reconciled(try_on) == (Status.NEEDS_ATTENTION, 1)
        assert remote.stats["submits"] == 1

    def test_submit_that_takes_effect_late_is_found(self, remote, configure):
        """The list proves nothing while a POST can still take effect: both timeouts count."""
        configure(CONNECT_TIMEOUT=60, READ_TIMEOUT=0.5, UNCLEAR_DELAY=0.05)
        remote.faults.add("late", seconds=1.2)
        try_on = prepared_try_on()
        end = time.monotonic() + 30
        while not remote.stats["accepted"] and time.monotonic() < end:
            step(try_on)
            assert try_on.status == Status.SUBMITTING
            time.sleep(0.05)
        settle_unclear(try_on)

        assert reconciled(try_on) == (Status.NEEDS_ATTENTION, 1)
        assert remote.stats["submits"] == 1

    def test_submit_of_a_killed_worker_is_checked_like_any_other(self, remote):
        """The lease of a "submitting" row has expired: the POST may or may not have been sent."""
        try_on = prepared_try_on()
        TryOnResult.objects.filter(pk=try_on.pk).update(
            status=Status.SUBMITTING, slot=1, submitted_at=timezone.now() - timedelta(seconds=1)
        )
        settle_unclear(try_on)

        assert reconciled(try_on) == (Status.PREPARING, 0)

    def test_new_submit_starts_a_new_delay(self, remote):
        try_on = unclear(remote, "drop-before")
        step(try_on)
        remote.faults.add("drop-before", endpoint="submit")
        step(try_on)

        assert (try_on.status, try_on.unclear_since) == (Status.SUBMITTING, None)

    def test_unreadable_task_list_decides_nothing(self, remote):
        try_on = unclear(remote, "drop-after")
        remote.faults.add("error", endpoint="list", code="InternalError")

        assert reconciled(try_on) == (Status.SUBMITTING, 0)

    def test_task_list_that_is_too_long_needs_a_person(self, remote):
        """An error that is not retried must not write an unclear submit off as failed."""
        try_on = unclear(remote, "drop-after")
        backdate_submit(try_on, days=2)

        assert reconciled(try_on)[0] == Status.NEEDS_ATTENTION


class TestKnownTasks:
    """A task belongs to one row for ever, even if the row was deleted."""

    def test_of_another_row_is_no_candidate(self, remote):
        running_try_on()
        try_on = unclear(remote, "drop-before")

        assert reconciled(try_on) == (Status.PREPARING, 0)

    def test_of_a_deleted_row_is_no_candidate(self, remote, configure):
        configure(EXCLUSIVE=True, PARSE_RESULTS=False)
        deleted = running_try_on()
        work(deleted)
        deleted.delete()
        Charge.objects.all().delete()
        try_on = unclear(remote, "drop-before")

        assert reconciled(try_on) == (Status.PREPARING, 0)

    def test_of_a_row_that_was_started_over_is_no_candidate(self, remote, configure):
        configure(EXCLUSIVE=True)
        remote.faults.add("task-failed", code="InvalidPerson")
        first = running_try_on()
        work(first)
        assert first.start_over()
        try_on = unclear(remote, "drop-before")

        assert reconciled(try_on) == (Status.PREPARING, 0)

    def test_that_was_charged_is_no_candidate(self, remote, configure):
        configure(EXCLUSIVE=True, PARSE_RESULTS=False)
        deleted = running_try_on()
        work(deleted)
        deleted.delete()
        KnownTask.objects.all().delete()
        try_on = unclear(remote, "drop-before")

        assert reconciled(try_on) == (Status.PREPARING, 0)

    def test_are_stored_with_each_answer(self, remote):
        try_on = running_try_on()

        assert KnownTask.objects.get().task_id == try_on.remote_task_id

    def test_that_a_person_or_the_list_assigned_are_stored(self, remote, configure):
        try_on = unclear(remote, "drop-after")
        step(try_on)
        (candidate,) = try_on.remote_answer["candidates"]
        assert try_on.adopt_task(candidate["task_id"])

        configure(EXCLUSIVE=True)
        other = unclear(remote, "drop-after")
        step(other)
        assert set(KnownTask.objects.values_list("task_id", flat=True)) == {
            candidate["task_id"],
            other.remote_task_id,
        }


class TestExclusiveAccount:
    """Only this app submits with the account, so an unknown task belongs to an unclear submit."""

    @pytest.fixture(autouse=True)
    def _exclusive(self, remote, configure):
        configure(EXCLUSIVE=True)

    def test_task_is_followed(self, remote):
        try_on = unclear(remote, "drop-after")
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["submits"] == 1

    @pytest.mark.parametrize("order", [1, -1])
    def test_two_unclear_submits_belong_to_two_tasks_in_their_order(self, remote, order):
        sizes = [(200, 300), (240, 320)]
        rows = [
            unclear(remote, "drop-after", person=make_model_image(data=picture(1, size=size)))
            for size in sizes
        ]
        for seconds, try_on in zip([2, 1], rows, strict=True):
            backdate_submit(try_on, seconds=seconds)
        for try_on in rows[::order]:
            step(try_on)
            assert try_on.status == Status.RUNNING
        work(*rows)

        assert [(row.width, row.height) for row in rows] == sizes
        assert remote.stats["submits"] == 2

    def test_submits_close_to_each_other_may_have_arrived_in_another_order(self, remote):
        rows = [unclear(remote, "drop-after") for _ in range(2)]
        TryOnResult.objects.update(submitted_at=timezone.now())

        assert {reconciled(row) for row in rows} == {(Status.NEEDS_ATTENTION, 2)}

    def test_fewer_tasks_than_unclear_submits_prove_nothing(self, remote):
        rows = [unclear(remote, kind) for kind in ("drop-after", "drop-before")]

        assert {reconciled(row) for row in rows} == {(Status.NEEDS_ATTENTION, 1)}

    def test_task_created_before_its_request_left_is_not_followed(self, remote):
        try_on = unclear(remote, "drop-after")
        backdate_submit(try_on, seconds=-20)

        assert reconciled(try_on) == (Status.NEEDS_ATTENTION, 1)

    def test_task_created_after_its_request_was_given_up_is_not_followed(self, remote, configure):
        configure(CONNECT_TIMEOUT=1, READ_TIMEOUT=1)
        try_on = unclear(remote, "drop-after")
        backdate_submit(try_on, seconds=20)

        assert reconciled(try_on) == (Status.NEEDS_ATTENTION, 1)

    def test_task_created_a_little_later_is_followed(self, remote, configure):
        """Two clocks that agree may still differ by some seconds."""
        configure(CONNECT_TIMEOUT=1, READ_TIMEOUT=1)
        try_on = unclear(remote, "drop-after")
        backdate_submit(try_on, seconds=4)
        step(try_on)

        assert try_on.status == Status.RUNNING


def test_candidates__are_described_for_the_person_who_decides(remote):
    remote.set_progression([("RUNNING", 60)])
    try_on = unclear(remote, "drop-after")
    step(try_on)

    (candidate,) = try_on.remote_answer["candidates"]
    assert set(candidate) == {"task_id", "state", "submitted_at"}
    assert candidate["state"] in {"waiting", "running"}
    created_at = datetime.fromisoformat(candidate["submitted_at"])
    assert abs(created_at - try_on.submitted_at) < timedelta(seconds=5)


class TestSlot:
    def test_is_freed_although_the_worker_dies_after_its_decision(self, remote):
        """The decision and the time when the slot is free are written together."""
        remote.set_progression([("RUNNING", 60)])
        row = claimed(unclear(remote, "drop-after"))
        with closing(conf.default_engine.load()) as engine:
            due_at = reconcile(row, engine)

        assert due_at > timezone.now()
        assert TryOnResult.objects.get().due_at == due_at

    def test_is_free_at_once_if_no_task_in_the_list_is_running(self, remote):
        try_on = unclear(remote, "drop-after")
        remote.settle()
        step(try_on)

        assert (try_on.status, try_on.slot, try_on.due_at) == (Status.NEEDS_ATTENTION, None, None)

    def test_is_free_when_the_unclear_task_must_have_ended(self, remote):
        remote.set_progression([("RUNNING", 60)])
        try_on = unclear(remote, "drop-after")
        step(try_on)
        assert try_on.slot == 1
        assert try_on.due_at > timezone.now() + timedelta(minutes=4)

        step(try_on)

        assert (try_on.status, try_on.slot, try_on.due_at) == (Status.NEEDS_ATTENTION, None, None)


def test_default_delay__covers_what_the_engines_gateway_allows():
    assert conf.default_engine.longest_effect("aitryon-plus") > timedelta(seconds=298)
