from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import TryOnResult
from tests.drawing import picture
from tests.factories import make_model_image
from tests.work import backdate_submit, prepared_try_on, step, work

pytestmark = pytest.mark.django_db


def test_reconcile__task_of_an_exclusive_account_is_followed(remote, configure):
    configure(EXCLUSIVE_ACCOUNT=True)
    try_on = prepared_try_on()
    remote.faults.add("drop-after", endpoint="submit")
    step(try_on)
    backdate_submit(try_on, seconds=1)
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert remote.stats["submits"] == 1


def test_reconcile__two_unclear_submits_belong_to_two_tasks_in_their_order(remote, configure):
    configure(EXCLUSIVE_ACCOUNT=True)
    remote.faults.add("drop-after", endpoint="submit", times=2)
    sizes = [(200, 300), (240, 320)]
    rows = [prepared_try_on(person=make_model_image(data=picture(1, size=size))) for size in sizes]
    for seconds, try_on in zip([2, 1], rows, strict=True):
        step(try_on)
        backdate_submit(try_on, seconds=seconds)
    work(*rows)

    assert [(row.width, row.height) for row in rows] == sizes
    assert remote.stats["submits"] == 2


def test_reconcile__fewer_tasks_than_unclear_submits_prove_nothing(remote, configure):
    configure(EXCLUSIVE_ACCOUNT=True)
    remote.faults.add("drop-after", endpoint="submit")
    remote.faults.add("drop-before", endpoint="submit")
    rows = [prepared_try_on(), prepared_try_on()]
    for try_on in rows:
        step(try_on)
        backdate_submit(try_on, seconds=1)
    for try_on in rows:
        step(try_on)

    assert {row.status for row in rows} == {Status.NEEDS_ATTENTION}


def test_reconcile__empty_task_list_proves_that_nothing_arrived(remote):
    try_on = prepared_try_on()
    remote.faults.add("drop-before", endpoint="submit")
    step(try_on)
    assert try_on.status == Status.SUBMITTING

    backdate_submit(try_on, seconds=1)
    step(try_on)
    assert (try_on.status, try_on.slot) == (Status.PREPARING, None)

    work(try_on)
    assert try_on.status == Status.SUCCEEDED
    assert remote.stats["accepted"] == 1


def test_reconcile__waits_for_the_safe_delay(remote, configure):
    configure(UNCLEAR_SUBMIT_DELAY=60)
    try_on = prepared_try_on()
    remote.faults.add("drop-before", endpoint="submit")
    step(try_on)
    step(try_on)

    assert try_on.status == Status.SUBMITTING
    assert remote.stats["lists"] == 0


def test_reconcile__ignores_the_tasks_of_other_rows(remote):
    other = prepared_try_on()
    step(other)
    try_on = prepared_try_on()
    remote.faults.add("drop-before", endpoint="submit")
    step(try_on)
    backdate_submit(try_on, seconds=1)

    step(try_on)

    assert try_on.status == Status.PREPARING


def test_reconcile__submit_of_a_killed_worker_is_checked_like_any_other(remote):
    """The lease of a "submitting" row has expired: the POST may or may not have been sent."""
    try_on = prepared_try_on()
    TryOnResult.objects.filter(pk=try_on.pk).update(
        status=Status.SUBMITTING, slot=1, submitted_at=timezone.now() - timedelta(seconds=1)
    )

    step(try_on)

    assert try_on.status == Status.PREPARING


def test_reconcile__unreadable_task_list_decides_nothing(remote):
    try_on = prepared_try_on()
    remote.faults.add("drop-after", endpoint="submit")
    step(try_on)
    backdate_submit(try_on, seconds=1)
    remote.faults.add("error", endpoint="list", code="InternalError")

    step(try_on)

    assert try_on.status == Status.SUBMITTING


def test_reconcile__frees_the_slot_at_once_if_no_task_in_the_list_is_running(remote):
    try_on = prepared_try_on()
    remote.faults.add("drop-after", endpoint="submit")
    step(try_on)
    remote.settle()
    backdate_submit(try_on, seconds=1)

    step(try_on)

    assert (try_on.status, try_on.slot, try_on.due_at) == (Status.NEEDS_ATTENTION, None, None)


def test_free_slot__comes_when_the_unclear_task_must_have_ended(remote):
    remote.set_progression([("RUNNING", 60)])
    try_on = prepared_try_on()
    remote.faults.add("drop-after", endpoint="submit")
    step(try_on)
    backdate_submit(try_on, seconds=1)
    step(try_on)
    assert try_on.slot == 1
    assert try_on.due_at > timezone.now() + timedelta(minutes=4)

    step(try_on)

    assert (try_on.status, try_on.slot, try_on.due_at) == (Status.NEEDS_ATTENTION, None, None)
