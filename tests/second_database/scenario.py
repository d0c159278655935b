"""Try on a garment, and break a transaction, in a database that is not ``default``.

Runs in a process of its own, with ``tests.second_database.settings``.
"""

import os
import sys
import tempfile

import django

folder = tempfile.mkdtemp()
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.second_database.settings"
os.environ.setdefault("TEST_DATABASES", folder)
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from django_outfitanyone import check_picture  # noqa: E402
from django_outfitanyone.account.ledger import settle  # noqa: E402
from django_outfitanyone.models import Account, Charge, ModelImage, TryOnResult  # noqa: E402
from django_outfitanyone.models.charge import ChargeQuerySet  # noqa: E402
from outfitanyone_local.sandbox.http_server import SandboxServer  # noqa: E402
from outfitanyone_local.sandbox.options import Options  # noqa: E402
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine  # noqa: E402
from tests.engine_keys import changed  # noqa: E402
from tests.factories import make_garment, make_model_image  # noqa: E402
from tests.work import claimed, running_try_on  # noqa: E402


def run() -> None:
    """Run the scenario; each part raises if a promise is broken."""
    tables = connections["default"].introspection.table_names()
    assert "django_outfitanyone_tryonresult" not in tables
    with SandboxServer(options=Options(speed=100), engine=RectangleEngine()) as remote:
        settings.OUTFITANYONE = changed(
            settings.OUTFITANYONE, BASE_URL=remote.base_url, ALLOW_PRIVATE_ADDRESSES=True
        )
        try_on_a_garment()
        break_a_transaction()
    assert Account.of()._state.db == "shop"


def try_on_a_garment() -> None:
    person, garment = make_model_image(), make_garment()
    check_picture(person)
    assert ModelImage.objects.with_findings().get() == person
    call_command(
        "outfitanyone_tryon", "--person", str(person.pk), "--top", str(garment.pk), "--wait"
    )
    call_command("outfitanyone_clean", verbosity=0)
    (try_on,) = TryOnResult.objects.all()
    assert try_on.has_succeeded
    assert Charge.objects.filter(try_on=try_on, clothes_parse=None).count() == 1


def break_a_transaction() -> None:
    """The row and its charge are one transaction: if one fails, neither is written."""
    job = claimed(running_try_on())

    def refuse(*_args, **_kwargs):
        raise RuntimeError("the charge cannot be written")

    record, ChargeQuerySet.record = ChargeQuerySet.record, refuse
    try:
        settle(job, remote_model=job.remote_model, images=1, task_id=job.remote_task_id)
    except RuntimeError:
        pass
    else:
        raise AssertionError("the charge was written")
    ChargeQuerySet.record = record
    assert TryOnResult.objects.get(pk=job.pk).is_running


settings.MEDIA_ROOT = f"{folder}/media"
databases = setup_databases(verbosity=0, interactive=False)
try:
    run()
finally:
    for connection in connections.all():
        connection.close()
    teardown_databases(databases, verbosity=0)
sys.stdout.write("fine\n")
