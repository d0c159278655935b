"""django-q2: any broker, and a schedule that wakes the worker every minute."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections

from django_outfitanyone.check_messages import Messages, error, warning
from django_outfitanyone.conf import conf
from django_outfitanyone.wakers.base import POLL, SOCKET_SECONDS, WATCH, WATCHDOG, Waker
from django_outfitanyone.wakers.time_limit import task_timeout

SPARE_SECONDS = 30
"""How much longer than a task may run django-q2 should wait before it runs it again."""


class DjangoQ(Waker):
    """Sends to the cluster that ``Q_CLUSTER_NAME`` names, or to that of ``Q_CLUSTER``."""

    title = "django-q2"
    setting = "Q_CLUSTER"

    def missing(self) -> str:
        return "" if apps.is_installed("django_q") else 'INSTALLED_APPS += ["django_q"]'

    def send(self) -> None:
        from django_q.tasks import async_task

        # in q_options, because django-q2 would pass plain keyword arguments to the task
        options: dict[str, Any] = {
            "task_name": "try-on",
            "timeout": task_timeout(),
            "ack_failure": True,
            "save": False,
            "cluster": conf.Q_CLUSTER_NAME or None,
        }
        if not (self.is_synchronous() or self.is_sent_by_caller()):
            options["broker"] = broker()
        async_task(POLL, q_options=options)

    def is_sent_by_caller(self) -> bool:
        """Whether the queue is in the database."""
        from django_q.conf import Conf

        is_other = Conf.BROKER_CLASS or Conf.IRON_MQ or isinstance(Conf.SQS, dict)
        return bool(Conf.ORM) and not is_other

    def is_synchronous(self) -> bool:
        from django_q.conf import Conf

        return bool(Conf.SYNC)

    def command(self) -> str:
        name = conf.Q_CLUSTER_NAME
        return f"manage.py qcluster --name {name}" if name else "manage.py qcluster"

    def install(self, *, using: str = DEFAULT_DB_ALIAS) -> None:
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

    def check(self) -> Messages:
        """Return settings of django-q2 that kill, repeat or delay tasks."""
        try:
            cluster = _cluster_settings()
        except KeyError:
            return [
                error(
                    "E005",
                    f"OUTFITANYONE['Q_CLUSTER_NAME'] = {conf.Q_CLUSTER_NAME!r} is neither the name "
                    "in Q_CLUSTER nor one of its ALT_CLUSTERS.",
                    'OUTFITANYONE = {"Q_CLUSTER_NAME": ""}',
                )
            ]
        return list(_queue_warnings(cluster))

    def ping(self) -> bool:
        return bool(broker().ping())

    def has_schedule(self) -> bool:
        from django_q.models import Schedule

        return bool(Schedule.objects.filter(func=WATCH).exists())

    def schedule_remedy(self) -> str:
        return "manage.py migrate"


def broker() -> Any:
    """Return the broker; a Redis connection of django-q2's own gets timeouts if it has none."""
    from django_q.brokers import get_broker
    from django_q.conf import Conf

    found = get_broker(conf.Q_CLUSTER_NAME) if conf.Q_CLUSTER_NAME else get_broker()
    pool = getattr(getattr(found, "connection", None), "connection_pool", None)
    if pool is not None and not Conf.DJANGO_REDIS:  # a pool of django-redis is the shop's own
        for name in ("socket_timeout", "socket_connect_timeout"):
            pool.connection_kwargs[name] = pool.connection_kwargs.get(name) or SOCKET_SECONDS
    return found


def _cluster_settings() -> Mapping[str, Any]:
    """Return the settings of the cluster that runs the poller; ``KeyError`` if it is unknown."""
    main: Mapping[str, Any] = getattr(settings, "Q_CLUSTER", {})
    name = conf.Q_CLUSTER_NAME
    if not name or name == main.get("name"):
        return main
    return {**main, **main["ALT_CLUSTERS"][name]}


def _queue_warnings(cluster: Mapping[str, Any]) -> Iterator[checks.CheckMessage]:
    needed = task_timeout()
    timeout = _number(cluster, "timeout", 0)
    longest = max(timeout, needed)  # each wakeup asks for the time that it needs
    retry = _number(cluster, "retry", 60)
    workers = _number(cluster, "workers", os.cpu_count() or 1)
    if timeout < needed:
        yield warning(
            "W002",
            f"Q_CLUSTER['timeout'] should be at least {needed} s: a run of the worker lasts "
            "RUN_BUDGET, and its last step may wait CONNECT_TIMEOUT + READ_TIMEOUT several times. "
            "A run that is killed earlier leaves paid requests without their answers.",
            f'Q_CLUSTER = {{"timeout": {needed}, "retry": {needed + SPARE_SECONDS}}}',
        )
    if retry <= longest:
        yield warning(
            "W003",
            f"Q_CLUSTER['retry'] ({retry} s) must be longer than a task may run ({longest} s).",
            f'Q_CLUSTER = {{"retry": {longest + SPARE_SECONDS}}}',
        )
    if _number(cluster, "queue_limit", workers**2) > 2 * workers:
        yield warning(
            "W004",
            f"Q_CLUSTER['queue_limit'] should be at most {2 * workers}, twice the workers: tasks "
            "that a process has prefetched are stuck or lost when it dies.",
            f'Q_CLUSTER = {{"queue_limit": {workers}}}',
        )
    if cluster.get("sync"):
        yield warning(
            "W008",
            "Q_CLUSTER['sync'] is for tests only: pages wait for uploads and calls of the engine.",
            'Q_CLUSTER = {"sync": False}',
        )
    if cluster.get("catch_up", True):
        yield warning(
            "W009",
            "Q_CLUSTER['catch_up'] queues one task for each minute that the cluster was down.",
            'Q_CLUSTER = {"catch_up": False}',
        )


def _number(cluster: Mapping[str, Any], name: str, default: int) -> int:
    """Return a setting of django-q2, or its default; invalid values are reported by django-q2."""
    value = cluster.get(name) or default
    return value if isinstance(value, int) else default
