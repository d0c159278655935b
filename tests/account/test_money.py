from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from django_outfitanyone.account.money import money


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("3.02", "CNY 3.02"),
        ("3", "CNY 3.00"),
        ("0", "CNY 0.00"),
        ("1.000000", "CNY 1.00"),
        ("0.5", "CNY 0.50"),
        ("1234.5", "CNY 1234.50"),
    ],
)
def test_money__has_two_decimal_places(amount, text):
    assert money(Decimal(amount), "CNY") == text


@pytest.mark.parametrize(
    ("amount", "text"), [("0.004", "CNY 0.004"), ("0.004000", "CNY 0.004"), ("0.25", "CNY 0.25")]
)
def test_money__small_amount_keeps_its_digits(amount, text):
    assert money(Decimal(amount), "CNY") == text


def test_money__of_one_or_more_is_rounded_half_up():
    assert money(Decimal("1.005"), "CNY") == "CNY 1.01"
    assert money(Decimal("1.004"), "CNY") == "CNY 1.00"


def test_money__is_written_as_in_the_active_language():
    with translation.override("de"):
        assert money(Decimal("3.02"), "CNY") == "CNY 3,02"


def test_money__without_a_currency_is_only_the_number():
    assert money(Decimal("3.02"), "") == "3.02"
