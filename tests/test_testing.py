"""The tests that shops run against their adapters pass and fail where they should."""

from __future__ import annotations

import unittest

import pytest
from django.test import TestCase

from django_outfitanyone.models import Product
from django_outfitanyone.testing import CatalogueAdapterTests
from tests.catalogue.adapters import PATH, set_price
from tests.factories import make_product


class WithPrices(CatalogueAdapterTests):
    def make_product(self):
        product = make_product()
        set_price(product, 39)
        return product

    def hide(self, product):
        Product.objects.filter(pk=product.pk).update(is_visible=False)


class TestShippedAdapter(WithPrices, TestCase):
    """Passes all of them, as a subclass in a shop does."""


def run(adapter, configure, *names):
    configure(CATALOGUE=PATH + adapter)
    case = type("Case", (WithPrices, TestCase), {})
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    failed = [test.id() for test, _text in result.failures + result.errors]
    return {name.rpartition(".test_")[2].split()[0] for name in failed}


@pytest.mark.django_db
class TestFailures:
    def test_adapter_that_prepares_passes(self, configure):
        assert run("RelatedPrices", configure) == set()

    def test_adapter_that_does_not_prepare(self, configure):
        failed = run("Unprepared", configure)
        assert failed == {"prepared_products__are_read_in_a_constant_number_of_queries"}

    @pytest.mark.filterwarnings("ignore:.*should take request=None")
    def test_adapter_of_the_first_edition(self, configure):
        assert run("FirstEdition", configure) == {"every_method__takes_a_request"}

    def test_wrong_adapter(self, configure):
        failed = run("Wrong", configure)
        assert {"every_method__returns_what_the_app_expects", "new_product__is_visible"} <= failed
