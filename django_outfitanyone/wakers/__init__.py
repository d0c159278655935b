"""Wakers: one module for each queue that may run the worker, and the one that is configured."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.module_loading import import_string

from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.wakers.base import Waker
from django_outfitanyone.wakers.none import NoQueue

WAKERS = {
    "django_q": "django_outfitanyone.wakers.django_q.DjangoQ",
    "django_tasks": "django_outfitanyone.wakers.django_tasks.DjangoTasks",
    "celery": "django_outfitanyone.wakers.celery.Celery",
    "none": "django_outfitanyone.wakers.none.NoQueue",
}
"""The names that ``OUTFITANYONE["WAKER"]`` may have, beside a dotted path."""


def configured() -> Waker:
    """Return the waker of the settings; ``ConfigurationError`` if there is no such class."""
    return _load(conf.WAKER)


def current() -> Waker:
    """Return the waker of the settings if it can be used, otherwise that without a queue.

    So a wrong setting, which the system checks report, breaks no request.
    """
    try:
        waker = configured()
    except ConfigurationError:
        return NoQueue()
    return NoQueue() if waker.missing() else waker


@cache
def _load(name: str) -> Waker:
    path = WAKERS.get(name, name)
    try:
        found: Any = import_string(path)
    except ImportError as fault:
        raise ConfigurationError(f"{path!r} cannot be imported: {fault}") from fault
    if not (isinstance(found, type) and issubclass(found, Waker)):
        raise ConfigurationError(f"{path!r} is no subclass of Waker.")
    return found()
