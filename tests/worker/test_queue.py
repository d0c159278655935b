from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.worker import queue
from tests.factories import make_model_image, make_try_on
from tests.work import claimed

pytestmark = pytest.mark.django_db


def kinds(items):
    """Return the kinds of step for which the queue has a job and room."""
    return [item.kind for item in items if item.jobs.exists() and item.room > 0]


def test_next_due_at__none_while_no_job_is_open():
    make_try_on()

    assert queue.next_due_at(Account.current()) is None


def test_next_due_at__earliest_of_try_ons_and_parses():
    parse = parse_clothes(make_model_image(), ["upper"])
    make_try_on(status=Status.QUEUED)
    now = timezone.now()
    TryOnResult.objects.update(due_at=now + timedelta(seconds=30))
    type(parse).objects.update(due_at=now + timedelta(seconds=20))

    assert queue.next_due_at(Account.current()) == now + timedelta(seconds=20)


def test_next_due_at__leased_job_is_due_when_its_lease_ends():
    claimed(make_try_on(status=Status.QUEUED))
    due_at = queue.next_due_at(Account.current())

    assert due_at == pytest.approx(timezone.now() + conf.lease, abs=timedelta(seconds=5))


def test_is_soon():
    now = timezone.now()

    assert queue.is_soon(now)
    assert not queue.is_soon(now + timedelta(minutes=1))
    assert not queue.is_soon(None)


def test_polls__are_the_try_ons_that_may_hold_a_slot():
    running = make_try_on(status=Status.RUNNING, slot=1)
    make_try_on(status=Status.PREPARING, is_prepared=True)
    (item,) = queue.polls(Account.current())

    assert (item.kind, list(item.jobs)) == ("poll", [running])


def test_submits__are_the_prepared_try_ons_and_as_many_as_slots_are_free(configure):
    configure(CONCURRENT_TASKS=3)
    make_try_on(status=Status.RUNNING, slot=1)
    prepared = make_try_on(status=Status.PREPARING, is_prepared=True)
    make_try_on(status=Status.PREPARING)
    (item,) = queue.submits(Account.current())

    assert (item.kind, list(item.jobs), item.room) == ("submit", [prepared], 2)


def test_submits__have_no_room_without_a_free_slot(configure):
    configure(CONCURRENT_TASKS=1)
    make_try_on(status=Status.RUNNING, slot=1)
    make_try_on(status=Status.PREPARING, is_prepared=True)

    assert kinds(queue.submits(Account.current())) == []


@pytest.mark.parametrize("column", ["stopped_at", "next_submission_at"])
def test_submits__are_none_while_the_account_is_stopped_or_paused(column):
    account = Account.current()
    make_try_on(status=Status.PREPARING, is_prepared=True)
    Account.objects.update(**{column: timezone.now() + timedelta(minutes=1)})

    assert queue.submits(account) == []


def test_is_slot_wanted__by_a_prepared_try_on():
    make_try_on(status=Status.QUEUED)
    assert not queue.is_slot_wanted(Account.current())

    make_try_on(status=Status.PREPARING, is_prepared=True)
    assert queue.is_slot_wanted(Account.current())

    Account.objects.update(stopped_at=timezone.now())
    assert not queue.is_slot_wanted(Account.current())


def test_slow__new_parse_leaves_the_rate_limit_to_a_try_on_that_can_fill_a_slot():
    parse_clothes(make_model_image(), ["upper"])
    assert kinds(queue.slow(Account.current())) == ["parse"]

    make_try_on(status=Status.PREPARING, is_prepared=True)
    assert kinds(queue.slow(Account.current())) == []


def test_slow__only_a_few_try_ons_are_prepared_ahead(configure):
    configure(CONCURRENT_TASKS=1)
    make_try_on(status=Status.QUEUED)
    make_try_on(status=Status.PREPARING, is_prepared=True)
    assert kinds(queue.slow(Account.current())) == ["prepare"]

    make_try_on(status=Status.PREPARING, is_prepared=True)
    assert kinds(queue.slow(Account.current())) == []


def test_slow__stopped_account_still_downloads_and_reuses():
    make_try_on(status=Status.COLLECTING)
    finished = make_try_on()
    reusable = make_try_on(
        status=Status.QUEUED, garments=finished.garments, model_image=finished.model_image
    )
    make_try_on(status=Status.QUEUED)
    Account.objects.update(stopped_at=timezone.now())
    items = [item for item in queue.slow(Account.current()) if item.jobs.exists()]

    assert [item.kind for item in items] == ["collect", "prepare"]
    assert list(items[1].jobs) == [reusable]
