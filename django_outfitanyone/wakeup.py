"""Wake the worker through django-q2. No other module imports it.

The database row is the source of truth; the queue only wakes the worker. A lost,
duplicated or late message can delay a step but never skip or repeat it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.utils import timezone

from django_outfitanyone.circuit import Circuit
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.models.idle_accounts import (
    accounts_with_work,
    idle_accounts,
    is_next_wakeup_due,
    record_wakeup,
)
from django_outfitanyone.pictures.downloads import TOTAL_SECONDS as DOWNLOAD_SECONDS

POLL = "django_outfitanyone.tasks.poll"
WATCH = "django_outfitanyone.tasks.watch"
WATCHDOG = "django_outfitanyone watchdog"
MAIL_SECONDS = 10.0
"""For this long after a run the worker begins to announce finished batches."""
SOCKET_SECONDS = 3.0
"""Timeout of a Redis connection for which the shop sets none; redis-py may wait for ever."""
MISSED_MINUTE = timedelta(minutes=1)
LAST_CALLS = 4
"""Calls of the engine, each as slow as it may be, that end a run at worst."""


def is_installed() -> bool:
    """Whether the project runs django-q2; otherwise ``outfitanyone_poll`` is the worker."""
    return apps.is_installed("django_q")


def is_synchronous() -> bool:
    """Whether tasks run inside the call that queues them, as in many test settings."""
    from django_q.conf import Conf

    return bool(Conf.SYNC)


def cluster_settings() -> Mapping[str, Any]:
    """Return the settings of the cluster that runs the poller; ``KeyError`` if it is unknown."""
    main: Mapping[str, Any] = getattr(settings, "Q_CLUSTER", {})
    name = conf.Q_CLUSTER_NAME
    if not name or name == main.get("name"):
        return main
    return {**main, **main["ALT_CLUSTERS"][name]}


def task_timeout() -> int:
    """Return the seconds after which a run of the worker is stuck, so that it may be killed.

    A run ends ``RUN_BUDGET`` seconds after its start, except for the steps that have begun by
    then: one that pays, with its uploads, makes up to ``LAST_CALLS`` calls, of which only one
    may wait for an engine that answers when it is done, and a download may take its whole time.
    Then it announces what is finished, of which the last e-mail may take as long again.
    """
    free_call = conf.CONNECT_TIMEOUT + conf.READ_TIMEOUT
    last_step = (LAST_CALLS - 1) * free_call + max(_longest_calls(), default=free_call)
    mail = 2 * MAIL_SECONDS if conf.NOTIFY_BY_EMAIL else 0
    return math.ceil(conf.RUN_BUDGET + max(last_step, DOWNLOAD_SECONDS) + mail)


def _longest_calls() -> Iterator[float]:
    return (engine.longest_call() for engine in conf.usable_engines)


def worker_command() -> str:
    """Return the command that starts the worker of this project."""
    if not is_installed():
        return "manage.py outfitanyone_poll"
    name = conf.Q_CLUSTER_NAME
    return f"manage.py qcluster --name {name}" if name else "manage.py qcluster"


def is_worker_missing(account: Account | None = None) -> bool:
    """Whether work has been due for a minute, and no runner was seen in all that time.

    Of one account, or of any if none is given. Says nothing about work that waits for a slot,
    a pause or a person: a worker that runs is seen at least once a minute, whatever the work
    waits for. One worker may serve all accounts, so the runner of any counts.
    """
    if account and not account.is_runner_missing:
        return False
    accounts = list(Account.objects.configured())
    if not accounts or not all(one.is_runner_missing for one in accounts):
        return False
    moment = timezone.now() - MISSED_MINUTE
    return any(
        model.objects.filter(account__in=[account] if account else accounts)
        .open()
        .due(moment)
        .exists()
        for model in (TryOnResult, ClothesParse)
    )


def broker_problem() -> str:
    """Return why the broker does not answer; ``""`` if it does."""
    problem: list[str] = []

    def ping() -> None:
        try:
            problem.append("" if _broker().ping() else "no answer")
        except Exception as error:  # noqa: BLE001 - every broker has errors of its own
            problem.append(f"{type(error).__name__}: {error}")

    if _is_queue_in_database():
        ping()
    else:
        thread = threading.Thread(target=ping, daemon=True, name="outfitanyone-ping")
        thread.start()
        thread.join(2 * SOCKET_SECONDS)
    return problem[0] if problem else f"no answer within {2 * SOCKET_SECONDS:.0f} s"


def has_watchdog() -> bool:
    """Whether the schedule exists that wakes the worker every minute."""
    from django_q.models import Schedule

    return bool(Schedule.objects.filter(func=WATCH).exists())


def wake(account: Account | None = None) -> None:
    """Ask the queue for a worker for this account, or for each account with open work.

    Never raises, and waits for ``circuit.PATIENCE`` at most, whatever the broker does: if the
    message is lost, the watchdog helps.
    """
    if not is_installed() or _circuit.is_open:
        return
    try:
        accounts = Account.objects.filter(pk=account.pk) if account else accounts_with_work()
        count = sum(map(record_wakeup, accounts))
    except DatabaseError:
        count = 1  # the counts in the rows only save messages
    for _message in range(count):
        _send()


def wake_again() -> None:
    """Ask the queue for another worker at the end of a run that has left work."""
    if is_installed() and not _circuit.is_open:
        _send()


def wake_if_idle() -> None:
    """Wake the worker for accounts with work and no runner. Pages with unfinished jobs call this.

    So jobs go on even after messages were lost, for example to a worker that was killed.
    """
    now = timezone.now()
    with suppress(DatabaseError):  # the count only saves messages
        for account in accounts_with_work():
            is_idle = account.runner_expires_at < now
            if is_idle and is_next_wakeup_due(account, now) and record_wakeup(account):
                wake_again()


def wake_runner(account: Account) -> None:
    """Wake the worker for a new job of this account, unless its runner is active."""
    if account.runner_expires_at < timezone.now():
        wake(account)


def wake_after_parse(job: ClothesParse, **_signal: Any) -> None:
    """Wake the accounts whose try-ons may have waited for this clothes parse of another account.

    Receives ``status_changed`` of clothes parses. No try-on waits for the parse of a result.
    """
    if job.model_image_id and job.is_finished and not is_synchronous():
        for account in idle_accounts(due_until=timezone.now()):
            if account.pk != job.account_id:
                wake(account)


def install_watchdog(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Create the schedule that wakes the worker every minute. Runs after each migrate."""
    if not is_installed():
        return
    from django_q.models import Schedule

    if Schedule._meta.db_table not in connections[using].introspection.table_names():
        return  # django-q2 is not migrated yet; its own migrate calls this again
    schedules = Schedule.objects.using(using)
    schedules.filter(name=WATCHDOG, func=POLL).update(func=WATCH)  # of an older version
    schedules.get_or_create(
        name=WATCHDOG,
        defaults={
            "func": WATCH,
            "schedule_type": Schedule.MINUTES,
            "minutes": 1,
            "cluster": conf.Q_CLUSTER_NAME or None,
        },
    )


