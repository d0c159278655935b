from __future__ import annotations

import os
import signal
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.management.commands import outfitanyone_worker
from django_outfitanyone.worker import stop
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def slept(monkeypatch):
    """Record the sleeps, which take no time."""
    times = []
    monkeypatch.setattr(outfitanyone_worker, "sleep", times.append)
    return times


@pytest.fixture
def turns(monkeypatch):
    """Let the worker's runs return, or raise, one value after the other, and then ask to stop."""

    def use(*results):
        left = list(results)

        def run(**_budget):
            if not left:
                signal.raise_signal(signal.SIGTERM)
                return False
            result = left.pop(0)
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(outfitanyone_worker, "take_turns", run)

    return use


@pytest.mark.parametrize("name", ["outfitanyone_worker", "outfitanyone_poll"])
def test_once__stops_when_nothing_is_due(remote, name):
    try_on = request_try_on(TryOnRequest(make_model_image(), [make_garment()]))
    call_command(name, "--once")
    try_on.refresh_from_db()

    assert try_on.status == Status.SUCCEEDED


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_forever__continues_when_idle_and_ends_with_a_signal(slept, monkeypatch, capsys, number):
    runs = iter([False, True, False])

    def run(**_budget):
        more = next(runs, None)
        if more is None:
            signal.raise_signal(number)
        return bool(more)

    monkeypatch.setattr(outfitanyone_worker, "take_turns", run)
    former = signal.getsignal(number)
    call_command("outfitanyone_worker")

    assert "Stopped" in capsys.readouterr().err
    assert signal.getsignal(number) == former
    assert not stop.is_stopping()


@pytest.mark.parametrize(("due_in", "expected"), [(None, 30), (-5, 30), (10, 10), (300, 30)])
def test_sleep__ends_when_work_is_due_and_at_the_interval(slept, turns, due_in, expected):
    if due_in is not None:
        make_try_on(status=Status.QUEUED, due_at=timezone.now() + timedelta(seconds=due_in))
    turns()
    call_command("outfitanyone_worker", "--interval", "30")

    assert slept == [pytest.approx(expected, abs=1 if expected > 1 else 0.02)]


def test_sleep__is_short_if_work_became_due_during_the_run(slept, monkeypatch):
    def run(**_budget):
        if slept:
            signal.raise_signal(signal.SIGTERM)
        else:
            make_try_on(status=Status.QUEUED, due_at=timezone.now())
        return False

    monkeypatch.setattr(outfitanyone_worker, "take_turns", run)
    call_command("outfitanyone_worker", "--interval", "30")

    assert slept == [outfitanyone_worker.SHORTEST_SLEEP, 30]


def test_sleep__is_the_interval_after_all_is_done(slept, turns, configure):
    make_try_on(status=Status.SUCCEEDED, due_at=None)
    turns(True)
    call_command("outfitanyone_worker", "--interval", "7")

    assert slept == [outfitanyone_worker.SHORTEST_SLEEP, 7]


def test_database_that_is_away__ends_the_sleep_and_not_the_worker(slept, turns, monkeypatch):
    closed = []
    own = SimpleNamespace(close=lambda: closed.append(True))
    monkeypatch.setattr(outfitanyone_worker, "connection", lambda: own)
    turns(OperationalError("server closed the connection"), False)
    call_command("outfitanyone_worker")

    assert (len(slept), closed) == (3, [True])


def test_database_that_is_away__is_an_error_with_once(turns):
    turns(OperationalError("server closed the connection"))
    with pytest.raises(OperationalError):
        call_command("outfitanyone_worker", "--once")


def test_sleep__ends_with_a_signal():
    with stop.stopped_by_signals():
        threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGTERM]).start()
        started_at = time.monotonic()
        stop.sleep(20)

        assert stop.is_stopping()
    assert time.monotonic() - started_at < 5
