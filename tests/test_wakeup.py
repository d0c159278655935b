from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import Schedule

from django_outfitanyone import tasks, wakeup
from django_outfitanyone.models import Account
from django_outfitanyone.worker import lease, runner
from tests.events import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def messages(monkeypatch):
    """Record the arguments of each message that is put into the queue."""
    sent = []
    monkeypatch.setattr("django_q.tasks.async_task", lambda *a, **k: sent.append((a, k)))
    return sent


def test_wake__options_do_not_become_arguments_of_the_task(messages):
    wakeup.wake()
    ((path,), kwargs) = messages[0]

    assert path == "django_outfitanyone.tasks.poll"
    assert set(kwargs) == {"q_options"}
    assert kwargs["q_options"]["save"] is False
    assert isinstance(kwargs["q_options"]["timeout"], int)
    assert kwargs["q_options"]["timeout"] > 2 * 20


def test_wake__message_reaches_the_broker():
    from django_q.brokers import get_broker

    broker = get_broker()
    broker.purge_queue()
    wakeup.wake()

    assert broker.queue_size() == 1
    broker.purge_queue()


def test_wake__message_goes_to_the_named_cluster(messages, settings):
    settings.OUTFITANYONE = {"Q_CLUSTER_NAME": "pictures"}
    wakeup.wake()

    assert messages[0][1]["q_options"]["cluster"] == "pictures"


def test_wake__broker_that_is_down_raises_no_error(monkeypatch, caplog):
    def refuse(*_args, **_kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr("django_q.tasks.async_task", refuse)
    wakeup.wake()

    assert "could not be woken" in caplog.text
    assert events(caplog) == ["wakeup_failed"]


def test_wake__does_nothing_without_django_q(messages, settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_q"]
    wakeup.wake()

    assert messages == []


def test_wake_if_idle__wakes_the_worker_when_no_runner_is_active(messages):
    Account.current()
    wakeup.wake_if_idle()

    assert len(messages) == 1


def test_wake_if_idle__does_nothing_while_a_runner_is_active(messages):
    lease.take(Account.current())
    wakeup.wake_if_idle()

    assert messages == []


def test_wake_if_idle__many_calls_send_one_message(messages):
    Account.current()
    for _ in range(20):
        wakeup.wake_if_idle()

    assert len(messages) == 1


def test_wake_if_idle__sends_another_message_after_the_interval(messages):
    Account.current()
    Account.objects.update(last_wakeup_at=timezone.now() - timedelta(seconds=6))
    wakeup.wake_if_idle()

    assert len(messages) == 1


def test_watchdog__repeated_migrations_leave_one_schedule():
    call_command("migrate", verbosity=0)
    wakeup.install_watchdog()

    schedule = Schedule.objects.get(name=wakeup.WATCHDOG)
    assert (schedule.func, schedule.schedule_type, schedule.minutes) == (
        "django_outfitanyone.tasks.poll",
        Schedule.MINUTES,
        1,
    )


def test_watchdog__is_not_created_before_django_q_is_migrated(monkeypatch):
    from django.db import connection

    monkeypatch.setattr(connection.introspection, "table_names", list)
    Schedule.objects.all().delete()
    wakeup.install_watchdog()

    assert not Schedule.objects.exists()


def test_watchdog__is_not_created_without_django_q(settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_q"]
    Schedule.objects.all().delete()
    wakeup.install_watchdog()

    assert not Schedule.objects.exists()


class TestPoll:
    @pytest.fixture(autouse=True)
    def _record(self, monkeypatch):
        self.budgets = []
        self.more = False
        monkeypatch.setattr(runner, "run", self._run)

    def _run(self, *, budget):
        self.budgets.append(budget)
        return self.more

    def test_worker_is_woken_again_while_more_is_due(self, messages):
        self.more = True
        tasks.poll()

        assert self.budgets == [20]
        assert len(messages) == 1

    def test_worker_is_not_woken_when_all_is_done(self, messages):
        tasks.poll()

        assert messages == []

    def test_synchronous_queue_gets_one_pass(self, messages, monkeypatch):
        """With ``sync``, a task that wakes the worker again would call itself for ever."""
        monkeypatch.setattr(Conf, "SYNC", True)
        self.more = True
        tasks.poll()

        assert self.budgets == [0]
        assert messages == []
