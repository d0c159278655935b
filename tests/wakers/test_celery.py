"""Celery with a real broker and worker; docs/operations.md describes this setup."""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from contextlib import closing, suppress

import pytest

pytest.importorskip("celery")

import celery._state
from celery import Celery as App
from celery import current_app

from django_outfitanyone import checks, circuit, wakeup
from django_outfitanyone.choices import Status
from django_outfitanyone.diagnostics import doctor
from django_outfitanyone.models import Account
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.wakers.base import POLL, SOCKET_SECONDS, WATCH
from django_outfitanyone.wakers.celery import Celery
from django_outfitanyone.wakers.time_limit import task_timeout
from tests.events import events
from tests.factories import make_try_on
from tests.test_wakeup import silent_server
from tests.wakers.conftest import wait_for

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")


def redis_answers():
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", 6379), 0.5)):
        return True
    return False


@pytest.fixture
def use_app(configure):
    """Make an app with these settings the current one of Celery, and let it wake the worker."""
    former = celery._state._tls.current_app, celery._state.default_app

    def use(name="shop", **keys):
        app = App(name)
        app.conf.update(keys)
        app.set_default()  # as Celery does in a Django project
        configure(WAKER="celery")
        Celery().connect()
        return app

    yield use
    celery._state._set_current_app(former[0])
    celery._state.default_app = former[1]


@pytest.fixture
def folder_broker(tmp_path):
    """The URL and transport options of a broker that keeps messages in a folder."""
    folder = tmp_path / "broker"
    folder.mkdir()
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(tmp_path / "control"),
        "polling_interval": 0.1,
    }
    return "filesystem://", options


@pytest.fixture
def redis_broker():
    if not redis_answers():
        pytest.skip("needs Redis")
    return REDIS, {"global_keyprefix": f"outfitanyone-{uuid.uuid4().hex[:8]}:"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker", ["folder_broker", "redis_broker"])
def test_worker__is_woken_by_the_request_itself(
    request, use_app, start, remote, request_one, broker
):
    """No beat runs, so nothing else starts the work."""
    url, options = request.getfixturevalue(broker)
    use_app(broker_url=url, broker_transport_options=options)
    remote.set_progression([("RUNNING", 0.3)])
    start(
        "celery", "-A", "tests.wakers.celery_app", "worker", "--concurrency", "1",
        "--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat",
        TEST_WAKER="celery", TEST_BROKER_URL=url, TEST_BROKER_OPTIONS=json.dumps(options),
    )  # fmt: skip
    try_on = request_one()
    wait_for(lambda: not _open(try_on))

    assert (try_on.status, try_on.error_message) == (Status.SUCCEEDED, "")
    assert remote.stats["submits"] == 1


def _open(try_on):
    try_on.refresh_from_db()
    return try_on.is_open


@pytest.mark.django_db
def test_wake__message_names_the_task_and_its_route(use_app):
    """The queue is the one that the shop's task_routes name."""
    routes = {"django_outfitanyone.tasks.*": {"queue": "pictures"}}
    app = use_app(broker_url="memory://", task_routes=routes)
    make_try_on(status=Status.QUEUED)
    wakeup.wake()
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue("pictures")
        message = queue.get(timeout=5)
        message.ack()
        queue.close()

    assert message.headers["task"] == POLL
    assert message.headers["timelimit"] == [task_timeout() + 30, task_timeout()]
    assert message.headers["ignore_result"] is True


def test_beat__wakes_the_worker_every_minute(use_app):
    app = use_app(beat_schedule={"own": {"task": "shop.tasks.own", "schedule": 5}})
    (ours,) = (entry for entry in app.conf.beat_schedule.values() if entry["task"] == WATCH)

    assert ours["schedule"] == 60
    assert ours["options"] == {"expires": 300}
    assert "own" in app.conf.beat_schedule
    assert Celery().has_schedule()


def test_beat__without_the_entry_is_found(use_app):
    app = use_app()
    assert Celery().has_schedule()
    app.conf.beat_schedule = {}

    assert not Celery().has_schedule()
    assert WATCH in Celery().schedule_remedy()


@pytest.mark.django_db
def test_doctor__asks_the_broker(use_app):
    use_app(broker_url="memory://")
    found = {finding.subject: finding for finding in doctor.diagnose_work()}

    assert found["queue"].level.value == "ok"
    assert "celery -A shop worker --beat" in found["worker"].remedy


@pytest.mark.django_db
def test_doctor__names_the_setting_of_a_broker_that_is_down(use_app):
    use_app(broker_url="redis://127.0.0.1:9/0")
    found = {finding.subject: finding for finding in doctor.diagnose_work()}

    assert found["queue"].level.value == "problem"
    assert "CELERY_BROKER_URL" in found["queue"].remedy


@pytest.mark.django_db
def test_wake__silent_broker_does_not_slow_the_request(use_app, caplog):
    with silent_server() as (port, accepted):
        use_app(broker_url=f"redis://127.0.0.1:{port}/0")
        Celery().is_synchronous()
        make_try_on(status=Status.QUEUED)
        durations = []
        for _ in range(4):
            Account.objects.update(unanswered_wakeups=0, last_wakeup_at=LONG_AGO)
            started_at = time.monotonic()
            wakeup.wake()
            durations.append(time.monotonic() - started_at)
        wait_for(lambda: accepted and events(caplog))

    assert max(durations) < SOCKET_SECONDS / 2  # the machine may be busy
    assert events(caplog) == ["wakeup_failed"]
    circuit.reset_all()


def test_connection__has_timeouts_unless_the_shop_sets_its_own(use_app):
    from django_outfitanyone.wakers.celery import _connection

    use_app(broker_url="redis://127.0.0.1:9/0", broker_transport_options={"socket_timeout": 1})
    options = _connection().transport_options

    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (1, 3)


def ids():
    return [message.id.removeprefix("django_outfitanyone.") for message in checks.check_queue()]


def test_check__app_that_is_set_up_has_no_message(use_app):
    use_app(broker_url="memory://")

    assert ids() == []


def test_check__eager_tasks_are_for_tests(use_app):
    use_app(task_always_eager=True)

    assert ids() == ["W008"]
    assert wakeup.is_synchronous()


def test_check__missing_app_has_a_line_to_paste(configure, monkeypatch):
    configure(WAKER="celery")
    monkeypatch.setattr("django_outfitanyone.wakers.celery._is_app_missing", lambda: True)
    (message,) = checks.check_queue()

    assert message.id == "django_outfitanyone.E015"
    assert "from .celery import app as celery_app" in message.hint


def test_check__app_that_celery_makes_by_itself_is_an_error(use_app):
    use_app()
    celery._state._set_current_app(None)
    celery._state.default_app = None

    assert current_app.main == "default"
    assert ids() == ["E015"]


def test_check__celery_that_is_not_installed_is_an_error(configure, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.wakers.celery.find_spec", lambda name: None)
    configure(WAKER="celery")
    (message,) = checks.check_queue()

    assert message.id == "django_outfitanyone.E014"
    assert "pip install celery" in message.hint
    assert wakeup.worker_command() == "manage.py outfitanyone_worker"
