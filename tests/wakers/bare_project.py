"""Use the app where django-q2, DRF and Celery cannot be imported.

Runs in a process of its own, with ``tests.wakers.settings``; prints ``fine`` at the end.
"""

import os
import sys
import tempfile

BLOCKED = {"billiard", "celery", "django_q", "drf_spectacular", "kombu", "rest_framework"}


class Blocker:
    """Finds no module of a package that is not there."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Blocker())
folder = tempfile.mkdtemp()
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "tests.wakers.settings",
    "TEST_WAKER": "none",
    "TEST_BASE_URL": "http://127.0.0.1:9/api/v1",
    "TEST_DATABASE_NAME": f"{folder}/shop.sqlite3",
    "TEST_MEDIA_ROOT": f"{folder}/media",
}

import django  # noqa: E402

import django_outfitanyone  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from outfitanyone_local.sandbox.http_server import SandboxServer  # noqa: E402
from outfitanyone_local.sandbox.options import Options  # noqa: E402
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine  # noqa: E402
from tests.engine_keys import changed  # noqa: E402
from tests.factories import make_garment, make_model_image  # noqa: E402


def run() -> None:
    """Check, migrate, request a try-on, work, and open pages of the admin."""
    call_command("check", "--fail-level", "WARNING")
    call_command("migrate", verbosity=0)
    request = django_outfitanyone.TryOnRequest(make_model_image(), [make_garment()])
    try_on = django_outfitanyone.request_try_on(request)
    call_command("outfitanyone_worker", "--once")
    try_on.refresh_from_db()
    assert try_on.has_succeeded, try_on.error_message

    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    for name in ("tryonresult_changelist", "garment_changelist", "account_changelist"):
        page = reverse(f"admin:django_outfitanyone_{name}")
        assert client.get(page).status_code == 200, name
    page = reverse("admin:django_outfitanyone_tryonresult_change", args=[try_on.pk])
    assert client.get(page).status_code == 200
    call_command("outfitanyone_status")


with SandboxServer(
    options=Options(speed=100, api_keys=("sk-for-tests",)), engine=RectangleEngine()
) as remote:
    remote.set_progression([])
    settings.OUTFITANYONE = changed(settings.OUTFITANYONE, BASE_URL=remote.base_url)
    run()
assert not BLOCKED & {name.partition(".")[0] for name in sys.modules}
sys.stdout.write("fine\n")
