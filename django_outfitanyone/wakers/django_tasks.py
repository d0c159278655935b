"""``django.tasks`` of Django 6: any backend; each run that leaves work asks for the next one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django
from django.apps import apps
from django.utils import timezone

from django_outfitanyone.check_messages import Messages, error, warning
from django_outfitanyone.wakers.base import WORKER, Waker

FIRST_VERSION = (6, 0)
BACKEND = "django_tasks_db.DatabaseBackend"


class DjangoTasks(Waker):
    """Sends to a backend of ``TASKS``. Subclass it to name another alias or queue."""

    title = "django.tasks"
    setting = "TASKS"
    ticks = False
    alias = "default"
    queue_name = "default"

    def missing(self) -> str:
        return "" if django.VERSION >= FIRST_VERSION else 'pip install "Django>=6.0"'

    def send(self) -> None:
        from django_outfitanyone.wakers.background_tasks import poll

        poll.using(backend=self.alias, queue_name=self.queue_name).enqueue()

    def send_later(self, seconds: float) -> None:
        from django_outfitanyone.wakers.background_tasks import watch

        if self.has_schedule():
            at = timezone.now() + timedelta(seconds=seconds)
            task = watch.using(backend=self.alias, queue_name=self.queue_name, run_after=at)
            task.enqueue()

    def is_sent_by_caller(self) -> bool:
        """Whether the backend has tables in the database."""
        config = apps.get_containing_app_config(type(self._backend()).__module__)
        return config is not None and any(config.get_models())

    def is_synchronous(self) -> bool:
        from django.tasks.backends.immediate import ImmediateBackend

        return isinstance(self._backend(), ImmediateBackend)

    def command(self) -> str:
        """Return the command of django-tasks-db; other backends have their own."""
        queue = "" if self.queue_name == "default" else f" --queue-name {self.queue_name}"
        return f"manage.py db_worker{queue}"

    def check(self) -> Messages:
        from django.tasks.backends.dummy import DummyBackend
        from django.tasks.exceptions import InvalidTaskBackend

        line = f'TASKS = {{"{self.alias}": {{"BACKEND": "{BACKEND}"}}}}'
        try:
            backend = self._backend()
        except InvalidTaskBackend as fault:
            return [error("E015", f"TASKS[{self.alias!r}] cannot be used: {fault}", line)]
        if isinstance(backend, DummyBackend):
            text = f"TASKS[{self.alias!r}] is the dummy backend, which runs no task."
            return [error("E015", text, line)]
        if backend.queues and self.queue_name not in backend.queues:
            text = f"TASKS[{self.alias!r}] has no queue {self.queue_name!r}."
            queues = sorted({*backend.queues, self.queue_name})
            return [error("E015", text, f'TASKS["{self.alias}"]["QUEUES"] = {queues}')]
        if self.is_synchronous():
            text = (
                f"TASKS[{self.alias!r}] is the immediate backend: pages wait for uploads and "
                "calls of the engine, and nothing goes on between them."
            )
            return [warning("W008", text, line)]
        if not self.has_schedule():
            text = (
                f"TASKS[{self.alias!r}] cannot run tasks later, so nothing wakes the worker for "
                "work that is due later."
            )
            return [warning("W018", text, self.schedule_remedy())]
        return []

    def has_schedule(self) -> bool:
        return bool(self._backend().supports_defer)

    def schedule_remedy(self) -> str:
        return f"* * * * * python {WORKER} --once  # in the crontab"

    def _backend(self) -> Any:
        from django.tasks import task_backends

        return task_backends[self.alias]
