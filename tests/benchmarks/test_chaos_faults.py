"""The chaos test counts its faults, and explains an unclear request only by a fault that fits."""

from __future__ import annotations

import random

import pytest

from benchmarks.chaos.fault import Fault
from benchmarks.chaos.fault_log import LONGEST_SUBMIT, FaultLog, Span
from benchmarks.chaos.injector import FaultInjector


@pytest.fixture
def log(tmp_path):
    log = FaultLog(tmp_path / "faults.log")
    yield log
    log.close()


class TestExplanation:
    """Of a request sent at second 100 about which a person was asked at second 120."""

    @staticmethod
    def explains(log, *, offers_tasks=True):
        return log.explains(sent_at=100, decided_at=120, offers_tasks=offers_tasks)

    @pytest.mark.parametrize(("start", "end"), [(100, 101), (90, 105), (100 + LONGEST_SUBMIT, 200)])
    def test_fault_during_the_submit_explains_it(self, log, start, end):
        log.may_be_unclear(start, end)

        assert self.explains(log)

    @pytest.mark.parametrize(("start", "end"), [(90, 99), (101 + LONGEST_SUBMIT, 200)])
    def test_fault_before_or_after_the_submit_does_not(self, log, start, end):
        log.may_be_unclear(start, end)

        assert not self.explains(log)

    def test_without_any_fault_nothing_is_explained(self, log):
        assert not self.explains(log)

    def test_list_without_tasks_leaves_no_question(self, log):
        log.may_be_unclear(100, 101)

        assert not self.explains(log, offers_tasks=False)

    def test_list_without_tasks_of_a_wrong_clock_leaves_one(self, log):
        log.may_be_unclear(100, 101)
        log.skews.append(Span(115, 125))

        assert self.explains(log, offers_tasks=False)

    def test_wrong_clock_alone_explains_no_lost_answer(self, log):
        log.skews.append(Span(90, 130))

        assert not self.explains(log)


class Group:
    """Faults of which one never hits."""

    def __init__(self, log, names):
        self.log = log
        self.names = names
        self.drawn = []

    def faults(self):
        return [Fault(name, lambda name=name: self.inject(name)) for name in self.names]

    def inject(self, name):
        self.drawn.append(name)
        self.log.inject(name)
        self.log.hit(name, name != "never")

    def tick(self):
        pass

    def stop(self):
        pass


def run(log, group, *, seconds=1, overtime=5.0, is_long, monkeypatch):
    """Run an injector whose clock passes one second with each call."""
    clock = iter(range(10**6))
    monkeypatch.setattr("benchmarks.chaos.injector.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("benchmarks.chaos.injector.time.sleep", lambda _seconds: None)
    monkeypatch.setattr("benchmarks.chaos.injector.OVERTIME", overtime)
    injector = FaultInjector([group], log, random.Random(1))
    injector.run(seconds, is_long=is_long, meanwhile=lambda: None)


def test_injector__injects_each_fault_once_before_any_twice(log, monkeypatch):
    group = Group(log, ["a", "b", "c", "d"])
    run(log, group, seconds=100, is_long=True, monkeypatch=monkeypatch)

    assert sorted(group.drawn[:4]) == ["a", "b", "c", "d"]
    assert log.unexercised == []


def test_injector__repeats_what_has_hit_nothing(log, monkeypatch):
    group = Group(log, ["a", "never"])
    run(log, group, seconds=100, is_long=True, monkeypatch=monkeypatch)

    assert set(group.drawn[2:]) == {"never"}
    assert log.unexercised == ["never"]
    assert log.as_dict()["a"] == [1, 1]


@pytest.mark.parametrize(("is_long", "expected"), [(True, ["a", "b"]), (False, ["x"])])
def test_injector__goes_on_in_a_long_round_until_every_fault_has_hit(
    log, monkeypatch, is_long, expected
):
    group = Group(log, ["a", "b"])
    run(log, group, seconds=2, overtime=100, is_long=is_long, monkeypatch=monkeypatch)

    assert len(set(group.drawn)) == len(expected)
