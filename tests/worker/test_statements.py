"""A try-on takes a bounded number of SQL statements, as docs/performance.md says."""

from __future__ import annotations

from contextlib import closing

import pytest
from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, ClothesParse, Hotspot, TryOnResult
from django_outfitanyone.models.database import connection
from django_outfitanyone.worker import queue
from django_outfitanyone.worker.queue import Lane
from django_outfitanyone.worker.steps import advance
from tests.work import queued_try_on, work

pytestmark = pytest.mark.django_db(transaction=True)

ROOM = {Lane.SLOTS: 5, Lane.PICTURES: 5}
MOST = 59
"""59 on SQLite, where ``BEGIN`` counts; a run of several try-ons shares some of them."""


class Counter:
    def __init__(self):
        self.statements = []

    def __call__(self, execute, sql, *arguments):
        self.statements.append(sql[:70])
        return execute(sql, *arguments)


def turn(account, engine):
    """Take the steps that are due, as the runner and its threads do; return how many."""
    work = queue.due_work(account, ROOM)
    jobs = [
        job
        for model, lanes in work.by_model().items()
        for job in model.objects.claim(list(lanes), lease=conf.default_engine.lease())
    ]
    for job in jobs:
        following = job
        while following:
            following = advance(following, engine, may_follow=lambda _job: True)
    return len(jobs)


@pytest.fixture
def steady(remote, configure):
    """An account that has worked before: its counters, rates and durations are known."""
    configure(SUBMITS="1000/s")
    work(queued_try_on())
    return Account.of()


def test_try_on__takes_few_statements_from_the_request_to_its_hotspots(remote, steady):
    try_on, counter, turns = queued_try_on(), Counter(), 0
    with closing(conf.default_engine.load()) as engine:
        while TryOnResult.objects.open().exists():
            TryOnResult.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
            remote.settle()
            with connection().execute_wrapper(counter):
                assert turn(steady, engine)
            turns += 1

    assert turns == 3  # prepare; submit; poll, store and parse
    assert ClothesParse.objects.get(try_on=try_on).has_succeeded
    assert Hotspot.objects.filter(try_on=try_on).count() == 2
    assert len(counter.statements) <= MOST, "\n".join(counter.statements)
