"""Checks of the project around the app: time zone, media storage, waker and SQLite."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import connections, router

from django_outfitanyone import wakers
from django_outfitanyone.checks.messages import Messages, error, warning
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.models import Account
from django_outfitanyone.models.storage_fields import STORAGE_SETTINGS
from django_outfitanyone.setting_types import given
from django_outfitanyone.wakers.base import WORKER, setting_line


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
            "E016",
            f"OUTFITANYONE[{name!r}] = {getattr(conf, name)!r} is no alias of STORAGES.",
            f'STORAGES = {{..., "{getattr(conf, name)}": {{"BACKEND": ...}}}}, or '
            f'OUTFITANYONE = {{"{name}": "default"}}',
        )
        for name in STORAGE_SETTINGS
        if getattr(conf, name) not in storages.backends
    ]


def check_queue(**_kwargs: Any) -> Messages:
    """The waker must exist, be installed and be set up; each waker checks its own settings."""
    try:
        waker = wakers.configured()
    except ConfigurationError as fault:
        nearest = get_close_matches(conf.WAKER, wakers.WAKERS, n=1, cutoff=0)[0]
        text = f"OUTFITANYONE['WAKER'] = {conf.WAKER!r} names no waker: {fault}"
        return [error("E013", text, setting_line(nearest))]
    line = waker.missing()
    if not line:
        return waker.check()
    if "WAKER" in given():
        text = f"OUTFITANYONE['WAKER'] is {conf.WAKER!r}, but {waker.title} is not installed."
        return [error("E014", text, f"{line}, or {setting_line('none')}")]
    return [
        warning(
            "W006",
            "django_q is not in INSTALLED_APPS, so nothing wakes the worker.",
            f"{line}, or keep `{WORKER}` running and set {setting_line('none')}",
        )
    ]


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
