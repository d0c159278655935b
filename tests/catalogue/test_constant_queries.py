"""Pages of a shop whose prices need related rows take as many queries for many products as for few.

Each case measures a page twice; without ``prepare``, the second one takes more queries.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from django_outfitanyone.admin.charge_names import product_titles
from django_outfitanyone.models import ModelImage, Product, TryOnResult
from tests.api.client import Client as ApiClient
from tests.catalogue.adapters import PATH, RelatedPrices, set_price
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
    make_staff,
    make_try_on,
)

pytestmark = pytest.mark.django_db

FEW, MANY = 2, 5

TAG = Template(
    "{% load outfitanyone %}{% for look in looks %}{% outfit_hotspots look %}{% endfor %}"
)


def make_priced():
    product = make_product()
    set_price(product, 39)
    return product


def make_look(*, published=True, **columns):
    """Make a look with two products: one that is worn, and one that a hotspot adds."""
    worn, other = make_priced(), make_priced()
    make = make_published if published else make_try_on
    look = make(garments=[make_garment(product=worn)], **columns)
    make_hotspot(look, product=worn)
    make_hotspot(look, None, product=other, box=(10, 170, 100, 190))
    return look


def make_photo():
    photo = make_model_image()
    make_hotspot(photo, product=make_priced())
    return photo


@pytest.fixture
def visitor():
    return ApiClient()


@pytest.fixture
def staff():
    user = make_staff("view_tryonresult", "view_product", is_superuser=True)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(params=["RelatedPrices", "Unprepared"])
def grows(request, configure):
    """Return whether the page takes more queries for more rows, and assert what is expected."""
    configure(CATALOGUE=PATH + request.param)

    def check(make, show, *, must_grow=True):
        counts = []
        for number in (FEW, MANY - FEW):
            for _ in range(number):
                make()
            show()  # fills caches, such as that of content types
            with CaptureQueriesContext(connection) as queries:
                show()
            counts.append(len(queries))
        if request.param == "RelatedPrices":
            assert counts[0] == counts[1]
        elif must_grow:
            assert counts[0] < counts[1], "the page does not show what needs a query"

    return check


def looks():
    return TryOnResult.objects.public().with_hotspots()


def test_tag__for_each_look_of_a_page(grows):
    grows(make_look, lambda: TAG.render(Context({"looks": looks()})))


def test_tag__for_each_model_photo_of_a_page(grows):
    photos = ModelImage.objects.active().with_hotspots()
    grows(make_photo, lambda: TAG.render(Context({"looks": photos.all()})))


def test_tag__prepares_the_products_of_a_page_once(configure):
    configure(CATALOGUE=f"{PATH}RelatedPrices")
    made = [make_look() for _ in range(3)]
    RelatedPrices.prepared = []

    html = TAG.render(Context({"looks": looks()}))

    (keys,) = RelatedPrices.prepared
    assert set(keys) == {spot.product_id for look in made for spot in look.hotspots.all()}
    assert html.count("€39.00") >= 6


def test_tag__of_a_look_from_a_cache_is_shown_too(configure):
    import pickle

    configure(CATALOGUE=f"{PATH}RelatedPrices")
    make_look()
    make_look()
    copies = [pickle.loads(pickle.dumps(look)) for look in looks()]

    assert TAG.render(Context({"looks": copies})).count("outfit-look") == 2


@pytest.mark.parametrize("path", ["products", "garments", "try-ons", "hotspots", "model-images"])
def test_api_list(grows, visitor, path):
    make = make_photo if path == "model-images" else make_look
    grows(make, lambda: visitor.get(f"{path}/"))


def test_admin_review_desk(grows, staff):
    url = "/admin/django_outfitanyone/tryonresult/review/"
    grows(lambda: make_look(published=False), lambda: staff.get(url))


def test_admin_cards_of_a_product(grows, staff):
    product = make_priced()
    top = make_garment(product=product)

    def make():
        make_published(garments=[top, make_garment("bottom", product=make_priced())])

    grows(make, lambda: staff.get(f"/admin/django_outfitanyone/product/{product.pk}/change/"))


def test_admin_names_of_products(grows):
    grows(make_priced, lambda: product_titles(Product.objects.values_list("pk", flat=True)))


class TestFamily:
    """A parent's page shows the looks of its variants; a variant has garments of its own."""

    @pytest.fixture(autouse=True)
    def _families(self, configure):
        configure(CATALOGUE=f"{PATH}Families")
        self.shirt = make_product(title="Shirt")
        self.red = make_product(title="Shirt red")
        self.look = make_published(garments=[make_garment(product=self.red)])

    def test_api_filter(self, visitor):
        for product in (self.shirt, self.red):
            rows = visitor.get(f"try-ons/?product={product.pk}").json()["results"]
            assert [row["id"] for row in rows] == [self.look.pk]
        blue = make_product(title="Shirt blue")
        assert visitor.get(f"try-ons/?product={blue.pk}").json()["results"] == []

    def test_admin_page_of_the_parent(self, staff):
        page = staff.get(f"/admin/django_outfitanyone/product/{self.shirt.pk}/change/")
        assert f"tryonresult/{self.look.pk}/" in page.content.decode()


def test_api__asks_for_what_the_visitor_may_see(configure, visitor):
    configure(CATALOGUE=f"{PATH}Groups")
    make_product(title="Club shirt")

    def prices(**headers):
        rows = visitor.get("products/", headers=headers).json()["results"]
        return [(row["title"], row["price_text"]) for row in rows]

    assert prices() == []
    assert prices(**{"X-Club": "yes"}) == [("Club shirt", "only €30.00")]
