"""The admin of a shop with its own product model. Run as a module by test_swapped_product.py."""

import os
import re
import sys
import tempfile
import uuid

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.swapped_project.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib import admin  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import clear_url_caches, reverse  # noqa: E402

import tests.urls  # noqa: E402
from django_outfitanyone.admin import GarmentInline, ProductLooksMixin  # noqa: E402
from django_outfitanyone.models import Garment, ModelImage, Product, TryOnResult  # noqa: E402
from tests.drawing import picture  # noqa: E402
from tests.swapped_project.shop.models import Article  # noqa: E402

setup_test_environment()  # so that responses have a context
settings.MEDIA_ROOT = tempfile.mkdtemp()
call_command("migrate", verbosity=0)
client = Client()
client.force_login(get_user_model().objects.create_superuser("root"))

article = Article.objects.create(number="A-1", label="Striped longsleeve", cents=3900)
garment = Garment(product=article, kind="top")
garment.image.save("top.jpg", ContentFile(picture(1)))
photo = ModelImage(name="Anna")
photo.image.save("anna.jpg", ContentFile(picture(2)))


def count_found(words):
    garments = reverse("admin:django_outfitanyone_garment_changelist")
    return client.get(garments, {"q": words}).context["cl"].result_count


# the app's own product model has no admin; the shop's is selected by its id
assert not admin.site.is_registered(Product)
page = client.get(reverse("admin:django_outfitanyone_garment_change", args=[garment.pk]))
assert b'<input type="text" name="product" value="A-1"' in page.content
assert count_found("striped") == 0


@admin.register(Article)
class ArticleAdmin(ProductLooksMixin, admin.ModelAdmin):
    actions = ["delete_selected"]
    search_fields = ["=number", "label"]
    inlines = [GarmentInline]


tests.urls.urlpatterns[0].url_patterns[:] = admin.site.get_urls()
clear_url_caches()
call_command("check")

# with an admin of its own, the product is searched, has inline garments, and can be tried on
page = client.get(reverse("admin:django_outfitanyone_garment_change", args=[garment.pk]))
assert re.search(rb'name="product"[^>]*admin-autocomplete', page.content)
assert count_found("striped") == 1
page = client.get(reverse("admin:shop_article_change", args=["A-1"]))
assert garment.thumbnail.url.encode() in page.content

form = client.post(
    reverse("admin:shop_article_changelist"), {"action": "try_on", "_selected_action": ["A-1"]}
)
assert f'name="garments" value="{garment.pk}"'.encode() in form.content
batch = uuid.uuid4()
data = {
    "garments": garment.pk,
    "photos": photo.pk,
    "engine": "default/aitryon-plus",
    "resolution": -1,
    "other_half": "keep",
    "face": "keep",
    "batch": str(batch),
    "_order": 1,
}
done = client.post(reverse("admin:django_outfitanyone_tryonresult_add"), data)
assert client.get(done.url).status_code == 200
assert TryOnResult.objects.get().garments[0].product == article
page = client.get(reverse("admin:shop_article_change", args=["A-1"]))
assert b"outfit-badge--queued" in page.content
listed = client.get(reverse("admin:django_outfitanyone_tryonresult_changelist"), {"product": "A-1"})
assert listed.context["cl"].result_count == 1
page = client.get(reverse("admin:shop_article_delete", args=["A-1"]))
assert page.status_code == 200
sys.stdout.write("passed\n")
