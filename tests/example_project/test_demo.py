from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from datetime import timedelta

import pytest
from config import supervision
from django.core.management import CommandError, call_command
from django.utils import timezone
from shop.management.commands import demo
from shop.wardrobe import LOOKS

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account
from tests.example_project.conftest import ENVIRONMENT, EXAMPLE
from tests.example_project.processes import processes_below, still_running
from tests.factories import make_try_on


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def nothing_starts(monkeypatch):
    def refuse(*_args, **_kwargs):
        pytest.fail("something was started")

    monkeypatch.setattr(demo, "call_command", refuse)
    monkeypatch.setattr(supervision.Child, "start", refuse)


@pytest.mark.usefixtures("shop_settings", "nothing_starts")
class TestBeforeAnythingStarts:
    def test_taken_port__is_named_with_the_way_out(self, taken_port):
        with pytest.raises(CommandError, match=rf"Port {taken_port} is used.*make demo PORT=9000"):
            call_command(demo.Command(), port=taken_port)

    @pytest.mark.parametrize("port", [-1, 70000])
    def test_invalid_port_number__is_named(self, port):
        with pytest.raises(CommandError, match=f"{port} is not a port number"):
            call_command(demo.Command(), port=port)

    def test_second_demo_in_the_same_folder__is_refused(self, settings, free_port):
        settings.DEMO_DIR.mkdir(exist_ok=True)
        with (
            demo.only_one_in(settings.DEMO_DIR),
            pytest.raises(CommandError, match=r"already running in .* make demo DEMO_DIR="),
        ):
            call_command(demo.Command(), port=free_port)


@pytest.mark.usefixtures("shop_settings")
def test_sandbox__takes_its_last_port_again_or_a_free_one(settings, taken_port):
    settings.BASE_URL = f"http://127.0.0.1:{taken_port}/api/v1"
    (child,) = demo.sandbox()
    port = int(child.command[child.command.index("--port") + 1])
    assert port != taken_port
    settings.BASE_URL = settings.SANDBOX_ADDRESS.read_text()
    (child,) = demo.sandbox()
    assert str(port) in child.command


@pytest.mark.usefixtures("shop_settings")
def test_sandbox__is_left_out_when_the_environment_names_another_api(settings):
    settings.IS_SANDBOX = False
    assert demo.sandbox() == []


@pytest.mark.django_db
class TestWatch:
    @pytest.fixture
    def supervisor(self, tmp_path):
        class Recorder:
            children = [
                supervision.Child("worker", [], log=tmp_path / "log", is_ready=lambda _child: True)
            ]

            def __init__(self):
                self.said, self.restarted = [], []

            def say(self, message):
                self.said.append(message)

            def restart(self, child, *, because):
                self.restarted.append(child.name)

        return Recorder()

    def test_progress__is_told_when_it_changes(self, supervisor):
        watch = demo.Watch(supervisor)
        make_try_on()
        make_try_on(status=Status.QUEUED)
        watch()
        watch()
        make_try_on(status=Status.FAILED)
        watch()
        assert supervisor.said == [
            "Try-ons: 1 of 2 ready, 1 being made",
            "Try-ons: 1 of 3 ready, 1 being made, 1 failed, the admin says why",
        ]

    def test_finished_looks__are_published(self, supervisor):
        look = make_try_on()
        demo.Watch(supervisor)()
        look.refresh_from_db()
        assert look.is_public
        assert supervisor.said == ["Try-ons: 1 of 1 ready"]

    def test_progress__tells_blocked_from_being_made(self):
        make_try_on(status=Status.PREPARING, error_code="SearchNeedsAttention")
        make_try_on(status=Status.QUEUED)
        assert demo.progress() == (
            "Try-ons: 0 of 2 ready, 1 being made, 1 blocked by a clothes parse, decide in the admin"
        )

    def test_worker_that_leaves_work_lying__is_restarted_after_a_while(
        self, supervisor, monkeypatch
    ):
        wakeups = []
        monkeypatch.setattr(demo, "wake_if_idle", lambda: wakeups.append(1))
        watch = demo.Watch(supervisor)
        make_try_on(status=Status.QUEUED)
        watch()
        assert wakeups
        assert not supervisor.restarted
        watch.busy_at -= demo.PATIENCE + 1
        watch()
        assert supervisor.restarted == ["worker"]

    @pytest.mark.parametrize("why", ["nothing is due", "a runner is at work", "it is stopped"])
    def test_worker__is_left_alone_when(self, supervisor, why):
        if why != "nothing is due":
            make_try_on(status=Status.QUEUED)
        soon = timezone.now() + timedelta(seconds=10)
        Account.current()
        if why == "a runner is at work":
            Account.objects.update(runner_expires_at=soon)
        if why == "it is stopped":
            Account.objects.update(stopped_at=timezone.now())
        watch = demo.Watch(supervisor)
        watch.busy_at -= demo.PATIENCE + 1
        watch()
        assert not supervisor.restarted


@pytest.fixture
def real_demo(tmp_path, free_port):
    environment = {
        k: v for k, v in os.environ.items() if k not in {*ENVIRONMENT, "DJANGO_SETTINGS_MODULE"}
    }
    process = subprocess.Popen(
        [sys.executable, EXAMPLE / "manage.py", "demo", "--port", str(free_port)],
        env={**environment, "DEMO_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, f"http://127.0.0.1:{free_port}/"
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


@pytest.mark.package
@pytest.mark.slow
def test_real_demo__makes_its_looks_and_ends_without_a_trace(real_demo):
    process, site = real_demo
    lines = iter(process.stdout)
    told = next(line for line in lines if line.startswith("Try-ons:") and "being" not in line)
    assert told == f"Try-ons: {len(LOOKS)} of {len(LOOKS)} ready\n"
    with urllib.request.urlopen(f"{site}looks/") as response:
        html = response.read().decode()
    assert html.count("outfit-hotspot ") > html.count("<figure") == len(LOOKS)
    below = processes_below(process.pid)
    assert len(below) >= 6
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert not still_running(below)
