from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from django_outfitanyone.catalogue import Money

NBSP = "\xa0"


@pytest.mark.parametrize(
    ("amount", "currency", "exact"),
    [
        (Decimal(39), "EUR", "39.00"),
        (39, "EUR", "39.00"),
        ("39.9", "EUR", "39.90"),
        (0.1, "EUR", "0.10"),
        (Decimal("2.345"), "EUR", "2.35"),
        (Decimal("3900.4"), "JPY", "3900"),
        (Decimal("12.3456"), "KWD", "12.346"),
        (Decimal("1E+3"), "USD", "1000.00"),
    ],
)
def test_amount__is_rounded_for_its_currency(amount, currency, exact):
    assert str(Money(amount, currency).amount) == exact


def test_equal_amounts__are_equal():
    assert Money(Decimal(39), "EUR") == Money(Decimal("39.00"), "eur")


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), "much", None, 10**30])
def test_what_is_no_amount__is_refused(amount):
    with pytest.raises(ValueError, match="is no amount"):
        Money(amount, "EUR")


@pytest.mark.parametrize("currency", ["", "€", "EURO", None, "ÉUR", "12E"])
def test_what_is_no_currency__is_refused(currency):
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(Decimal(1), currency)


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("39", "EUR", "en", "€39.00"),
        ("39", "EUR", "de", f"39,00{NBSP}€"),
        ("1234.5", "EUR", "en", "€1,234.50"),
        ("1234.5", "EUR", "de", f"1.234,50{NBSP}€"),
        ("55", "EUR", "nl", f"€{NBSP}55,00"),
        ("55", "EUR", "ja", "€55.00"),
        ("55", "BRL", "pt-br", f"R${NBSP}55,00"),
        ("55", "EUR", "pt", f"55,00{NBSP}€"),
        ("55", "USD", "en-gb", "$55.00"),
        ("55", "USD", "zh-hans", "US$55.00"),
        ("55", "CNY", "zh-cn", "¥55.00"),
        ("55", "CNY", "en", "CN¥55.00"),
        ("3900.00", "JPY", "ja", "¥3,900"),
        ("55", "CHF", "en", f"CHF{NBSP}55.00"),
        ("55", "CHF", "de", f"55,00{NBSP}CHF"),
        ("55", "PLN", "pl", f"55,00{NBSP}zł"),
        ("12.3456", "KWD", "en", f"KWD{NBSP}12.346"),
        ("-5", "EUR", "en", "-€5.00"),
        ("-5", "EUR", "de", f"-5,00{NBSP}€"),
    ],
)
def test_text__is_that_of_language_and_currency(amount, currency, language, text):
    with translation.override(language):
        assert str(Money(Decimal(amount), currency)) == text


def test_text__without_a_language():
    with translation.override(None):
        assert str(Money(Decimal(55), "EUR")) == "€55.00"
