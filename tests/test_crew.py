from __future__ import annotations

import threading
from contextlib import closing

import pytest
from django.db import OperationalError

from django_outfitanyone import crew, poller
from django_outfitanyone.conf import conf
from django_outfitanyone.crew import HANDS, Crew
from django_outfitanyone.models import ClothesParse, TryOnResult
from django_outfitanyone.signals import status_changed
from django_outfitanyone.statuses import Status
from tests.test_poller import ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team(remote):
    with closing(conf.load_provider()) as provider:
        made = Crew(provider)
        yield made
        made.dismiss()


def claimed():
    ask()
    (job,) = TryOnResult.objects.all().claim(limit=1, lease=conf.lease)
    return job


def test_give__advances_the_job_and_frees_the_hand(team):
    job = claimed()
    team.give("prepare", job)
    team.wait(30)
    job.refresh_from_db()

    assert (job.status, job.lease_token) == (Status.PREPARING, "")
    assert not team.is_busy


def test_free_hands__as_many_as_there_are_of_each_kind(team, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(crew, "advance", lambda job, provider: gate.wait(30))
    for _ in range(HANDS["collect"]):
        team.give("collect", claimed())

    assert team.free_hands("collect") == 0
    assert team.free_hands("search") == HANDS["search"]
    gate.set()


def test_give__database_fault_is_no_reason_to_give_up(team, monkeypatch, caplog):
    def locked(job, provider):
        raise OperationalError("database is locked")

    monkeypatch.setattr(crew, "advance", locked)
    team.give("collect", claimed())
    team.wait(30)

    assert "database is locked" in caplog.text
    assert team.free_hands("collect") == HANDS["collect"]


def test_run__slow_search_keeps_no_slot_empty(remote, configure):
    configure(CONCURRENT_TASKS=1)
    remote.faults.add("delay", endpoint="parse", delay=3, times=None)
    heard = []

    def note(sender, job, new, **_):
        heard.append((sender, new))

    status_changed.connect(note)
    try:
        ask(3)
        poller.run(budget=60)
    finally:
        status_changed.disconnect(note)

    third_submit = [n for n, event in enumerate(heard) if event == (TryOnResult, "submitting")][2]
    assert third_submit < heard.index((ClothesParse, "collecting"))
    assert TryOnResult.objects.succeeded().count() == 3
