"""The tasks that a backend of ``django.tasks`` runs."""

from __future__ import annotations

from django.tasks import task
from django.utils.module_loading import import_string

from django_outfitanyone.wakers import configured
from django_outfitanyone.wakers.base import POLL, WATCH

WAKER = configured()
PLACE = {
    "backend": getattr(WAKER, "alias", "default"),
    "queue_name": getattr(WAKER, "queue_name", "default"),
}
"""Django refuses to make a task for a backend or queue that ``TASKS`` does not have."""


@task(**PLACE)
def poll() -> None:
    import_string(POLL)()


@task(**PLACE)
def watch() -> None:
    import_string(WATCH)()
