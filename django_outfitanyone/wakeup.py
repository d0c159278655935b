"""Wake the worker through django-q2. No other module imports it.

The database row is the source of truth; the queue only wakes the worker. A lost,
duplicated or late message can delay a step but never skip or repeat it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.utils import timezone

from django_outfitanyone.circuit import Circuit
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.pictures.downloads import TOTAL_SECONDS as DOWNLOAD_SECONDS

POLL = "django_outfitanyone.tasks.poll"
WATCHDOG = "django_outfitanyone watchdog"
WAKE_INTERVAL = timedelta(seconds=5)
LONGEST_WAKE_INTERVAL = timedelta(minutes=5)
"""While no runner answers, the interval between two wakeups doubles up to this."""
MOST_UNANSWERED = 100
"""Safely below the maximum of the column."""
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
    then: one that pays, with its uploads, makes up to ``LAST_CALLS`` calls, and a download may
    take its whole time.
    """
    last_step = max(LAST_CALLS * conf.longest_call, DOWNLOAD_SECONDS)
    return math.ceil(conf.RUN_BUDGET + last_step)


def worker_command() -> str:
    """Return the command that starts the worker of this project."""
    if not is_installed():
        return "manage.py outfitanyone_poll"
    name = conf.Q_CLUSTER_NAME
    return f"manage.py qcluster --name {name}" if name else "manage.py qcluster"


def is_worker_missing(account: Account | None = None) -> bool:
    """Whether work has been due for a minute, and no runner was seen in all that time.

    Says nothing about work that waits for a slot, a pause or a person: a worker that runs is
    seen at least once a minute, whatever the work waits for.
    """
    account = account or Account.objects.filter(pk=conf.ACCOUNT).first()
    if account is None or not account.is_runner_missing:
        return False
    moment = timezone.now() - MISSED_MINUTE
    return any(
        model.objects.filter(account=account).open().due(moment).exists()
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

    return bool(Schedule.objects.filter(func=POLL).exists())


def wake() -> None:
    """Ask the queue to run the poller.

    Never raises, and waits for ``circuit.PATIENCE`` at most, whatever the broker does: if the
    message is lost, the watchdog helps.
    """
    if not is_installed() or _circuit.is_open or not _record_wakeup():
        return
    if _is_sent_by_caller():
        _circuit.call_here(_put_into_queue)
    else:
        _circuit.call(_put_into_queue)


def wake_if_idle() -> None:
    """Wake the worker if no runner is active. Every page with unfinished jobs calls this.

    So jobs go on even after messages were lost, for example to a worker that was killed.
    """
    account = Account.objects.filter(pk=conf.ACCOUNT).first()
    now = timezone.now()
    if account and account.runner_expires_at < now and _is_next_wakeup_due(account, now):
        wake()


def install_watchdog(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Create the schedule that wakes the worker every minute. Runs after each migrate."""
    if not is_installed():
        return
    from django_q.models import Schedule

    if Schedule._meta.db_table not in connections[using].introspection.table_names():
        return  # django-q2 is not migrated yet; its own migrate calls this again
    Schedule.objects.using(using).get_or_create(
        name=WATCHDOG,
        defaults={
            "func": POLL,
            "schedule_type": Schedule.MINUTES,
            "minutes": 1,
            "cluster": conf.Q_CLUSTER_NAME or None,
        },
    )


def _record_wakeup() -> bool:
    """Count a wakeup in the account's row; return whether its message should be sent.

    A runner that is seen sets the count back. So while none answers, messages become rarer
    and do not pile up in the queue; the message that waits there is enough.
    """
    now = timezone.now()
    try:
        account = Account.objects.filter(pk=conf.ACCOUNT).first()
        if account is None:
            return True
        is_answered = not account.unanswered_wakeups or account.runner_expires_at >= now
        if not (is_answered or _is_next_wakeup_due(account, now)):
            return False
        unanswered = min(account.unanswered_wakeups + 1, MOST_UNANSWERED)
        # of two requests, the first to change the row sends: after the commit of both
        rows = Account.objects.filter(pk=account.pk, last_wakeup_at=account.last_wakeup_at)
        return bool(rows.update(last_wakeup_at=now, unanswered_wakeups=unanswered))
    except DatabaseError:
        return True  # the count only saves messages


def _is_next_wakeup_due(account: Account, now: datetime) -> bool:
    doublings = min(max(account.unanswered_wakeups - 1, 0), 10)
    interval = min(WAKE_INTERVAL * 2**doublings, LONGEST_WAKE_INTERVAL)
    return bool(account.last_wakeup_at < now - interval)


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
