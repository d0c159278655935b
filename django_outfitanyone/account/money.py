"""Amounts of money as text."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats


def money(amount: Decimal, currency: str) -> str:
    """Return ``CNY 3.02``; amounts below one keep all their digits, as ``CNY 0.004``."""
    places = max(2, -int(amount.normalize().as_tuple().exponent)) if amount < 1 else 2
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{currency} {formats.number_format(rounded, places)}".strip()
