from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import Schedule

from django_outfitanyone import circuit, tasks, wakeup
from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, ClothesParse
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.idle_accounts import MOST_UNANSWERED
from django_outfitanyone.wakers.base import POLL, WATCHDOG
from django_outfitanyone.wakers.django_q import DjangoQ, broker
from django_outfitanyone.wakers.time_limit import task_timeout
from django_outfitanyone.worker import lease, runner
from tests.events import events
from tests.factories import make_model_image, make_try_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_this_thread(monkeypatch):
    """Send messages in the thread of the test, also to brokers that may hang."""
    monkeypatch.setattr(wakeup, "_is_sent_by_caller", lambda: True)


@pytest.fixture
def open_work():
    """A try-on that waits for the worker."""
    return make_try_on(status=Status.QUEUED)


@pytest.fixture
def messages(monkeypatch, in_this_thread, open_work):
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
    assert kwargs["q_options"]["timeout"] == task_timeout()


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [
        ({}, 160),
        ({"RUN_BUDGET": 5}, 145),
        ({"CONNECT_TIMEOUT": 10, "READ_TIMEOUT": 120}, 540),
        ({"CONNECT_TIMEOUT": 0.5, "READ_TIMEOUT": 1.2}, 80),  # a download of a minute
        ({"RUN_BUDGET": 0.5, "READ_TIMEOUT": 20.3}, 102),
    ],
)
def test_task_timeout__is_a_whole_number_that_follows_the_longest_calls(configure, keys, seconds):
    """The alarm of django-q2 takes whole numbers only."""
    configure(**keys)

    assert task_timeout() == seconds
    assert isinstance(task_timeout(), int)


def test_wake__message_reaches_the_broker(in_this_thread, open_work):
    queue = broker()
    queue.purge_queue()
    wakeup.wake()

    assert queue.queue_size() == 1
    queue.purge_queue()


def test_wake__message_goes_to_the_named_cluster(messages, settings):
    settings.OUTFITANYONE = {"Q_CLUSTER_NAME": "pictures"}
    wakeup.wake()

    assert messages[0][1]["q_options"]["cluster"] == "pictures"


def test_wake__broker_that_is_down_raises_no_error(in_this_thread, open_work, monkeypatch, caplog):
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
    Account.of()
    wakeup.wake_if_idle()

    assert len(messages) == 1


def test_wake_if_idle__does_nothing_while_a_runner_is_active(messages):
    lease.take(Account.of())
    wakeup.wake_if_idle()

    assert messages == []


def test_wake_if_idle__many_calls_send_one_message(messages):
    Account.of()
    for _ in range(20):
        wakeup.wake_if_idle()

    assert len(messages) == 1


def test_wake_if_idle__sends_another_message_after_the_interval(messages):
    Account.of()
    Account.objects.update(last_wakeup_at=timezone.now() - timedelta(seconds=6))
    wakeup.wake_if_idle()

    assert len(messages) == 1


class TestSeveralAccounts:
    @pytest.fixture(autouse=True)
    def _two_engines(self, configure, settings):
        own = settings.OUTFITANYONE["ENGINES"]["default"]
        configure(ENGINES={"default": own, "second": own})

    def test_wake__sends_a_message_for_each_account_with_open_work(self, messages):
        make_try_on(status=Status.QUEUED, account=Account.of("second"))
        wakeup.wake()

        assert len(messages) == 2

    def test_wake__of_one_account_leaves_the_others(self, messages):
        make_try_on(status=Status.QUEUED, account=Account.of("second"))
        wakeup.wake(Account.of("second"))

        assert len(messages) == 1
        assert Account.of("second").unanswered_wakeups == 1
        assert Account.of().unanswered_wakeups == 0

    def test_wake_runner__is_for_the_account_whose_runner_is_not_active(self, messages):
        lease.take(Account.of())
        for alias in ("default", "second"):
            wakeup.wake_runner(Account.of(alias))

        assert len(messages) == 1

    def test_work_of_an_engine_that_is_gone_sends_no_message(self, messages, configure, settings):
        make_try_on(status=Status.QUEUED, account=Account.of("second"))
        configure(ENGINES={"default": settings.OUTFITANYONE["ENGINES"]["default"]})
        wakeup.wake()

        assert len(messages) == 1

    def test_watch__asks_for_a_worker_for_each_idle_account(self, messages, monkeypatch):
        runs = []
        monkeypatch.setattr(tasks, "take_turns", lambda *, budget: runs.append(budget))
        make_try_on(status=Status.QUEUED, account=Account.of("second"))
        tasks.watch()

        assert (len(messages), len(runs)) == (1, 1)

    def test_end_of_a_parse__wakes_the_account_that_waited_for_it(self, messages):
        """The parser has an account of its own, whose runner may be another worker."""
        parse = ClothesParse.objects.create(
            account=Account.of("second"), model_image=make_model_image(), clothes_types="upper"
        )
        wakeup.wake_after_parse(parse)
        assert messages == []
        parse.status = Status.SUCCEEDED
        wakeup.wake_after_parse(parse)

        assert len(messages) == 1

    def test_end_of_the_parse_of_a_result__concerns_no_other_account(
        self, messages, django_assert_num_queries
    ):
        parse = ClothesParse(account=Account.of("second"), try_on=make_try_on())
        parse.status = Status.SUCCEEDED
        with django_assert_num_queries(0):
            wakeup.wake_after_parse(parse)

        assert messages == []


