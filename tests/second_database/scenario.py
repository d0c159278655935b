"""Try on a garment, and break a transaction, in a database that is not ``default``.

Runs in a process of its own, with ``tests.second_database.settings``.
"""

import os
import sys
import tempfile
from pathlib import Path

import django

folder = Path(tempfile.mkdtemp())
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.second_database.settings"
os.environ["TEST_DEFAULT_DATABASE"] = str(folder / "default.sqlite3")
os.environ["TEST_SHOP_DATABASE"] = str(folder / "shop.sqlite3")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from django_outfitanyone.account.ledger import settle  # noqa: E402
from django_outfitanyone.models import Account, Charge, TryOnResult  # noqa: E402
from django_outfitanyone.models.charge import ChargeQuerySet  # noqa: E402
from outfitanyone_local.sandbox.http_server import SandboxServer  # noqa: E402
from outfitanyone_local.sandbox.options import Options  # noqa: E402
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine  # noqa: E402
from tests.factories import make_garment, make_model_image  # noqa: E402
from tests.work import claimed, running_try_on  # noqa: E402

settings.MEDIA_ROOT = str(folder / "media")
for alias in connections:
    call_command("migrate", database=alias, verbosity=0)
assert "django_outfitanyone_tryonresult" not in connections["default"].introspection.table_names()

person, garment = make_model_image(), make_garment()
with SandboxServer(options=Options(speed=100), engine=RectangleEngine()) as remote:
    settings.OUTFITANYONE |= {"BASE_URL": remote.base_url, "ALLOW_PRIVATE_ADDRESSES": True}
    call_command(
        "outfitanyone_tryon", "--person", str(person.pk), "--top", str(garment.pk), "--wait"
    )
    call_command("outfitanyone_clean", verbosity=0)
    (try_on,) = TryOnResult.objects.all()
    assert try_on.has_succeeded
    assert Charge.objects.filter(try_on=try_on, clothes_parse=None).count() == 1

    # the row and its charge are one transaction: if one fails, neither is written
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

assert Account.current()._state.db == "shop"
sys.stdout.write("fine\n")
