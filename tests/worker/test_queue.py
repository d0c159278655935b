from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.worker import queue
from django_outfitanyone.worker.queue import Lane
from tests.factories import make_model_image, make_try_on
from tests.work import claimed

pytestmark = pytest.mark.django_db


ROOM = {Lane.SLOTS: 10, Lane.PICTURES: 10}


def due(lane, room=ROOM):
    """Return the keys of the jobs of this lane that are due, in order."""
    work = queue.due_work(Account.of(), room)
    return [pk for found in work.due if found.lane is lane for pk in found.ids]


def test_next_due_at__none_while_no_job_is_open():
    make_try_on()

    assert queue.next_due_at(Account.of()) is None


def test_next_due_at__earliest_of_try_ons_and_parses():
    parse = parse_clothes(make_model_image(), ["upper"])
    make_try_on(status=Status.QUEUED)
    now = timezone.now()
    TryOnResult.objects.update(due_at=now + timedelta(seconds=30))
    type(parse).objects.update(due_at=now + timedelta(seconds=20))

    assert queue.next_due_at(Account.of()) == now + timedelta(seconds=20)


def test_next_due_at__leased_job_is_due_when_its_lease_ends():
    claimed(make_try_on(status=Status.QUEUED))
    due_at = queue.next_due_at(Account.of())

    assert due_at == pytest.approx(
        timezone.now() + conf.default_engine.lease(), abs=timedelta(seconds=5)
    )


@pytest.mark.parametrize("has_rows", [False, True])
def test_due_work__knows_at_once_that_the_account_was_stopped(has_rows):
    account = Account.of()
    make_try_on(status=Status.QUEUED)
    if has_rows:
        make_try_on(status=Status.PREPARING, is_prepared=True)
    Account.objects.update(stopped_at=timezone.now())

    assert not queue.due_work(account, ROOM).due
    assert account.is_stopped


def test_is_due_soon():
    account = Account.of()
    assert not queue.is_due_soon(account)

    make_try_on(status=Status.QUEUED)
    assert queue.is_due_soon(account)

    TryOnResult.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    assert not queue.is_due_soon(account)


def test_is_soon():
    now = timezone.now()

    assert queue.is_soon(now)
    assert not queue.is_soon(now + timedelta(minutes=1))
    assert not queue.is_soon(None)


def test_due_work__polls_come_before_the_submits_into_free_slots(configure):
    configure(CONCURRENT_TASKS=3)
    prepared = make_try_on(status=Status.PREPARING, is_prepared=True)
    running = make_try_on(status=Status.RUNNING, slot=1)
    make_try_on(status=Status.SUCCEEDED)

    assert due(Lane.SLOTS) == [running.pk, prepared.pk]


def test_due_work__submits_no_more_than_slots_are_free(configure):
    configure(CONCURRENT_TASKS=3)
    make_try_on(status=Status.RUNNING, slot=1)
    TryOnResult.objects.update(due_at=timezone.now() + timedelta(seconds=9))
    first, second, _third = (
        make_try_on(status=Status.PREPARING, is_prepared=True) for _ in range(3)
    )

    assert due(Lane.SLOTS) == [first.pk, second.pk]


def test_due_work__a_submit_that_has_begun_will_take_a_slot(configure):
    configure(CONCURRENT_TASKS=1)
    claimed(make_try_on(status=Status.PREPARING, is_prepared=True))
    make_try_on(status=Status.PREPARING, is_prepared=True)

    assert due(Lane.SLOTS) == []


def test_due_work__submits_no_more_than_the_rate_limit_allows(configure):
    configure(SUBMITS="1/s")
    for _ in range(2):
        make_try_on(status=Status.PREPARING, is_prepared=True)
    work = queue.due_work(Account.of(), ROOM)

    assert [len(found.ids) for found in work.due] == [1]
    assert work.next_due_at > timezone.now()


@pytest.mark.parametrize("column", ["stopped_at", "next_submission_at"])
def test_due_work__no_submit_while_the_account_is_stopped_or_paused(column):
    Account.of()
    make_try_on(status=Status.PREPARING, is_prepared=True)
    Account.objects.update(**{column: timezone.now() + timedelta(minutes=1)})

    assert due(Lane.SLOTS) == []


def test_due_work__parses_do_not_wait_for_try_ons():
    make_try_on(status=Status.PREPARING, is_prepared=True)
    parse = parse_clothes(make_model_image(), ["upper"])
    (found,) = [one for one in queue.due_work(Account.of(), ROOM).due if one.lane is Lane.PICTURES]

    assert list(found.jobs.filter(pk__in=found.ids)) == [parse]


def test_due_work__only_a_few_try_ons_are_prepared_ahead(configure):
    configure(CONCURRENT_TASKS=1)
    make_try_on(status=Status.PREPARING, is_prepared=True)
    first, _second = (make_try_on(status=Status.QUEUED) for _ in range(2))
    assert due(Lane.PICTURES) == [first.pk]

    make_try_on(status=Status.PREPARING, is_prepared=True)
    assert due(Lane.PICTURES) == []


def test_due_work__kinds_share_the_room():
    queued = [make_try_on(status=Status.QUEUED) for _ in range(3)]
    collecting = [make_try_on(status=Status.COLLECTING) for _ in range(3)]
    room = {Lane.SLOTS: 0, Lane.PICTURES: 3}

    assert due(Lane.PICTURES, room) == [queued[0].pk, queued[1].pk, collecting[0].pk]
    assert queue.due_work(Account.of(), room).is_cut
    assert not queue.due_work(Account.of(), ROOM).is_cut


def test_due_work__stopped_account_still_downloads_and_reuses():
    collecting = make_try_on(status=Status.COLLECTING)
    finished = make_try_on()
    reusable = make_try_on(
        status=Status.QUEUED, garments=finished.garments, model_image=finished.model_image
    )
    make_try_on(status=Status.QUEUED)
    Account.objects.update(stopped_at=timezone.now())

    assert due(Lane.PICTURES) == [reusable.pk, collecting.pk]


def test_due_work__leased_job_is_not_due():
    claimed(make_try_on(status=Status.RUNNING, slot=1))

    assert due(Lane.SLOTS) == []


def test_due_work__needs_one_statement_while_it_waits(django_assert_num_queries):
    for slot in range(1, 4):
        make_try_on(status=Status.RUNNING, slot=slot)
        make_try_on(status=Status.PREPARING, is_prepared=True)
    TryOnResult.objects.update(due_at=timezone.now() + timedelta(seconds=9))
    account = Account.of()

    with django_assert_num_queries(1):
        assert queue.due_work(account, ROOM).due == []