class TestNobodyAnswers:
    """Messages do not pile up while no worker takes them."""

    def test_many_requests_leave_one_message(self, messages):
        Account.of()
        for _ in range(20):
            wakeup.wake()

        assert len(messages) == 1

    @pytest.mark.parametrize(
        ("unanswered", "seconds", "is_sent"),
        [
            (1, 4, False),
            (1, 6, True),
            (2, 9, False),
            (2, 11, True),
            (4, 39, False),
            (4, 41, True),
            (90, 290, False),
            (90, 310, True),
        ],
    )
    @pytest.mark.parametrize("call", ["wake", "wake_if_idle"])
    def test_interval_doubles(self, messages, unanswered, seconds, is_sent, call):
        Account.of()
        last_wakeup_at = timezone.now() - timedelta(seconds=seconds)
        Account.objects.update(unanswered_wakeups=unanswered, last_wakeup_at=last_wakeup_at)
        getattr(wakeup, call)()

        assert len(messages) == is_sent

    def test_count_has_a_maximum(self, messages):
        Account.of()
        Account.objects.update(unanswered_wakeups=MOST_UNANSWERED)
        wakeup.wake()

        assert len(messages) == 1
        assert Account.of().unanswered_wakeups == MOST_UNANSWERED

    @pytest.mark.parametrize("sign", ["starts", "works", "ends"])
    def test_runner_that_is_seen_sets_the_count_back(self, messages, sign):
        account = Account.of()
        token = "" if sign == "starts" else lease.take(account)
        Account.objects.update(unanswered_wakeups=7)
        if sign == "starts":
            lease.take(account)
        elif sign == "works":
            lease.renew(account, token)
        else:
            lease.release(account, token)

        assert Account.of().unanswered_wakeups == 0

    def test_request_wakes_while_a_runner_is_active(self, messages):
        """The runner may have made its last turn already."""
        lease.take(Account.of())
        Account.objects.update(unanswered_wakeups=3, last_wakeup_at=timezone.now())
        wakeup.wake()

        assert len(messages) == 1

    def test_end_of_a_run_wakes_the_next(self, messages):
        account = Account.of()
        wakeup.wake()
        lease.release(account, lease.take(account))
        wakeup.wake()

        assert len(messages) == 2

    def test_database_error_does_not_reach_the_caller(self, messages, monkeypatch):
        def refuse(*_args, **_kwargs):
            raise OperationalError("database is locked")

        monkeypatch.setattr(wakeup, "accounts_with_work", refuse)
        wakeup.wake()

        assert len(messages) == 1


@contextmanager
def silent_server():
    """Yield the port and the connections of a server that never answers."""
    accepted = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept():
            with suppress(OSError):
                while True:
                    accepted.append(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1], accepted
        listener.shutdown(socket.SHUT_RDWR)
    for connection in accepted:
        connection.close()
    for thread in threading.enumerate():
        if thread.name == "outfitanyone-call":
            thread.join(30)  # else its failure opens the circuit of the next test


@pytest.fixture
def silent_broker(monkeypatch):
    """A Redis broker that never answers; a list of its connections."""
    with silent_server() as (port, accepted):
        monkeypatch.setattr(Conf, "ORM", None)
        monkeypatch.setattr(Conf, "REDIS", f"redis://127.0.0.1:{port}/0")
        broker()  # imports the client
        yield accepted


