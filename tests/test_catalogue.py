from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from django_outfitanyone.catalogue import Money


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
