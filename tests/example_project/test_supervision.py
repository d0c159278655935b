from __future__ import annotations

import os
import signal
import sys
import threading
import time

import pytest
from config import supervision
from config.supervision import CannotStart, Child, supervising

from tests.example_project.processes import dies, is_alive

SLEEP = "print('up', flush=True); import time; time.sleep(60)"
WITH_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); {SLEEP}"


@pytest.fixture(autouse=True)
def _check_often(monkeypatch):
    monkeypatch.setattr(supervision, "CHECK_SECONDS", 0.05)


@pytest.fixture
def said():
    return []


@pytest.fixture
def make_child(tmp_path):
    def make(code, name="child"):
        return Child(
            name,
            [sys.executable, "-c", code],
            log=tmp_path / f"{name}.log",
            is_ready=lambda child: child.has_logged("up"),
        )

    return make


def test_children__are_started_in_order_each_when_the_one_before_is_ready(make_child, said):
    order = []
    children = [make_child(SLEEP, name) for name in ("first", "second")]
    for child in children:
        child.is_ready = lambda child: child.has_logged("up") and order.append(child.name) is None
    with supervising(children, say=said.append) as supervisor:
        assert supervisor.start()
        assert all(child.is_running() for child in children)
    assert order == ["first", "second"]


def test_end__leaves_neither_children_nor_their_children(make_child, said):
    child = make_child(WITH_CHILD)
    with supervising([child], say=said.append) as supervisor:
        supervisor.start()
        group = child.process.pid
        assert is_alive(group)
    assert dies(group)


def test_end__kills_what_does_not_listen(make_child, said, monkeypatch):
    monkeypatch.setattr(supervision, "STOP_SECONDS", 0.2)
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
    child = make_child(deaf)
    with supervising([child], say=said.append) as supervisor:
        supervisor.start()
        group = child.process.pid
    assert dies(group)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal__ends_the_run(make_child, said, number):
    with supervising([make_child(SLEEP)], say=said.append) as supervisor:
        supervisor.start()
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        supervisor.run(lambda: None)
        assert supervisor.is_stopping.is_set()
    assert signal.getsignal(number) is not None


def test_child_that_dies__is_started_again_with_what_it_left_behind_gone(make_child, said):
    child = make_child(WITH_CHILD)
    with supervising([child], say=said.append) as supervisor:
        supervisor.start()
        first = child.process
        first.kill()

        def check():
            if child.process and child.process.pid != first.pid:
                supervisor.is_stopping.set()

        supervisor.run(check)
        assert dies(first.pid)
        assert child.is_running()
    assert "was killed by signal 9; starting it again" in said[0]


def test_child_that_keeps_dying__waits_longer_each_time(make_child, said):
    child = make_child("print('up')")
    pauses = []
    with supervising([child], say=said.append) as supervisor:
        supervisor.start()

        def check():
            if not child.process:
                pauses.append(child.start_again_at - time.monotonic())
                child.start_again_at = 0
            if len(pauses) == 3:
                supervisor.is_stopping.set()

        supervisor.run(check)
    assert "ended with code 0" in said[0]
    assert pauses == sorted(pauses)
    assert pauses[2] > 2 * pauses[0]


def test_child_that_does_not_start__is_named_with_its_last_words(make_child, said):
    child = make_child("raise SystemExit('no disk left')", "worker")
    with (
        pytest.raises(CannotStart, match=r"(?s)worker did not start.*no disk left"),
        supervising([child], say=said.append) as supervisor,
    ):
        supervisor.start()


def test_restart__replaces_a_child_that_runs(make_child, said):
    child = make_child(SLEEP)
    with supervising([child], say=said.append) as supervisor:
        supervisor.start()
        first = child.process
        supervisor.restart(child, because="is idle")
        assert child.process.pid != first.pid
        assert dies(first.pid)
    assert said[0].startswith("The child is idle; starting it again.")
