from __future__ import annotations

import pytest

from django_outfitanyone.catalogue import catalogue, code_columns
from django_outfitanyone.models import Product
from tests.factories import make_product


@pytest.mark.django_db
class TestFind:
    def test_products_are_found_by_sku_and_slug_in_one_query(self, django_assert_num_queries):
        by_sku, by_slug = make_product(sku="TS-1001"), make_product(slug="linen-dress")
        codes = ["ts-1001", "Linen-Dress", "other", "TS"]

        with django_assert_num_queries(1):
            found = catalogue().find(Product.objects.all(), codes)

        assert found == {"ts-1001": by_sku, "Linen-Dress": by_slug}

    def test_code_of_two_products_finds_neither(self):
        make_product(sku="A")
        make_product(sku="A")

        assert catalogue().find(Product.objects.all(), ["A"]) == {}

    def test_only_given_products_are_found(self):
        make_product(sku="A", is_visible=False)

        assert catalogue().find(Product.objects.visible(), ["A"]) == {}

    def test_empty_sku_is_no_code(self):
        make_product()

        assert catalogue().find(Product.objects.all(), [""]) == {}

    def test_only_columns_with_an_index_are_read(self):
        assert code_columns(Product) == ["slug", "sku"]
