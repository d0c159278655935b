"""``django.tasks`` with the backends of Django and, if it is installed, with django-tasks-db."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from importlib.util import find_spec
from types import SimpleNamespace

import django
import pytest
from django.utils import timezone

from django_outfitanyone import checks, tasks, wakeup
from django_outfitanyone.choices import Status
from django_outfitanyone.diagnostics import doctor
from django_outfitanyone.models import Account
from django_outfitanyone.wakers.base import WATCH, Waker
from django_outfitanyone.wakers.django_tasks import DjangoTasks
from tests.factories import make_try_on
from tests.pages import ROOT

needs_django_6 = pytest.mark.skipif(django.VERSION < (6, 0), reason="needs Django 6")
CORE = "django.tasks.backends"


class Pictures(DjangoTasks):
    """A waker as a shop writes it."""

    alias = "pictures"
    queue_name = "slow"


class Later(Waker):
    """A waker whose queue can run a message later, without a schedule."""

    ticks = False
    sent: list[object] = []

    def send(self):
        self.sent.append("now")

    def send_later(self, seconds):
        self.sent.append(seconds)

    def is_sent_by_caller(self):
        return True

    def command(self):
        return "manage.py later"


def ids():
    return [message.id.removeprefix("django_outfitanyone.") for message in checks.check_queue()]


@pytest.mark.skipif(django.VERSION >= (6, 0), reason="Django 6 has it")
def test_check__older_django_is_an_error_with_a_line_to_paste(configure):
    configure(WAKER="django_tasks")
    (message,) = checks.check_queue()

    assert message.id == "django_outfitanyone.E014"
    assert 'pip install "Django>=6.0"' in message.hint
    assert wakeup.worker_command() == "manage.py outfitanyone_worker"


@needs_django_6
@pytest.mark.parametrize(
    ("tasks_setting", "waker", "expected"),
    [
        ({"default": {"BACKEND": f"{CORE}.immediate.ImmediateBackend"}}, "django_tasks", ["W008"]),
        ({"default": {"BACKEND": f"{CORE}.dummy.DummyBackend"}}, "django_tasks", ["E015"]),
        ({"default": {"BACKEND": "no.Backend"}}, "django_tasks", ["E015"]),
        ({}, f"{__name__}.Pictures", ["E015"]),
        (
            {"pictures": {"BACKEND": f"{CORE}.immediate.ImmediateBackend", "QUEUES": ["fast"]}},
            f"{__name__}.Pictures",
            ["E015"],
        ),
    ],
)
def test_check(configure, settings, tasks_setting, waker, expected):
    settings.TASKS = tasks_setting
    configure(WAKER=waker)

    assert ids() == expected
    wakeup._is_sent_by_caller()  # raises nothing


@needs_django_6
def test_check__backend_that_cannot_wait_has_a_line_for_the_crontab(configure, monkeypatch):
    configure(WAKER="django_tasks")
    backend = SimpleNamespace(queues=set(), supports_defer=False)
    monkeypatch.setattr(DjangoTasks, "_backend", lambda self: backend)
    (message,) = checks.check_queue()

    assert message.id == "django_outfitanyone.W018"
    assert "outfitanyone_worker --once" in message.hint


@needs_django_6
@pytest.mark.django_db(transaction=True)
def test_immediate_backend__advances_one_pass_for_each_wakeup(
    configure, settings, remote, request_one
):
    settings.TASKS = {"default": {"BACKEND": f"{CORE}.immediate.ImmediateBackend"}}
    configure(WAKER="django_tasks")
    try_on = request_one()
    for _ in range(200):
        wakeup.wake()
        try_on.refresh_from_db()
        if not try_on.is_open:
            break

    assert (try_on.status, try_on.error_message) == (Status.SUCCEEDED, "")
    assert remote.stats["submits"] == 1


@needs_django_6
@pytest.mark.skipif(not find_spec("django_tasks_db"), reason="needs django-tasks-db")
def test_database_backend__worker_makes_the_picture():
    """In processes of their own, because the app django_tasks_db must be installed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.wakers.database_backend"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "", "TEST_WAKER": "django_tasks"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])

    assert report == {
        "checks": [],
        "status": "succeeded",
        "submits": 1,
        "is_sent_by_caller": True,
        "asks_for_next_run": True,
    }


