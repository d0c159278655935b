from __future__ import annotations

import threading
from contextlib import closing

import pytest
from django.db import OperationalError

from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.models import ClothesParse, TryOnResult
from django_outfitanyone.signals import status_changed
from django_outfitanyone.worker import runner, thread_pool
from django_outfitanyone.worker.thread_pool import HANDS, Crew
from tests.worker.test_runner import ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team(remote):
    with closing(conf.load_engine()) as provider:
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


def test_room__one_more_than_hands_of_each_kind(team, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(thread_pool, "advance", lambda job, provider: gate.wait(30))
    for _ in range(HANDS["collect"] + 1):
        team.give("collect", claimed())

    assert team.room("collect") == 0
    assert team.room("search") == HANDS["search"] + 1
    gate.set()


def test_give__waiting_job_is_done_by_the_first_free_hand(team, monkeypatch):
    first_may_end, done = threading.Event(), []

    def advance(job, provider):
        if not done:
            first_may_end.wait(30)
        done.append((job.pk, threading.current_thread().name))

    monkeypatch.setattr(thread_pool, "advance", advance)
    for job in (claimed(), claimed()):
        team.give("prepare", job)
    first_may_end.set()
    while team.is_busy:
        team.wait(30)

    assert len(done) == 2
    assert len({hand for _pk, hand in done}) == HANDS["prepare"]


@pytest.mark.parametrize("error", [OperationalError("database is locked"), KeyError("a bug")])
def test_give__fault_is_no_reason_to_give_up(team, monkeypatch, caplog, error):
    def fail(job, provider):
        raise error

    monkeypatch.setattr(thread_pool, "advance", fail)
    for _ in range(HANDS["collect"] + 1):
        team.give("collect", claimed())
    while team.is_busy:
        team.wait(30)

    assert str(error) in caplog.text
    assert team.room("collect") == HANDS["collect"] + 1


def test_run__slow_search_keeps_no_slot_empty(remote, configure):
    configure(CONCURRENT_TASKS=1)
    remote.faults.add("delay", endpoint="parse", delay=3, times=None)
    heard = []

    def note(sender, job, new, **_):
        heard.append((sender, new))

    status_changed.connect(note)
    try:
        ask(3)
        runner.run(budget=60)
    finally:
        status_changed.disconnect(note)

    third_submit = [n for n, event in enumerate(heard) if event == (TryOnResult, "submitting")][2]
    assert third_submit < heard.index((ClothesParse, "collecting"))
    assert TryOnResult.objects.succeeded().count() == 3
