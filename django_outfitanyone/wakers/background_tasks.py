"""The tasks that a backend of ``django.tasks`` runs."""

from __future__ import annotations

from django.tasks import task
from django.utils.module_loading import import_string

from django_outfitanyone.wakers import configured
from django_outfitanyone.wakers.base import POLL, WATCH
from django_outfitanyone.wakers.django_tasks import DjangoTasks

# a task is refused here already if its backend or queue is unknown
waker = configured()
place = waker if isinstance(waker, DjangoTasks) else DjangoTasks()


@task(backend=place.alias, queue_name=place.queue_name)
def poll() -> None:
    import_string(POLL)()


@task(backend=place.alias, queue_name=place.queue_name)
def watch() -> None:
    import_string(WATCH)()
