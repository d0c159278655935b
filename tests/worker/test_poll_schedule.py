from __future__ import annotations

import itertools
import random
from datetime import datetime, timedelta, timezone
from statistics import mean

import pytest
from django.utils import timezone as clock

from django_outfitanyone.choices import Status
from django_outfitanyone.engines.base import RemoteState, TaskReport
from django_outfitanyone.models import Account
from django_outfitanyone.worker.poll_schedule import (
    REMEMBERED,
    PollSchedule,
    schedule_for,
    wait,
)
from tests.factories import make_try_on

MOMENT = datetime(2026, 11, 21, tzinfo=timezone.utc)
MODEL = "aitryon-plus"


def poll_ages(end, durations):
    """Return the ages at which a task is polled that ends at the age ``end``."""
    ages = [wait(0.0, durations)]
    while ages[-1] < end:
        ages.append(ages[-1] + wait(ages[-1], durations))
    return ages


def report(seconds):
    return TaskReport(
        handle="t",
        state=RemoteState.SUCCEEDED,
        submitted_at=MOMENT,
        finished_at=None if seconds is None else MOMENT + timedelta(seconds=seconds),
    )


def test_wait__first_polls_of_a_new_account_are_frequent_and_become_rarer(configure):
    configure(POLL_INTERVAL=3)
    ages = poll_ages(20, [])

    assert ages[0] == 0.25
    assert len(ages) <= 30
    assert max(b - a for a, b in itertools.pairwise(ages)) < 1.1


class Simulation:
    """Sixty tasks in five slots, on a simulated clock, polled as ``PollSchedule`` plans it."""

    def __init__(self, seed, shortest, longest):
        chance = random.Random(seed)
        self.waiting = [chance.uniform(shortest, longest) for _ in range(60)]
        self.durations, self.delays, self.polls = [], [], 0
        self.running = {}  # number: [sent at, ends at, next poll at]
        for number in range(5):
            self.submit(number, 0.03 * number)
        while self.running:
            self.poll(min(self.running, key=lambda number: self.running[number][2]))

    def submit(self, number, now):
        self.running[number] = [now, now + self.waiting.pop(), None]
        self.plan(number, now)

    def plan(self, number, now):
        is_first = number == min(self.running)
        age = now - self.running[number][0]
        self.running[number][2] = now + wait(age, self.durations, is_first=is_first)

    def poll(self, number):
        sent_at, ends_at, now = self.running[number]
        self.polls += 1
        if now < ends_at:
            self.plan(number, now)
            return
        del self.running[number]
        self.delays.append(now - ends_at)
        self.durations = [*self.durations, ends_at - sent_at][-REMEMBERED:]
        if len(self.durations) == 1:
            for other in self.running:
                self.plan(other, now)
        if self.waiting:
            self.submit(60 - len(self.waiting), now + 0.03)


def test_wait__few_calls_and_short_delays_on_a_new_account(configure):
    """The benchmark's limits, 5 calls and 0.6 s, for many durations and not only for its own."""
    configure(POLL_INTERVAL=3)
    simulations = [Simulation(seed, 15.3, 18.7) for seed in range(100)]
    calls = sorted(1 + simulation.polls / 60 for simulation in simulations)
    delays = sorted(mean(simulation.delays) for simulation in simulations)

    assert calls[95] <= 5
    assert delays[95] <= 0.6


def test_wait__late_poll_does_not_delay_the_following_ones():
    assert wait(1.1, []) == pytest.approx(0.15)


def test_wait__without_durations_only_the_first_task_is_polled_often():
    assert wait(1, [], is_first=False) == 3
    assert wait(12, [], is_first=False) == 12
    assert wait(1, [], is_first=True) < 0.5


def test_wait__polls_of_an_old_task_become_rarer():
    assert wait(600, []) == pytest.approx(30)
    assert wait(600, [17.0] * 20) == pytest.approx(30)
    assert wait(24 * 3600, []) == 60


@pytest.mark.parametrize(("shortest", "longest"), [(15, 20), (2, 2.1), (30, 45)])
def test_wait__few_polls_and_short_delays_once_durations_are_known(shortest, longest):
    chance = random.Random(1)
    durations = [chance.uniform(shortest, longest) for _ in range(20)]
    counts, delays = [], []
    for _ in range(500):
        end = chance.uniform(shortest, longest)
        ages = poll_ages(end, durations)
        counts.append(len(ages))
        delays.append(ages[-1] - end)

    assert sum(counts) / 500 <= 4
    assert sum(delays) / 500 <= (longest - shortest) / 8 + 0.2


