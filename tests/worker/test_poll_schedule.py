from __future__ import annotations

import itertools
import random
from datetime import datetime, timedelta, timezone
from statistics import mean

import pytest

from django_outfitanyone.engines.base import RemoteState, TaskReport
from django_outfitanyone.models import Account
from django_outfitanyone.worker import poll_schedule

MOMENT = datetime(2026, 11, 21, tzinfo=timezone.utc)


def looks_until(end, known):
    """Ages at which a task that ends at this age is looked at."""
    ages = [poll_schedule.wait(0.0, known)]
    while ages[-1] < end:
        ages.append(ages[-1] + poll_schedule.wait(ages[-1], known))
    return ages


def report(seconds):
    return TaskReport(
        task_id="t",
        state=RemoteState.SUCCEEDED,
        submitted_at=MOMENT,
        finished_at=None if seconds is None else MOMENT + timedelta(seconds=seconds),
    )


def test_wait__first_looks_at_the_unknown_are_frequent_and_grow_rarer(configure):
    configure(POLL_INTERVAL=3)
    ages = looks_until(20, [])

    assert ages[0] == 0.25
    assert len(ages) <= 30
    assert max(b - a for a, b in itertools.pairwise(ages)) < 1.1


class Queue:
    """Sixty tasks at five slots, on a clock of its own, planned as ``collecting`` plans them."""

    def __init__(self, seed, shortest, longest):
        chance = random.Random(seed)
        self.waiting = [chance.uniform(shortest, longest) for _ in range(60)]
        self.known, self.delays, self.looks = [], [], 0
        self.running = {}  # number: [sent at, ends at, next look at]
        for number in range(5):
            self.submit(number, 0.03 * number)
        while self.running:
            self.look(min(self.running, key=lambda number: self.running[number][2]))

    def submit(self, number, now):
        self.running[number] = [now, now + self.waiting.pop(), None]
        self.plan(number, now)

    def plan(self, number, now):
        is_first = number == min(self.running)
        age = now - self.running[number][0]
        self.running[number][2] = now + poll_schedule.wait(age, self.known, is_first=is_first)

    def look(self, number):
        sent_at, ends_at, now = self.running[number]
        self.looks += 1
        if now < ends_at:
            self.plan(number, now)
            return
        del self.running[number]
        self.delays.append(now - ends_at)
        self.known = [*self.known, ends_at - sent_at][-poll_schedule.REMEMBERED :]
        if len(self.known) == 1:
            for other in self.running:
                self.plan(other, now)
        if self.waiting:
            self.submit(60 - len(self.waiting), now + 0.03)


def test_wait__few_calls_and_short_delays_on_a_new_account_whatever_its_tasks_take(configure):
    """The bars of the bench, 5 calls and 0.6 s, for all lengths and not only for those it meets."""
    configure(POLL_INTERVAL=3)
    queues = [Queue(seed, 15.3, 18.7) for seed in range(100)]
    calls = sorted(1 + queue.looks / 60 for queue in queues)
    delays = sorted(mean(queue.delays) for queue in queues)

    assert calls[95] <= 5
    assert delays[95] <= 0.6


def test_wait__late_look_at_the_unknown_delays_none_that_follow():
    assert poll_schedule.wait(1.1, []) == pytest.approx(0.15)


def test_wait__only_the_first_of_the_unknown_is_looked_at_often():
    assert poll_schedule.wait(1, [], is_first=False) == 3
    assert poll_schedule.wait(12, [], is_first=False) == 12
    assert poll_schedule.wait(1, [], is_first=True) < 0.5


def test_wait__old_tasks_are_looked_at_ever_more_rarely():
    assert poll_schedule.wait(600, []) == pytest.approx(30)
    assert poll_schedule.wait(600, [17.0] * 20) == pytest.approx(30)
    assert poll_schedule.wait(24 * 3600, []) == 60


@pytest.mark.parametrize(("shortest", "longest"), [(15, 20), (2, 2.1), (30, 45)])
def test_wait__few_looks_and_short_delays_once_the_durations_are_known(shortest, longest):
    chance = random.Random(1)
    known = [chance.uniform(shortest, longest) for _ in range(20)]
    counts, delays = [], []
    for _ in range(500):
        end = chance.uniform(shortest, longest)
        ages = looks_until(end, known)
        counts.append(len(ages))
        delays.append(ages[-1] - end)

    assert sum(counts) / 500 <= 4
    assert sum(delays) / 500 <= (longest - shortest) / 8 + 0.2


@pytest.mark.parametrize("count", [1, 2, 20])
def test_wait__one_look_is_when_the_latest_of_them_ended(count):
    assert pytest.approx(17.0) in looks_until(17, [17.0] * count)


def test_wait__steady_durations_need_one_look():
    assert len(looks_until(17, [17.0] * 20)) == 1


@pytest.mark.parametrize("age", [16.9, 17.0, 17.1])
def test_wait__looks_at_the_same_ages_whenever_one_begins_to_count(age):
    known = [15.0, 19.0] * 10
    planned = looks_until(19, known)

    following = age + poll_schedule.wait(age, known)

    assert any(following == pytest.approx(look) for look in planned)


def test_wait__one_stray_among_twenty_changes_little():
    assert poll_schedule.wait(0, [17.0] * 19 + [300.0]) == pytest.approx(17, abs=0.5)


def test_wait__slower_than_ever_is_looked_at_more_rarely_each_time():
    waits = [poll_schedule.wait(17.0 + overdue, [17.0] * 20) for overdue in (1, 2, 4)]

    assert waits == sorted(waits)
    assert waits[-1] <= 3


@pytest.mark.django_db
def test_remember__keeps_the_latest_of_each_model():
    account = Account.current()
    for number in range(30):
        poll_schedule.remember(account, "aitryon-plus", report(number))
    poll_schedule.remember(account, "aitryon", report(4))

    known = Account.current().task_seconds
    assert known == {"aitryon-plus": [float(n) for n in range(10, 30)], "aitryon": [4.0]}


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", [None, -5])
def test_remember__nothing_when_the_times_make_no_sense(seconds):
    account = Account.current()
    poll_schedule.remember(account, "aitryon-plus", report(seconds))

    assert Account.current().task_seconds == {}
