"""Celery: the project's app with any broker, and beat, which wakes the worker every minute."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django_outfitanyone.check_messages import Messages, error, warning
from django_outfitanyone.wakers.base import MINUTE, SOCKET_SECONDS, WATCH, WATCHDOG, Waker

STALE_SECONDS = 300
"""After this time beat's messages of a time without a worker are dropped."""
TIMEOUTS = {
    "redis": ("socket_timeout", "socket_connect_timeout"),
    "rediss": ("socket_timeout", "socket_connect_timeout"),
    "amqp": ("read_timeout", "write_timeout"),
    "amqps": ("read_timeout", "write_timeout"),
    "pyamqp": ("read_timeout", "write_timeout"),
}
"""What bounds each wait of Celery's transports, by the scheme of the broker's URL."""


class Celery(Waker):
    """Sends to the queue that ``task_routes`` names, or to Celery's default one."""

    title = "Celery"
    setting = "CELERY_BROKER_URL"

    def missing(self) -> str:
        return "" if find_spec("celery") else "pip install celery"

    def connect(self) -> None:
        """Register the tasks, and the entry of beat."""
        from celery import current_app

        import django_outfitanyone.wakers.celery_tasks  # noqa: F401 - registers the tasks

        if not _is_app_missing():
            watch = current_app.signature(WATCH)
            current_app.add_periodic_task(MINUTE, watch, name=WATCHDOG, expires=STALE_SECONDS)

    def send(self) -> None:
        from django_outfitanyone.wakers.celery_tasks import poll

        if self.is_synchronous():
            poll.apply_async()
            return
        with _connection() as connection:
            poll.apply_async(connection=connection, retry=False)

    def is_synchronous(self) -> bool:
        from celery import current_app

        return bool(current_app.conf.task_always_eager)

    def command(self) -> str:
        from celery import current_app

        return f"celery -A {current_app.main or _project()} worker --beat"

    def check(self) -> Messages:
        if _is_app_missing():
            text = "OUTFITANYONE['WAKER'] is 'celery', but this process has loaded no Celery app."
            line = f"In {_project()}/__init__.py: from .celery import app as celery_app"
            return [error("E015", text, line)]
        if self.is_synchronous():
            text = (
                "CELERY_TASK_ALWAYS_EAGER is for tests only: pages wait for uploads and calls of "
                "the engine."
            )
            return [warning("W008", text, "CELERY_TASK_ALWAYS_EAGER = False")]
        return []

    def ping(self) -> bool:
        with _connection() as connection:
            connection.connect()
        return True

    def has_schedule(self) -> bool:
        from celery import current_app

        entries = current_app.conf.beat_schedule or {}
        return any(entry["task"] == WATCH for entry in entries.values())

    def schedule_remedy(self) -> str:
        entry = f'{{"task": "{WATCH}", "schedule": {MINUTE:.0f}}}'
        return f'CELERY_BEAT_SCHEDULE = {{"outfitanyone": {entry}}}'


def _project() -> str:
    """Return the package of the project, which by custom has the module ``celery``."""
    return os.environ.get("DJANGO_SETTINGS_MODULE", "project").partition(".")[0]


def _connection() -> Any:
    """Return a new connection to the broker, with timeouts where the shop sets none."""
    from celery import current_app

    own = current_app.conf.broker_transport_options or {}
    url = current_app.conf.broker_write_url or current_app.conf.broker_url or "amqp://"
    scheme = urlsplit(url if isinstance(url, str) else url[0]).scheme
    options = {name: own.get(name) or SOCKET_SECONDS for name in TIMEOUTS.get(scheme, ())}
    return current_app.connection_for_write(
        connect_timeout=SOCKET_SECONDS, transport_options=options
    )


def _is_app_missing() -> bool:
    """Whether Celery would make an app of its own, which knows no broker of the project."""
    from celery import current_app

    return current_app.main == "default" and not current_app.set_as_current
