"""Migrate, try on a garment of the shop's own product model, and open the admin pages.

Runs in a process of its own, with ``tests.swapped_project.settings``.
"""

import os
import sys
import tempfile

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.swapped_project.settings"
# a file, because the runner's threads share it
os.environ.setdefault("DATABASE_URL", f"sqlite:///{tempfile.mkdtemp()}/shop.sqlite3")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from django_outfitanyone.catalogue import catalogue, product_model  # noqa: E402
from django_outfitanyone.models import Account, Garment, ModelImage, TryOnResult  # noqa: E402
from outfitanyone_local.sandbox.http_server import SandboxServer  # noqa: E402
from outfitanyone_local.sandbox.options import Options  # noqa: E402
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine  # noqa: E402
from tests.drawing import picture  # noqa: E402
from tests.engine_keys import changed  # noqa: E402
from tests.swapped_project.shop.models import Article  # noqa: E402

settings.MEDIA_ROOT = tempfile.mkdtemp()
call_command("migrate", verbosity=0)
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
call_command("check")
assert "django_outfitanyone_product" not in connection.introspection.table_names()
assert product_model() is Article

article = Article.objects.create(number="A-1", label="Striped longsleeve", cents=3900)
garment = Garment(product=article, kind="top")
garment.image.save("top.jpg", ContentFile(picture(1)))
person = ModelImage(name="Anna")
person.image.save("anna.jpg", ContentFile(picture(2)))

with SandboxServer(options=Options(speed=100), engine=RectangleEngine()) as remote:
    settings.OUTFITANYONE = changed(
        settings.OUTFITANYONE, BASE_URL=remote.base_url, ALLOW_PRIVATE_ADDRESSES=True
    )
    call_command(
        "outfitanyone_tryon", "--person", str(person.pk), "--top", str(garment.pk), "--wait"
    )

(try_on,) = TryOnResult.objects.for_product(article)
spot = try_on.hotspots.get(clothes_type="upper")
assert spot.product == article
assert catalogue().url(spot.product) == "/articles/A-1/"
assert str(catalogue().price(spot.product).amount) == "39.00"
assert Account.of().runner_token == ""

from django.contrib.auth import get_user_model  # noqa: E402

client = Client()
client.force_login(get_user_model().objects.create_superuser("root"))
for page in ("tryonresult", "garment", "modelimage", f"tryonresult/{try_on.pk}/change"):
    response = client.get(f"/admin/django_outfitanyone/{page}/")
    assert response.status_code == 200, (page, response.status_code)
sys.stdout.write("fine\n")