@pytest.mark.parametrize("count", [1, 2, 20])
def test_wait__one_poll_is_exactly_at_the_longest_usual_duration(count):
    assert pytest.approx(17.0) in poll_ages(17, [17.0] * count)


def test_wait__equal_durations_need_one_poll():
    assert len(poll_ages(17, [17.0] * 20)) == 1


@pytest.mark.parametrize("age", [16.9, 17.0, 17.1])
def test_wait__polls_lie_at_the_same_ages_whatever_the_current_age(age):
    durations = [15.0, 19.0] * 10
    planned = poll_ages(19, durations)

    following = age + wait(age, durations)

    assert any(following == pytest.approx(poll) for poll in planned)


def test_wait__one_outlier_among_twenty_changes_little():
    assert wait(0, [17.0] * 19 + [300.0]) == pytest.approx(17, abs=0.5)


def test_wait__polls_of_an_overdue_task_become_rarer():
    waits = [wait(17.0 + overdue, [17.0] * 20) for overdue in (1, 2, 4)]

    assert waits == sorted(waits)
    assert waits[-1] <= 3


def from_now(seconds):
    return pytest.approx(clock.now() + timedelta(seconds=seconds), abs=timedelta(seconds=1))


@pytest.mark.django_db
class TestPollSchedule:
    @pytest.fixture
    def account(self):
        return Account.of()

    def test_record__keeps_the_latest_durations_of_each_model(self, account):
        for number in range(30):
            PollSchedule(account, MODEL).record(report(number))
        PollSchedule(account, "aitryon").record(report(4))

        expected = {MODEL: [float(n) for n in range(10, 30)], "aitryon": [4.0]}
        assert account.task_seconds == Account.of().task_seconds == expected

    def test_record__returns_whether_the_duration_is_the_first(self, account):
        assert PollSchedule(account, MODEL).record(report(17))
        assert not PollSchedule(account, MODEL).record(report(17))
        assert PollSchedule(account, "aitryon").record(report(4))

    @pytest.mark.parametrize("seconds", [None, -5])
    def test_record__ignores_times_that_give_no_duration(self, account, seconds):
        assert not PollSchedule(account, MODEL).record(report(seconds))
        assert Account.of().task_seconds == {}

    def test_next_poll_at__follows_the_durations_of_the_remote_model(self, account):
        account.task_seconds = {MODEL: [17.0] * 20, "aitryon": [4.0] * 20}
        account.save()
        plus, plain = (
            make_try_on(status=Status.RUNNING, submitted_at=clock.now(), remote_model=model)
            for model in (MODEL, "aitryon")
        )

        assert schedule_for(plus).next_poll_at(plus) == from_now(17)
        assert schedule_for(plain).next_poll_at(plain) == from_now(4)

    def test_next_poll_at__without_durations_is_soon_for_the_first_task_only(
        self, account, configure
    ):
        configure(POLL_INTERVAL=60)
        first, second = (
            make_try_on(status=Status.RUNNING, submitted_at=clock.now()) for _ in range(2)
        )
        schedule = PollSchedule(account, MODEL)

        assert schedule.next_poll_at(first) == from_now(0.25)
        assert schedule.next_poll_at(second) == from_now(60)

    def test_reschedule_others__plans_similar_running_tasks_by_the_first_duration(self, account):
        far = clock.now() + timedelta(hours=1)
        ages = (0, 10, 100)
        first, young, old = (
            make_try_on(
                status=Status.RUNNING,
                submitted_at=clock.now() - timedelta(seconds=age),
                due_at=far,
            )
            for age in ages
        )
        leased = make_try_on(
            status=Status.RUNNING, submitted_at=clock.now(), due_at=far, lease_token="a worker"
        )
        other = make_try_on(
            status=Status.RUNNING, submitted_at=clock.now(), due_at=far, remote_model="aitryon"
        )
        schedule = PollSchedule(account, MODEL)
        schedule.record(report(20))
        schedule.reschedule_others(first)
        for try_on in (first, young, old, leased, other):
            try_on.refresh_from_db()

        assert young.due_at == from_now(9.2)  # 4 % before the end
        assert old.due_at == from_now(0)
        assert first.due_at == leased.due_at == other.due_at == far