@pytest.fixture
def later(configure, monkeypatch):
    """What is sent to a queue that has no schedule."""
    configure(WAKER=f"{__name__}.Later")
    monkeypatch.setattr(Later, "sent", [])
    return Later.sent


@pytest.mark.django_db
class TestWithoutSchedule:
    """Each run of the worker asks for one in a minute, as long as work is open."""

    @pytest.fixture(autouse=True)
    def _no_runs(self, monkeypatch):
        monkeypatch.setattr(tasks, "take_turns", lambda *, budget: False)

    def test_run__with_open_work_asks_for_the_next(self, later):
        make_try_on(status=Status.QUEUED, due_at=timezone.now() + timedelta(hours=1))
        tasks.poll()

        assert later == [60]

    def test_run__without_work_asks_for_none(self, later):
        make_try_on(status=Status.SUCCEEDED)
        tasks.watch()

        assert later == []

    def test_many_runs__leave_one_message(self, later):
        make_try_on(status=Status.QUEUED)
        for _ in range(5):
            tasks.watch()

        assert later.count(60) == 1

    def test_run__after_that_minute_asks_again(self, later):
        make_try_on(status=Status.QUEUED)
        tasks.poll()
        Account.objects.update(last_wakeup_at=timezone.now() - timedelta(seconds=1))
        tasks.watch()

        assert later.count(60) == 2

    def test_run__asks_before_it_works(self, later, monkeypatch):
        """A worker that is killed in the middle is followed by another."""

        def fail(*, budget):
            raise SystemExit

        monkeypatch.setattr(tasks, "take_turns", fail)
        make_try_on(status=Status.QUEUED)
        with pytest.raises(SystemExit):
            tasks.poll()

        assert later == [60]

    def test_request__wakes_at_once_nevertheless(self, later):
        make_try_on(status=Status.QUEUED)
        tasks.poll()
        wakeup.wake()

        assert later == [60, "now"]

    def test_page__wakes_when_the_message_is_overdue(self, later):
        make_try_on(status=Status.QUEUED)
        tasks.poll()
        wakeup.wake_if_idle()
        assert later == [60]
        Account.objects.update(last_wakeup_at=timezone.now() - timedelta(seconds=6))
        wakeup.wake_if_idle()

        assert later == [60, "now"]

    def test_doctor__does_not_miss_a_worker_that_has_no_work(self, later):
        Account.of()
        found = {finding.subject: finding for finding in doctor.diagnose_work()}
        assert found["worker"].level.value == "ok"
        assert "asks queue for the next one" in found["queue"].text

        make_try_on(status=Status.QUEUED, due_at=timezone.now() - timedelta(minutes=10))
        found = {finding.subject: finding for finding in doctor.diagnose_work()}
        assert found["worker"].level.value == "problem"
        assert "manage.py later" in found["worker"].remedy

    def test_doctor__names_what_to_do_without_a_schedule(self, later, monkeypatch):
        monkeypatch.setattr(Later, "has_schedule", lambda self: False)
        monkeypatch.setattr(Later, "schedule_remedy", lambda self: "crontab -e")
        make_try_on(status=Status.QUEUED)
        tasks.poll()
        found = {finding.subject: finding for finding in doctor.diagnose_work()}

        assert later == []
        assert found["queue"].level.value == "warning"
        assert "crontab -e" in found["queue"].remedy


def test_watch__is_what_the_schedules_run():
    assert f"{tasks.__name__}.{tasks.watch.__name__}" == WATCH