def _send() -> None:
    if _is_sent_by_caller():
        _circuit.call_here(_put_into_queue)
    else:
        _circuit.call(_put_into_queue)


def _put_into_queue() -> None:
    from django_q.tasks import async_task

    # in q_options, because django-q2 would pass plain keyword arguments to the task
    options: dict[str, Any] = {
        "task_name": "try-on",
        "timeout": task_timeout(),
        "ack_failure": True,
        "save": False,
        "cluster": conf.Q_CLUSTER_NAME or None,
    }
    if not _is_sent_by_caller():
        options["broker"] = _broker()
    async_task(POLL, q_options=options)


def _is_sent_by_caller() -> bool:
    """Whether the message is sent in the thread that wakes.

    The database bounds its own waits, and the connection of another thread would wait for the
    transaction of this one.
    """
    return is_synchronous() or _is_queue_in_database()


def _is_queue_in_database() -> bool:
    from django_q.conf import Conf

    is_other = Conf.BROKER_CLASS or Conf.IRON_MQ or isinstance(Conf.SQS, dict)
    return bool(Conf.ORM) and not is_other


def _broker() -> Any:
    """Return the broker; a Redis connection of django-q2's own gets timeouts if it has none."""
    from django_q.brokers import get_broker
    from django_q.conf import Conf

    broker = get_broker(conf.Q_CLUSTER_NAME) if conf.Q_CLUSTER_NAME else get_broker()
    pool = getattr(getattr(broker, "connection", None), "connection_pool", None)
    if pool is not None and not Conf.DJANGO_REDIS:  # a pool of django-redis is the shop's own
        for name in ("socket_timeout", "socket_connect_timeout"):
            pool.connection_kwargs[name] = pool.connection_kwargs.get(name) or SOCKET_SECONDS
    return broker


_circuit = Circuit(
    "The worker could not be woken; until the broker answers, only the watchdog wakes it",
    event="wakeup_failed",
)
