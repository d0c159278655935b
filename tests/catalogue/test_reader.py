from __future__ import annotations

import gc
import weakref
from decimal import Decimal

import pytest
from django.test import RequestFactory

from django_outfitanyone.catalogue import CatalogueAdapter, CatalogueReader, Money, catalogue_for
from django_outfitanyone.catalogue.reader import methods_with_request
from tests.catalogue.adapters import PATH, FirstEdition, Groups, RelatedPrices
from tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_club():
    return RequestFactory().get("/", headers={"X-Club": "yes"})


def test_adapter__gets_the_request(request_of_club):
    product = make_product(title="Club shirt")
    member, visitor = CatalogueReader(Groups(), request_of_club), CatalogueReader(Groups())

    assert member.is_visible(product)
    assert not visitor.is_visible(product)
    assert member.visible(type(product).objects.all()).get() == product
    assert not visitor.visible(type(product).objects.all()).exists()
    assert member.price(product) == Money(Decimal(30), "EUR")
    assert member.price_text(product, member.price(product)) == "only €30.00"
    assert visitor.price_text(product, visitor.price(product)) == "€40.00"


class TestFirstEdition:
    def test_methods_without_a_request_work_and_are_named_once(self, request_of_club):
        class Old(FirstEdition):
            pass

        with pytest.warns(
            DeprecationWarning, match=r"Old: visible, is_visible, title, price"
        ) as seen:
            readers = [CatalogueReader(Old(), request_of_club) for _again in range(2)]
        reader = readers[0]
        product = make_product(title="shirt", price=Decimal(39))

        assert len(seen) == 1
        assert reader.title(product) == "first shirt"
        assert reader.price_text(product, reader.price(product)) == "€39.00"
        assert reader.is_visible(product)
        assert reader.visible(type(product).objects.all()).get() == product
        assert reader.family(product) == [product]

    def test_shipped_adapter_is_not_old(self):
        assert "price" in methods_with_request(CatalogueAdapter)

    def test_any_keyword_is_enough(self):
        class Any(CatalogueAdapter):
            def title(self, product, **context):
                return str(context)

        assert "title" in methods_with_request(Any)


class TestPrepare:
    def test_each_instance_is_prepared_once(self):
        RelatedPrices.prepared = []
        reader = CatalogueReader(RelatedPrices())
        shirt, jeans = make_product(), make_product()

        reader.prepare([shirt, None])
        reader.prepare([shirt, jeans])
        reader.prepare([jeans])

        assert RelatedPrices.prepared == [[shirt.pk], [jeans.pk]]

    def test_another_instance_of_the_same_product_is_prepared_too(self):
        RelatedPrices.prepared = []
        reader = CatalogueReader(RelatedPrices())
        product = make_product()

        reader.prepare([product, type(product).objects.get()])

        assert RelatedPrices.prepared == [[product.pk, product.pk]]


class TestReaderOfRequest:
    def test_request_has_one(self, request_of_club):
        assert catalogue_for(request_of_club) is catalogue_for(request_of_club)
        assert catalogue_for(None) is not catalogue_for(None)

    def test_request_of_the_rest_framework_is_that_of_django(self, request_of_club):
        from rest_framework.request import Request

        assert catalogue_for(Request(request_of_club)) is catalogue_for(request_of_club)

    def test_reader_does_not_keep_the_request(self):
        request = RequestFactory().get("/")
        catalogue_for(request)
        gone = weakref.ref(request)
        del request
        gc.collect()
        assert gone() is None


class TestShippedAdapter:
    def test_price_without_a_currency_is_in_the_default_one(self, configure):
        configure(DEFAULT_CURRENCY="CHF")
        product = make_product(currency="", price=Decimal(5))
        assert CatalogueAdapter().price(product) == Money(Decimal(5), "CHF")

    def test_family_is_the_product_alone(self):
        product = make_product()
        assert list(CatalogueAdapter().family(product)) == [product]

    def test_path_of_the_setting_is_the_class_in_use(self, configure):
        configure(CATALOGUE=f"{PATH}Groups")
        assert isinstance(catalogue_for(None).adapter, Groups)
