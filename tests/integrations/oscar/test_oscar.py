"""The adapter in a shop with the real django-oscar: ``nox -s oscar`` runs this."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory, TestCase
from django.test.utils import CaptureQueriesContext
from oscar.apps.catalogue.models import Product, ProductClass, ProductImage
from oscar.apps.partner.models import StockRecord
from oscar.apps.partner.strategy import UK
from oscar.test.factories import PartnerFactory, ProductFactory

from django_outfitanyone import actions, checks
from django_outfitanyone.catalogue import CatalogueReader, Money, catalogue, catalogue_for
from django_outfitanyone.choices import Review
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.testing import CatalogueAdapterTests
from tests.drawing import picture
from tests.factories import make_garment, make_hotspot, make_published, make_try_on

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/oscar.md").read_text("utf-8")
TEMPLATE = re.search(r"```html\+django\n(.*?)```", PAGE, re.DOTALL)[1]
NAME = "oscar/catalogue/detail.html"


def make_product(title="Linen shirt", *, price="39", stock=3, parent=None, **columns):
    kind = ProductClass.objects.get_or_create(name="Clothes", track_stock=True)[0]
    structure = "child" if parent else columns.pop("structure", "standalone")
    product = Product.objects.create(
        title=title,
        parent=parent,
        structure=structure,
        product_class=None if parent else kind,
        **columns,
    )
    if structure != "parent":
        partner = PartnerFactory(name="Warehouse")
        StockRecord.objects.create(
            product=product,
            partner=partner,
            partner_sku=f"sku-{product.pk}",
            price_currency="EUR",
            price=Decimal(price),
            num_in_stock=stock,
        )
    return product


def make_family():
    parent = make_product("Shirt", structure="parent")
    return parent, *(make_product(color, parent=parent) for color in ("Red", "Blue"))


def make_look(*products):
    kinds = ("top", "bottom")
    garments = [make_garment(kind, product=one) for kind, one in zip(kinds, products, strict=False)]
    look = make_published(garments=garments)
    for product in products:
        make_hotspot(look, None, product=product)
    return look


@pytest.fixture
def shop():
    return CatalogueReader(catalogue())


@pytest.fixture
def page(settings):
    """Open the page of a product with the template of the documentation."""
    engine = {**settings.TEMPLATES[0], "OPTIONS": {**settings.TEMPLATES[0]["OPTIONS"]}}
    locmem = ("django.template.loaders.locmem.Loader", {NAME: TEMPLATE})
    engine["OPTIONS"]["loaders"] = [locmem, "django.template.loaders.app_directories.Loader"]
    settings.TEMPLATES = [engine]
    client = Client()
    return lambda product: client.get(product.get_absolute_url(), follow=True).content.decode()


class TestAdapterOfTheDocumentation(CatalogueAdapterTests, TestCase):
    def make_product(self):
        return make_product()

    def hide(self, product):
        Product.objects.filter(pk=product.pk).update(is_public=False)


class TestAdapterOfChildren(TestAdapterOfTheDocumentation):
    def make_product(self):
        return make_product("Red", parent=make_product("Shirt", structure="parent"))


class TestAdapterOfParents(TestAdapterOfTheDocumentation):
    def make_product(self):
        return make_family()[0]


def test_checks__have_nothing_to_say_about_the_adapter():
    make_family()
    assert checks.check_catalogue() + checks.check_adapter(databases=["default"]) == []


def test_migrations__are_complete():
    call_command("makemigrations", "django_outfitanyone", "--check", "--dry-run", verbosity=0)


def test_price__is_that_of_the_strategy(shop):
    product = make_product(price="39")
    request = RequestFactory().get("/")
    request.strategy = UK(None)

    assert shop.price(product) == Money(Decimal(39), "EUR")
    assert catalogue_for(request).price(product) == Money(Decimal("46.80"), "EUR")
    assert shop.price_text(product, shop.price(product)) == "€39.00"


def test_parent__has_price_and_stock_of_its_children(shop):
    parent, red, _blue = make_family()

    assert shop.price(parent) == shop.price(red)
    assert shop.is_available(parent)
    assert shop.title(make_product("", parent=parent)) == "Shirt"


def test_sold_out__and_products_without_a_price(shop):
    without = ProductFactory(stockrecords=None)

    assert not shop.is_available(make_product(stock=0))
    assert shop.price(without) is None
    assert not shop.is_available(without)


def test_child_of_a_hidden_parent__is_hidden(shop):
    parent, red, _blue = make_family()
    Product.objects.filter(pk=parent.pk).update(is_public=False)
    red = Product.objects.get(pk=red.pk)

    assert not shop.is_visible(red)
    assert not shop.visible(Product.objects.all()).exists()


class TestPage:
    def test_looks_of_the_children_are_on_the_page_of_the_parent(self, page):
        parent, red, _blue = make_family()
        look = make_look(red)
        html = page(parent)

        assert f'id="outfit-tryonresult-{look.pk}"' in html
        assert "hotspots.css" in html
        assert "€39.00" in html

    def test_looks_of_the_parent_are_on_the_page_of_a_child(self, page):
        parent, red, _blue = make_family()
        look = make_look(parent)
        assert f'id="outfit-tryonresult-{look.pk}"' in page(red)

    def test_number_of_queries_does_not_depend_on_the_looks(self, page):
        product = make_product()
        counts = []
        for _ in range(2):
            for _again in range(2):
                make_look(product, make_product("Jeans"))
            page(product)
            with CaptureQueriesContext(connection) as queries:
                html = page(product)
            counts.append(len(queries))

        assert html.count('class="outfit-look ') == 4
        assert counts[0] == counts[1]

    def test_api_list_takes_constant_queries(self):
        counts = []
        for number in (5, 25):
            for _ in range(number):
                make_product()
            with CaptureQueriesContext(connection) as queries:
                response = Client().get("/api/products/?page_size=30")
            assert response.status_code == 200
            counts.append(len(queries))

        assert len(response.json()["results"]) == 30
        print("queries for 30 API rows:", counts[1])
        assert counts[0] == counts[1] < 12


class TestGallery:
    @pytest.fixture(autouse=True)
    def _gallery(self, settings):
        path = "django_outfitanyone.contrib.oscar.OscarGallery"
        settings.OUTFITANYONE = {**settings.OUTFITANYONE, "CATALOGUE": path}

    def test_published_look_becomes_the_last_image_and_goes_again(self):
        product = make_product()
        first = ProductImage(product=product, display_order=0)
        first.original.save("own.jpg", ContentFile(picture(1)))
        look = make_try_on(garments=[make_garment(product=product)], review=Review.APPROVED)

        actions.publish(look)
        own, added = product.images.all()
        assert (own, added.display_order) == (first, 1)
        assert added.original.read() == look.read()
        assert added.original.name != look.image.name

        actions.unpublish(TryOnResult.objects.get())
        assert list(product.images.all()) == [first]

    def test_look_of_two_children_is_one_image_of_the_parent(self):
        parent, red, blue = make_family()
        garments = [make_garment(product=red), make_garment("bottom", product=blue)]
        look = make_try_on(garments=garments, review=Review.APPROVED)

        actions.publish(look)
        assert [image.product for image in ProductImage.objects.all()] == [parent]
        actions.unpublish(TryOnResult.objects.get())
        assert not ProductImage.objects.exists()
