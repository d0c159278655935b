from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from django_outfitanyone.catalogue import Money, safe_url


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
