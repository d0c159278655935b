"""Checks of the project around the app: time zone, media storage, django-q2 and SQLite."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.files.storage import FileSystemStorage, storages
from django.db import connections, router

from django_outfitanyone import wakeup
from django_outfitanyone.checks.messages import Messages, error, warning
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account
from django_outfitanyone.models.storage_fields import STORAGE_SETTINGS

SPARE_SECONDS = 30
"""How much longer than a task may run django-q2 should wait before it runs it again."""


def check_time_zone(**_kwargs: Any) -> Messages:
    """Leases, deadlines and budgets compare times of several hosts."""
    if settings.USE_TZ:
        return []
    return [
        error(
            "E007",
            "USE_TZ is off, but this app needs time zone aware times: it compares leases, "
            "deadlines and budgets of several hosts, and local times repeat an hour each autumn. "
            "Your own times are shown in TIME_ZONE as before.",
            "USE_TZ = True",
        )
    ]


def check_media(**_kwargs: Any) -> Messages:
    """Without ``MEDIA_ROOT``, Django stores uploads in the server's working directory."""
    if any(_has_no_place(getattr(conf, name)) for name in STORAGE_SETTINGS):
        return [
            warning(
                "W007",
                "MEDIA_ROOT is not set, so pictures are stored in the server's working directory.",
                'MEDIA_ROOT = BASE_DIR / "media"; MEDIA_URL = "media/"',
            )
        ]
    return []


def _has_no_place(alias: str) -> bool:
    storage = storages[alias] if alias in storages.backends else None
    return isinstance(storage, FileSystemStorage) and not storage.base_location


def check_storages(**_kwargs: Any) -> Messages:
    """Settings that name a storage must name one of ``STORAGES``."""
    return [
        error(
            "E013",
            f"OUTFITANYONE[{name!r}] = {getattr(conf, name)!r} is no alias of STORAGES.",
            f'STORAGES = {{..., "{getattr(conf, name)}": {{"BACKEND": ...}}}}, or '
            f'OUTFITANYONE = {{"{name}": "default"}}',
        )
        for name in STORAGE_SETTINGS
        if getattr(conf, name) not in storages.backends
    ]


def check_queue(**_kwargs: Any) -> Messages:
    """Settings of django-q2 that kill, repeat or delay tasks."""
    if not wakeup.is_installed():
        return [
            warning(
                "W006",
                "django_q is not in INSTALLED_APPS, so nothing wakes the worker.",
                "Keep `manage.py outfitanyone_poll` running, or add django_q.",
            )
        ]
    try:
        cluster = wakeup.cluster_settings()
    except KeyError:
        return [
            error(
                "E005",
                f"OUTFITANYONE['Q_CLUSTER_NAME'] = {conf.Q_CLUSTER_NAME!r} is neither the name in "
                "Q_CLUSTER nor one of its ALT_CLUSTERS.",
                'OUTFITANYONE = {"Q_CLUSTER_NAME": ""}',
            )
        ]
    return list(_queue_warnings(cluster))


def check_sqlite(**_kwargs: Any) -> Messages:
    """SQLite serves a web process and a worker well, but only with these options."""
    database = connections[router.db_for_write(Account)].settings_dict
    options = database.get("OPTIONS", {})
    is_file = "sqlite3" in database["ENGINE"] and ":memory:" not in str(database["NAME"])
    if not is_file or (
        options.get("transaction_mode") == "IMMEDIATE"
        and "wal" in str(options.get("init_command", "")).lower()
    ):
        return []
    return [
        warning(
            "W005",
            "SQLite raises 'database is locked' when several processes write.",
            'DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", '
            '"init_command": "PRAGMA journal_mode=WAL;"}',
        )
    ]


def _queue_warnings(cluster: Mapping[str, Any]) -> Iterator[checks.CheckMessage]:
    needed = wakeup.task_timeout()
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
