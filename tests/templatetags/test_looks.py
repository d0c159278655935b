from __future__ import annotations

import pytest
from django.db import connection
from django.template import Context, Template, TemplateSyntaxError
from django.test.utils import CaptureQueriesContext

from django_outfitanyone.choices import Review
from django_outfitanyone.models import Product
from tests.catalogue.adapters import PATH, RelatedPrices, set_price
from tests.factories import make_garment, make_hotspot, make_product, make_published, make_try_on

pytestmark = pytest.mark.django_db

SHOW = "{% for look in looks %}{% outfit_hotspots look %}{% endfor %}"


@pytest.fixture
def looks():
    """Return what ``{% outfit_looks product … %}`` finds."""

    def find(product, options=""):
        return found(f"{{% outfit_looks product {options} as looks %}}", product=product)["looks"]

    return find


@pytest.fixture
def looks_for():
    """Return what ``{% outfit_looks_for products … %}`` finds."""

    def find(products, options=""):
        tag = f"{{% outfit_looks_for products {options} as looks %}}"
        return found(tag, products=products)["looks"]

    return find


def found(tag, **variables):
    context = Context(variables)
    Template("{% load outfitanyone %}" + tag).render(context)
    return context


def make_look(*products):
    kinds = ["top", "bottom"]
    garments = [make_garment(kind, product=one) for kind, one in zip(kinds, products, strict=False)]
    look = make_published(garments=garments)
    make_hotspot(look, product=products[0])
    return look


class TestLooks:
    def test_newest_public_looks_of_the_product(self, looks):
        product = make_product()
        old, new = make_look(product), make_look(product)
        make_look(make_product())
        make_try_on(garments=[make_garment(product=product)])
        make_try_on(garments=[make_garment(product=product)], review=Review.REJECTED)

        assert looks(product) == [new, old]
        assert looks(product, "limit=1") == [new]

    def test_there_are_at_most_twelve(self, looks):
        product = make_product()
        for _ in range(13):
            make_published(garments=[make_garment(product=product)])
        assert len(looks(product)) == 12

    def test_parent_has_those_of_its_variants(self, looks, configure):
        configure(CATALOGUE=f"{PATH}Families")
        shirt, red, blue = (make_product(title=f"Shirt{end}") for end in ("", " red", " blue"))
        of_red, of_blue = make_look(red), make_look(blue)

        assert looks(shirt) == [of_blue, of_red]
        assert looks(red) == [of_red]

    def test_page_takes_constant_queries(self, configure):
        configure(CATALOGUE=f"{PATH}RelatedPrices")
        page = Template("{% load outfitanyone %}{% outfit_looks product as looks %}" + SHOW)
        product = make_product()
        set_price(product, 39)
        counts = []
        for _ in range(2):
            make_look(product), make_look(product)
            with CaptureQueriesContext(connection) as queries:
                html = page.render(Context({"product": product}))
            counts.append(len(queries))

        assert html.count("€39.00") >= 4
        # garments, looks, what is worn, hotspots, products, and twice prices: the page's own
        # instance of the product, then those of the looks
        assert counts == [7, 7]

    @pytest.mark.parametrize("missing", [None, ""])
    def test_missing_variable_shows_nothing(self, looks, missing):
        assert looks(missing) == []

    @pytest.mark.parametrize("limit", ["0", "-1", "'4'", "1.5", "True", "None"])
    def test_limit_must_be_a_positive_number(self, looks, limit):
        with pytest.raises(TemplateSyntaxError, match="outfit_looks: limit must be"):
            looks(make_product(), f"limit={limit}")

    def test_other_values_are_refused(self, looks):
        with pytest.raises(TemplateSyntaxError, match="needs a product, not 'shirt'"):
            looks("shirt")


class TestLooksFor:
    def test_each_product_has_its_newest_looks(self, looks_for):
        shirt, jeans, hat = (make_product() for _ in range(3))
        first, _second, third = make_look(shirt), make_look(shirt), make_look(shirt, jeans)
        make_try_on(garments=[make_garment(product=hat)])

        assert looks_for([shirt, jeans, hat]) == [(shirt, [third]), (jeans, [third]), (hat, [])]
        (of_shirt,) = looks_for([shirt], "limit=3")
        assert of_shirt.looks[::2] == [third, first]
        assert of_shirt.product is shirt

    def test_look_with_two_garments_of_a_product_counts_once(self, looks_for):
        suit = make_product()
        first, second = make_look(suit, suit), make_look(suit, suit)

        assert looks_for([suit], "limit=2") == [(suit, [second, first])]

    def test_parent_has_those_of_its_variants(self, looks_for, configure):
        configure(CATALOGUE=f"{PATH}Families")
        shirt, red, blue = (make_product(title=f"Shirt{end}") for end in ("", " red", " blue"))
        of_red, of_both = make_look(red), make_look(blue, red)

        assert looks_for([shirt, red], "limit=2") == [
            (shirt, [of_both, of_red]),
            (red, [of_both, of_red]),
        ]

    def test_page_takes_constant_queries(self, configure):
        configure(CATALOGUE=f"{PATH}RelatedPrices")
        page = Template(
            "{% load outfitanyone %}{% outfit_looks_for products limit=2 as pairs %}"
            "{% for product, looks in pairs %}" + SHOW + "{% endfor %}"
        )
        counts = []
        for number in (2, 3):
            for _ in range(number):
                product = make_product()
                set_price(product, 39)
                make_look(product), make_look(product)
            RelatedPrices.prepared = []
            with CaptureQueriesContext(connection) as queries:
                html = page.render(Context({"products": Product.objects.all()}))
            counts.append(len(queries))

        assert html.count('class="outfit-look ') == 10
        assert counts[0] == counts[1] <= 8

    def test_no_products(self, looks_for):
        assert looks_for([]) == looks_for(None) == looks_for(Product.objects.none()) == []

    @pytest.mark.parametrize("wrong", ["shirt", Product()])
    def test_one_value_is_refused(self, looks_for, wrong):
        with pytest.raises(TemplateSyntaxError, match="needs several products"):
            looks_for(wrong)
