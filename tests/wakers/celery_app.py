"""The Celery app of the test project, as docs/operations.md tells people to write one."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.wakers.settings")

app = Celery("tests.wakers.celery_app")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