class TestSilentBroker:
    def test_wake__is_bounded_and_logged_once(self, silent_broker, open_work, caplog):
        durations = []
        for _ in range(5):
            Account.objects.update(unanswered_wakeups=0, last_wakeup_at=LONG_AGO)
            started_at = time.monotonic()
            wakeup.wake()
            durations.append(time.monotonic() - started_at)

        assert durations[0] < 1.5  # the machine may be busy
        assert max(durations[1:]) < 1.5
        end = time.monotonic() + 10
        while not (silent_broker and events(caplog)) and time.monotonic() < end:
            time.sleep(0.01)  # a call without a wait is logged when the broker's time is over
        assert events(caplog) == ["wakeup_failed"]
        assert len(silent_broker) == 1

    def test_page_with_unfinished_work_stays_fast(self, silent_broker, admin_client):
        try_on = make_try_on(status=Status.QUEUED)
        address = reverse("admin:django_outfitanyone_tryonresult_change", args=[try_on.pk])
        admin_client.get(reverse("admin:index"))
        admin_client.get(address)  # the templates are compiled
        circuit.reset_all()
        Account.objects.update(unanswered_wakeups=0, last_wakeup_at=LONG_AGO)
        started_at = time.monotonic()
        assert admin_client.get(address).status_code == 200

        assert time.monotonic() - started_at < 3

    def test_connection__has_a_timeout(self, silent_broker):
        settings = broker().connection.connection_pool.connection_kwargs

        assert settings["socket_timeout"] == settings["socket_connect_timeout"] == 3

    def test_connection__keeps_the_timeout_of_the_shop(self, silent_broker, monkeypatch):
        own = {"socket_timeout": 1, "socket_connect_timeout": 2}
        monkeypatch.setattr(Conf, "REDIS", own)
        settings = broker().connection.connection_pool.connection_kwargs

        assert own.items() <= settings.items()

    def test_broker_problem__does_not_wait_for_ever(self, silent_broker, monkeypatch):
        monkeypatch.setattr(wakeup, "SOCKET_SECONDS", 0.1)
        started_at = time.monotonic()

        assert wakeup.broker_problem()
        assert time.monotonic() - started_at < 1


class TestWorkerIsMissing:
    @pytest.fixture(autouse=True)
    def _account(self):
        Account.of()

    def seen(self, **ago):
        Account.objects.update(runner_expires_at=timezone.now() - timedelta(**ago))

    def due(self, **ago):
        make_try_on(status=Status.QUEUED, due_at=timezone.now() - timedelta(**ago))

    def test_without_work_none_is_missed(self):
        assert not wakeup.is_worker_missing()
        self.seen(days=3)
        assert not wakeup.is_worker_missing()

    @pytest.mark.parametrize(("seconds", "is_missing"), [(50, False), (70, True)])
    def test_first_minute_of_new_work_says_nothing(self, seconds, is_missing):
        self.due(seconds=seconds)

        assert wakeup.is_worker_missing() == is_missing

    @pytest.mark.parametrize(("seconds", "is_missing"), [(-10, False), (70, False), (100, True)])
    def test_worker_is_missed_after_a_missed_minute(self, seconds, is_missing):
        self.due(hours=1)
        self.seen(seconds=seconds)

        assert wakeup.is_worker_missing() == is_missing

    def test_parses_are_work_too(self):
        self.seen(minutes=5)
        parse_clothes(make_model_image())
        ClothesParse.objects.update(due_at=timezone.now() - timedelta(minutes=2))

        assert wakeup.is_worker_missing()

    def test_command__is_that_of_the_project(self, settings):
        assert wakeup.worker_command() == "manage.py qcluster"
        settings.OUTFITANYONE = {"Q_CLUSTER_NAME": "pictures"}
        assert wakeup.worker_command() == "manage.py qcluster --name pictures"
        settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_q"]
        assert wakeup.worker_command() == "manage.py outfitanyone_worker"


def test_watchdog__repeated_migrations_leave_one_schedule():
    call_command("migrate", verbosity=0)
    wakeup.install_schedule()

    schedule = Schedule.objects.get(name=WATCHDOG)
    assert (schedule.func, schedule.schedule_type, schedule.minutes) == (
        "django_outfitanyone.tasks.watch",
        Schedule.MINUTES,
        1,
    )


def test_watchdog__of_an_older_version_is_changed_and_keeps_the_rest():
    Schedule.objects.all().delete()
    Schedule.objects.create(name=WATCHDOG, func=POLL, minutes=3)
    wakeup.install_schedule()

    schedule = Schedule.objects.get(name=WATCHDOG)
    assert (schedule.func, schedule.minutes) == ("django_outfitanyone.tasks.watch", 3)
    assert DjangoQ().has_schedule()


def test_watchdog__is_not_created_before_django_q_is_migrated(monkeypatch):
    from django.db import connection

    monkeypatch.setattr(connection.introspection, "table_names", list)
    Schedule.objects.all().delete()
    wakeup.install_schedule()

    assert not Schedule.objects.exists()


def test_watchdog__is_not_created_without_django_q(settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_q"]
    Schedule.objects.all().delete()
    wakeup.install_schedule()

    assert not Schedule.objects.exists()


class TestPoll:
    @pytest.fixture(autouse=True)
    def _record(self, monkeypatch, open_work):
        self.budgets = []
        self.more = False
        monkeypatch.setattr(runner, "run", self._run)

    def _run(self, account, *, budget, should_yield):
        self.budgets.append(round(budget))
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
