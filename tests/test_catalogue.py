from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from django_outfitanyone.catalogue import Money, catalogue, code_columns, safe_url
from django_outfitanyone.models import Product
from tests.factories import make_product


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("39", "EUR", "en", "39.00 EUR"),
        ("1234.5", "EUR", "en", "1,234.50 EUR"),
        ("1234.5", "EUR", "de", "1.234,50 EUR"),
        ("3900.00", "JPY", "ja", "3,900 JPY"),
        ("12.3456", "KWD", "en", "12.346 KWD"),
    ],
)
def test_money__is_formatted_for_language_and_currency(amount, currency, language, text):
    with translation.override(language):
        assert str(Money(Decimal(amount), currency)) == text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "\x01\x1f javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "filesystem:x",
        "http://[",
        "/half-\ud800",
        "",
        None,
    ],
)
def test_safe_url__is_empty_for_all_that_no_page_may_link_to(url):
    assert safe_url(url) == ""


@pytest.mark.parametrize("url", ["/a", "a?b=c:d", "//x.test/a:b", "HTTPS://x.test", "?q=1", "/é ü"])
def test_safe_url__is_unchanged_otherwise(url):
    assert safe_url(url) == url


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
