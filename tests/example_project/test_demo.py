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

from django_outfitanyone.account import rate_limits
from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import AccountProblem
from django_outfitanyone.models import Account, ClothesParse
from django_outfitanyone.models.job_status import BLOCKED
from tests.example_project.conftest import ENVIRONMENT, EXAMPLE
from tests.example_project.processes import processes_below, still_running
from tests.factories import (
    make_garment,
    make_model_image,
    make_product,
    make_staff,
    make_try_on,
)

SITE = "http://shop.test/"


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

    @pytest.fixture
    def watch(self, supervisor):
        return demo.Watch(supervisor, site=SITE)

    def test_progress__is_told_when_it_changes(self, supervisor, watch):
        make_try_on()
        make_try_on(status=Status.QUEUED)
        watch()
        watch()
        make_try_on(status=Status.CANCELED)
        watch()
        assert supervisor.said == [
            "Try-ons: 1 of 2 ready, 1 being made",
            "Try-ons: 1 of 3 ready, 1 being made, 1 canceled",
        ]

    def test_finished_looks__are_published(self, supervisor, watch):
        look = make_try_on()
        watch()
        look.refresh_from_db()
        assert look.is_public
        assert supervisor.said == [
            "Try-ons: 1 of 1 ready\nAll pictures are made: http://shop.test/looks/"
        ]

    def test_worker_that_leaves_work_lying__is_restarted_after_a_while(
        self, supervisor, watch, monkeypatch
    ):
        wakeups = []
        monkeypatch.setattr(demo, "wake_if_idle", lambda: wakeups.append(1))
        make_try_on(status=Status.QUEUED)
        watch()
        assert wakeups
        assert not supervisor.restarted
        watch.busy_at -= demo.PATIENCE + 1
        watch()
        assert supervisor.restarted == ["worker"]

    def test_worker_that_leaves_work_of_another_engine_lying__is_restarted_too(
        self, supervisor, watch
    ):
        make_try_on(status=Status.QUEUED, account=Account.of("local"))
        watch.busy_at -= demo.PATIENCE + 1
        watch()
        assert supervisor.restarted == ["worker"]

    def test_worker_that_serves_another_engine__is_left_alone(self, supervisor, watch):
        make_try_on(status=Status.QUEUED, account=Account.of("local"))
        Account.of()
        soon = timezone.now() + timedelta(seconds=10)
        Account.objects.filter(pk="default").update(runner_expires_at=soon)
        watch.busy_at -= demo.PATIENCE + 1
        watch()
        assert not supervisor.restarted

    def test_worker_that_starts_slowly__gets_more_time_after_each_restart(self, supervisor, watch):
        make_try_on(status=Status.QUEUED)
        for _ in range(2):
            watch.busy_at -= demo.PATIENCE + 1
            watch()
        assert len(supervisor.restarted) == 1
        watch.busy_at -= demo.PATIENCE
        watch()
        assert len(supervisor.restarted) == 2
        Account.objects.update(runner_expires_at=timezone.now() + timedelta(minutes=1))
        watch()
        assert watch.patience == demo.PATIENCE

    @pytest.mark.parametrize("why", ["nothing is due", "a runner is at work", "it is stopped"])
    def test_worker__is_left_alone_when(self, supervisor, watch, why):
        if why != "nothing is due":
            make_try_on(status=Status.QUEUED)
        soon = timezone.now() + timedelta(seconds=10)
        Account.of()
        if why == "a runner is at work":
            Account.objects.update(runner_expires_at=soon)
        if why == "it is stopped":
            Account.objects.update(stopped_at=timezone.now())
        watch.busy_at -= demo.PATIENCE + 1
        watch()
        assert not supervisor.restarted


@pytest.mark.django_db
@pytest.mark.usefixtures("shop_settings")
class TestReport:
    """What the terminal says about looks without a picture."""

    def missing(self, **columns):
        garment = make_garment(product=make_product(title="Cape"))
        photo = make_model_image(name="Ines")
        return make_try_on(garments=[garment], model_image=photo, **columns)

    def test_shop_without_looks__has_no_end_to_tell(self):
        assert demo.report(SITE) == "Try-ons: 0 of 0 ready"

    def test_failed_look__is_named_with_reason_remedy_and_page(self):
        make_try_on()
        look = self.missing(
            status=Status.FAILED, error_code="PictureTooSmall", error_message="Only 50 pixels."
        )
        page = f"http://shop.test/admin/django_outfitanyone/tryonresult/{look.pk}/change/"
        assert demo.report(SITE).splitlines() == [
            "Try-ons: 1 of 2 ready, 1 failed",
            f"  Ines: Cape: failed. Only 50 pixels. Use a larger photo. {page}",
            demo.RETRY,
        ]

    def test_unclear_look__is_named_too(self):
        self.missing(status=Status.NEEDS_ATTENTION, error_message="No answer came.")
        first, second, last = demo.report(SITE).splitlines()
        assert first == "Try-ons: 0 of 1 ready, 1 failed"
        assert "needs attention. No answer came." in second
        assert last == demo.RETRY

    def test_blocked_look__leads_to_the_parse_that_blocks_it(self):
        look = self.missing(
            status=Status.PREPARING, keep="lower", error_code=BLOCKED, error_message="It waits."
        )
        parse = parse_clothes(look.model_image, ["lower"])
        ClothesParse.objects.update(status=Status.NEEDS_ATTENTION)
        first, second, last = demo.report(SITE).splitlines()
        assert first == "Try-ons: 0 of 1 ready, 1 blocked by a clothes parse"
        assert "blocked. It waits. Open the clothes parse and retry or cancel it. http" in second
        assert second.endswith(f"/admin/django_outfitanyone/clothesparse/{parse.pk}/change/")
        assert last == demo.RETRY

    def test_look_that_a_person_requested__is_left_to_that_person(self):
        self.missing(status=Status.FAILED, requested_by=make_staff())
        assert "Cape" not in demo.report(SITE)

    def test_looks_that_are_being_made__are_no_end(self):
        make_try_on(status=Status.QUEUED)
        self.missing(status=Status.FAILED)
        assert "Cape" in demo.report(SITE)
        assert demo.RETRY not in demo.report(SITE)

    def test_stopped_account__is_said(self):
        make_try_on(status=Status.QUEUED)
        rate_limits.stop(Account.of(), AccountProblem("The key is unknown.", code="NoKey"))
        assert "  Nothing is sent: The account is stopped: The key is unknown." in (
            demo.report(SITE).splitlines()
        )

    def test_account_that_goes_on__is_no_reason_to_wait(self):
        make_try_on(status=Status.QUEUED)
        rate_limits.stop(Account.of(), AccountProblem("The key is unknown.", code="NoKey"))
        make_try_on(status=Status.QUEUED, account=Account.of("local"))
        assert "Nothing is sent" not in demo.report(SITE)

    def test_look_that_takes_long__points_to_the_log(self):
        make_try_on(status=Status.QUEUED, queued_at=timezone.now() - timedelta(minutes=6))
        _first, second = demo.report(SITE).splitlines()
        assert "takes longer than usual" in second
        assert second.endswith("worker.log")


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
    assert next(lines) == f"All pictures are made: {site}looks/\n"
    with urllib.request.urlopen(f"{site}looks/") as response:
        html = response.read().decode()
    assert html.count("outfit-hotspot ") > html.count("<figure") == len(LOOKS)
    below = processes_below(process.pid)
    assert len(below) >= 6
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert not still_running(below)
