"""Make one try-on with ``db_worker`` of django-tasks-db; prints what happened as JSON.

Runs in a process of its own, with ``tests.wakers.settings``.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

folder = tempfile.mkdtemp()
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "tests.wakers.settings",
    "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
    "TEST_DATABASE_NAME": f"{folder}/shop.sqlite3",
    "TEST_MEDIA_ROOT": f"{folder}/media",
}

from outfitanyone_local.sandbox.http_server import SandboxServer  # noqa: E402
from outfitanyone_local.sandbox.options import Options  # noqa: E402
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine  # noqa: E402


def run(remote):
    """Start a worker, request a try-on, and wait for it."""
    import django

    django.setup()
    from django.core.checks import run_checks
    from django.core.management import call_command
    from django_tasks_db.models import DBTaskResult

    from django_outfitanyone import wakers
    from django_outfitanyone.actions import request_try_on
    from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
    from tests.factories import make_garment, make_model_image

    call_command("migrate", verbosity=0)
    remote.set_progression([("RUNNING", 0.3)])
    worker = subprocess.Popen([sys.executable, "-m", "django", "db_worker", "--interval", "0.1"])
    try:
        request = TryOnRequest(make_model_image(), [make_garment()])
        try_on = request_try_on(request, options=TryOnOptions(keep_other_half=False))
        end = time.monotonic() + 120
        while try_on.is_open and time.monotonic() < end:
            time.sleep(0.1)
            try_on.refresh_from_db()
    finally:
        worker.kill()
        worker.wait()
    later = DBTaskResult.objects.filter(run_after__gt=try_on.created_at)
    return {
        "checks": [message.id for message in run_checks(tags=["outfitanyone"])],
        "status": try_on.status,
        "submits": remote.stats["submits"],
        "is_sent_by_caller": wakers.current().is_sent_by_caller(),
        "asks_for_next_run": later.filter(task_path__endswith=".watch").exists(),
    }


with SandboxServer(
    options=Options(speed=100, api_keys=("sk-for-tests",)), engine=RectangleEngine()
) as server:
    os.environ["TEST_BASE_URL"] = server.base_url
    sys.stdout.write(json.dumps(run(server)) + "\n")
