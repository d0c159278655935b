"""The worker without a queue, as a process of its own that is stopped and killed."""

from __future__ import annotations

import signal

import pytest

from django_outfitanyone import checks, wakeup
from django_outfitanyone.choices import Status
from django_outfitanyone.diagnostics import doctor
from django_outfitanyone.models import Account, Charge
from tests.factories import make_try_on
from tests.wakers.conftest import wait_for

WORKER = ("django", "outfitanyone_worker", "--interval", "0.2")


def status_of(try_on):
    try_on.refresh_from_db()
    return try_on.status


def assert_paid_once(try_on, remote):
    assert (try_on.status, try_on.error_message) == (Status.SUCCEEDED, "")
    assert remote.stats["submits"] == 1
    assert Charge.objects.filter(try_on=try_on, clothes_parse=None).count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker__stopped_in_the_middle_and_started_again_makes_the_picture(
    remote, start, request_one, configure
):
    configure(WAKER="none")
    remote.set_progression([("RUNNING", 5)])
    remote.faults.add("delay", endpoint="submit", delay=0.5)
    worker = start(*WORKER, TEST_WAKER="none")
    try_on = request_one()
    wait_for(lambda: status_of(try_on) == Status.SUBMITTING)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(30) == 0
    assert status_of(try_on) == Status.RUNNING  # the answer of the paid request is kept
    assert try_on.remote_task_id
    assert Account.of().runner_token == ""  # so the next worker need not wait for the lease

    start(*WORKER, TEST_WAKER="none")
    wait_for(lambda: status_of(try_on) not in {Status.RUNNING, Status.COLLECTING})
    assert_paid_once(try_on, remote)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker__killed_in_the_middle_and_started_again_makes_the_picture(
    remote, start, request_one, configure
):
    configure(WAKER="none")
    remote.set_progression([("RUNNING", 5)])
    worker = start(*WORKER, TEST_WAKER="none")
    try_on = request_one()
    wait_for(lambda: status_of(try_on) == Status.RUNNING)
    worker.kill()
    worker.wait()
    assert Account.of().runner_token

    start(*WORKER, TEST_WAKER="none")
    wait_for(lambda: status_of(try_on) not in {Status.RUNNING, Status.COLLECTING})
    assert_paid_once(try_on, remote)


@pytest.mark.django_db
def test_wake__sends_nothing(configure, monkeypatch):
    configure(WAKER="none")
    monkeypatch.setattr(wakeup, "_send", lambda *_: pytest.fail("a message was sent"))
    make_try_on(status=Status.QUEUED)
    wakeup.wake()
    wakeup.wake_again()
    wakeup.wake_if_idle()
    wakeup.wake_later()


def test_check__has_no_message(configure, settings):
    configure(WAKER="none")
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_q"]

    assert checks.check_queue() == []


@pytest.mark.django_db
def test_doctor__names_the_command_and_no_queue(configure):
    configure(WAKER="none")
    found = {finding.subject: finding for finding in doctor.diagnose_work()}

    assert "queue" not in found
    assert "manage.py outfitanyone_worker" in found["worker"].remedy
