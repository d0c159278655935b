from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import Schedule

from django_outfitanyone import tasks, wakeup
from django_outfitanyone.account import rate_limits
from django_outfitanyone.models import Account
from django_outfitanyone.worker import runner

pytestmark = pytest.mark.django_db


@pytest.fixture
def rings(monkeypatch):
    heard = []
    monkeypatch.setattr("django_q.tasks.async_task", lambda *a, **k: heard.append((a, k)))
    return heard


def test_ring__options_do_not_become_arguments_of_the_task(rings, settings):
    wakeup.wake()
    ((path,), kwargs) = rings[0]

    assert path == "django_outfitanyone.tasks.poll"
    assert set(kwargs) == {"q_options"}
    assert kwargs["q_options"]["save"] is False
    assert isinstance(kwargs["q_options"]["timeout"], int)
    assert kwargs["q_options"]["timeout"] > 2 * 20


def test_ring__reaches_the_broker():
    from django_q.brokers import get_broker

    broker = get_broker()
    broker.purge_queue()
    wakeup.wake()

    assert broker.queue_size() == 1
    broker.purge_queue()


def test_ring__goes_to_the_named_cluster(rings, settings):
    settings.OUTFITANYONE = {"Q_CLUSTER_NAME": "pictures"}
    wakeup.wake()

    assert rings[0][1]["q_options"]["cluster"] == "pictures"


def test_ring__dead_broker_is_no_error(monkeypatch, caplog):
    def refuse(*_args, **_kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr("django_q.tasks.async_task", refuse)
    wakeup.wake()

    assert "could not be rung" in caplog.text


def test_ring__without_django_q_is_silent(rings, settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_q"]
    wakeup.wake()

    assert rings == []


def test_ring_if_silent__rings_when_nobody_is_at_work(rings):
    Account.current()
    wakeup.wake_if_idle()

    assert len(rings) == 1


def test_ring_if_silent__not_while_a_runner_is_at_work(rings):
    rate_limits.take_runner_lease(Account.current())
    wakeup.wake_if_idle()

    assert rings == []


def test_ring_if_silent__many_visitors_ring_once(rings):
    Account.current()
    for _ in range(20):
        wakeup.wake_if_idle()

    assert len(rings) == 1


def test_ring_if_silent__again_after_a_while(rings):
    Account.current()
    Account.objects.update(last_wakeup_at=timezone.now() - timedelta(seconds=6))
    wakeup.wake_if_idle()

    assert len(rings) == 1


def test_watchdog__one_schedule_however_often_migrate_runs():
    call_command("migrate", verbosity=0)
    wakeup.install_watchdog()

    schedule = Schedule.objects.get(name=wakeup.WATCHDOG)
    assert (schedule.func, schedule.schedule_type, schedule.minutes) == (
        "django_outfitanyone.tasks.poll",
        Schedule.MINUTES,
        1,
    )


def test_watchdog__before_django_q_is_migrated(monkeypatch):
    from django.db import connection

    monkeypatch.setattr(connection.introspection, "table_names", list)
    Schedule.objects.all().delete()
    wakeup.install_watchdog()

    assert not Schedule.objects.exists()


def test_watchdog__without_django_q(settings):
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

    def test_rings_again_while_there_is_more(self, rings):
        self.more = True
        tasks.poll()

        assert self.budgets == [20]
        assert len(rings) == 1

    def test_is_silent_when_all_is_done(self, rings):
        tasks.poll()

        assert rings == []

    def test_inside_somebodys_request_it_makes_one_pass(self, rings, monkeypatch):
        """With ``sync`` a task that rings again would call itself for ever."""
        monkeypatch.setattr(Conf, "SYNC", True)
        self.more = True
        tasks.poll()

        assert self.budgets == [0]
        assert rings == []
