"""Wake the worker through django-q2. No other module imports it.

The database row is the source of truth; the queue only wakes the worker. A lost,
duplicated or late message can delay a step but never skip or repeat it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account

logger = logging.getLogger("django_outfitanyone")

POLL = "django_outfitanyone.tasks.poll"
WATCHDOG = "django_outfitanyone watchdog"
WAKE_INTERVAL = timedelta(seconds=5)


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


def broker_problem() -> str:
    """Return why the broker does not answer; ``""`` if it does."""
    from django_q.brokers import get_broker

    try:
        return "" if get_broker().ping() else "no answer"
    except Exception as error:  # noqa: BLE001 - every broker has errors of its own
        return f"{type(error).__name__}: {error}"


def has_watchdog() -> bool:
    """Whether the schedule exists that wakes the worker every minute."""
    from django_q.models import Schedule

    return bool(Schedule.objects.filter(func=POLL).exists())


def wake() -> None:
    """Ask the queue to run the poller. Never raises: if the broker is down, the watchdog helps."""
    if not is_installed():
        return
    from django_q.tasks import async_task

    # in q_options, because django-q2 would pass plain keyword arguments to the task
    options = {
        "task_name": "try-on",
        "timeout": round(3 * conf.RUN_BUDGET),
        "ack_failure": True,
        "save": False,
        "cluster": conf.Q_CLUSTER_NAME or None,
    }
    try:
        async_task(POLL, q_options=options)
    except Exception:
        logger.warning(
            "The worker could not be woken", exc_info=True, extra={"event": "wakeup_failed"}
        )


def wake_if_idle() -> None:
    """Wake the worker if no runner is active. Every page with unfinished jobs calls this.

    So jobs go on even after messages were lost, for example to a worker that was killed.
    """
    now = timezone.now()
    is_idle = Account.objects.filter(
        pk=conf.ACCOUNT, runner_expires_at__lt=now, last_wakeup_at__lt=now - WAKE_INTERVAL
    ).update(last_wakeup_at=now)
    if is_idle:
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
