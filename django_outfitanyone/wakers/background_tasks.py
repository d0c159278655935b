"""The tasks that a backend of ``django.tasks`` runs."""

from __future__ import annotations

from django.tasks import task
from django.utils.module_loading import import_string

from django_outfitanyone.wakers import configured
from django_outfitanyone.wakers.base import POLL, WATCH

# Django refuses to make a task for a backend or queue that ``TASKS`` does not have
ALIAS = getattr(configured(), "alias", "default")
QUEUE = getattr(configured(), "queue_name", "default")


@task(backend=ALIAS, queue_name=QUEUE)
def poll() -> None:
    import_string(POLL)()


@task(backend=ALIAS, queue_name=QUEUE)
def watch() -> None:
    import_string(WATCH)()
