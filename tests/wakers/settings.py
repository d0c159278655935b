"""Settings of the processes that a test starts with another waker than django-q2.

They have neither django-q2 nor DRF in ``INSTALLED_APPS``.
"""

import json
import os

from tests.contention.settings import *  # noqa: F403
from tests.contention.settings import INSTALLED_APPS, OUTFITANYONE

INSTALLED_APPS = [
    app for app in INSTALLED_APPS if app not in {"django_q", "rest_framework", "drf_spectacular"}
]
ROOT_URLCONF = "tests.wakers.urls"
OUTFITANYONE |= {"WAKER": os.environ["TEST_WAKER"]}
if OUTFITANYONE["WAKER"] == "celery":
    CELERY_BROKER_URL = os.environ["TEST_BROKER_URL"]
    CELERY_BROKER_TRANSPORT_OPTIONS = json.loads(os.environ["TEST_BROKER_OPTIONS"])
    CELERY_WORKER_HIJACK_ROOT_LOGGER = False
if OUTFITANYONE["WAKER"] == "django_tasks":
    INSTALLED_APPS += ["django_tasks_db"]
    TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
