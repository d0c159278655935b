"""Ringing the runner through django-q2: the only module that imports it.

The rows are the truth and a ring is only a doorbell: lost, doubled or late ones
change when work happens, never whether or how often.
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
RING_AGAIN_AFTER = timedelta(seconds=5)


def is_installed() -> bool:
    """Whether the project runs django-q2; without it ``outfitanyone_poll`` does the work."""
    return apps.is_installed("django_q")


def is_synchronous() -> bool:
    """Whether tasks run inside the call that queues them, as projects set it for tests."""
    from django_q.conf import Conf

    return bool(Conf.SYNC)


def cluster_settings() -> Mapping[str, Any]:
    """The settings of the cluster that gets the rings; ``KeyError`` when there is none."""
    main: Mapping[str, Any] = getattr(settings, "Q_CLUSTER", {})
    name = conf.Q_CLUSTER_NAME
    if not name or name == main.get("name"):
        return main
    return {**main, **main["ALT_CLUSTERS"][name]}


def trouble_with_broker() -> str:
    """Why no ring can be heard at present; ``""`` when the broker answers."""
    from django_q.brokers import get_broker

    try:
        return "" if get_broker().ping() else "no answer"
    except Exception as error:  # noqa: BLE001 - every broker has errors of its own
        return f"{type(error).__name__}: {error}"


def has_watchdog() -> bool:
    """Whether the runner is rung every minute, whatever else happens."""
    from django_q.models import Schedule

    return bool(Schedule.objects.filter(func=POLL).exists())


def ring() -> None:
    """Ask for a runner. Never fails: if the broker is down, the watchdog comes later."""
    if not is_installed():
        return
    from django_q.tasks import async_task

    # everything through q_options: as plain arguments they would be taken from the task's own
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
        logger.warning("The queue could not be rung", exc_info=True, extra={"event": "ring_failed"})


def ring_if_silent() -> None:
    """Ring when nobody is at work: called by every page that shows unfinished work.

    This is what gets past a queue whose workers are dead but still swallow messages.
    """
    now = timezone.now()
    rung = Account.objects.filter(
        pk=conf.ACCOUNT, runner_expires_at__lt=now, last_rung_at__lt=now - RING_AGAIN_AFTER
    ).update(last_rung_at=now)
    if rung:
        ring()


def install_watchdog(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Have the runner rung every minute, whatever else goes wrong. Runs after each migrate."""
    if not is_installed():
        return
    from django_q.models import Schedule

    if Schedule._meta.db_table not in connections[using].introspection.table_names():
        return  # django-q2 itself is not migrated yet; its migrate comes by here again
    Schedule.objects.using(using).get_or_create(
        name=WATCHDOG,
        defaults={
            "func": POLL,
            "schedule_type": Schedule.MINUTES,
            "minutes": 1,
            "cluster": conf.Q_CLUSTER_NAME or None,
        },
    )
