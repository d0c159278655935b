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
from tests.worker.test_runner import ask

pytestmark = pytest.mark.django_db


def kinds(items):
    return [item.kind for item in items if item.queue.exists() and item.room > 0]


def test_next_due_at__nothing_open(remote):
    make_try_on()

    assert queue.next_due_at(Account.current()) is None


def test_next_due_at__the_earliest_of_all(remote):
    parse = parse_clothes(make_model_image(), ["upper"])
    ask()
    now = timezone.now()
    TryOnResult.objects.update(due_at=now + timedelta(seconds=30))
    type(parse).objects.update(due_at=now + timedelta(seconds=20))

    assert queue.next_due_at(Account.current()) == now + timedelta(seconds=20)


def test_next_due_at__row_in_somebodys_hands_is_due_when_the_lease_ends(remote):
    (try_on,) = ask()
    TryOnResult.objects.filter(pk=try_on.pk).claim(limit=1, lease=conf.lease)
    due_at = queue.next_due_at(Account.current())

    assert due_at == pytest.approx(timezone.now() + conf.lease, abs=timedelta(seconds=5))


def test_urgent__looks_before_submits(remote):
    make_try_on(status=Status.RUNNING, slot=1)
    make_try_on(status=Status.PREPARING, is_prepared=True)

    assert kinds(queue.urgent(Account.current())) == ["look", "submit"]


def test_urgent__without_a_free_slot_nothing_is_submitted(remote, configure):
    configure(CONCURRENT_TASKS=1)
    make_try_on(status=Status.RUNNING, slot=1)
    make_try_on(status=Status.PREPARING, is_prepared=True)

    assert kinds(queue.urgent(Account.current())) == ["look"]


def test_is_slot_wanted__by_a_try_on_that_is_ready(remote):
    make_try_on(status=Status.QUEUED)
    assert not queue.is_slot_wanted(Account.current())

    make_try_on(status=Status.PREPARING, is_prepared=True)
    assert queue.is_slot_wanted(Account.current())

    Account.objects.update(stopped_at=timezone.now())
    assert not queue.is_slot_wanted(Account.current())


def test_patient__search_leaves_the_gate_to_who_can_fill_a_slot(remote):
    parse_clothes(make_model_image(), ["upper"])
    assert kinds(queue.patient(Account.current())) == ["search"]

    make_try_on(status=Status.PREPARING, is_prepared=True)
    assert kinds(queue.patient(Account.current())) == []


def test_patient__only_a_few_are_made_ready_ahead(remote, configure):
    configure(CONCURRENT_TASKS=1)
    make_try_on(status=Status.QUEUED)
    make_try_on(status=Status.PREPARING, is_prepared=True)
    assert kinds(queue.patient(Account.current())) == ["prepare"]

    make_try_on(status=Status.PREPARING, is_prepared=True)
    assert kinds(queue.patient(Account.current())) == []
