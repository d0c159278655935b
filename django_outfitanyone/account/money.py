"""Amounts of money as text."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats
from django.utils.translation import gettext as _


def money(amount: Decimal, currency: str) -> str:
    """Return ``CNY 3.02``; amounts below one keep all their digits, as ``CNY 0.004``.

    Without a currency nothing can cost anything: “free”.
    """
    if not currency and not amount:
        return _("free")
    places = max(2, -int(amount.normalize().as_tuple().exponent)) if amount < 1 else 2
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{currency} {formats.number_format(rounded, places)}".strip()


def moneys(amounts: Mapping[str, Decimal]) -> str:
    """Return ``CNY 3.02 + USD 0.50`` for amounts by currency, which are never added up.

    Currencies of which there is nothing are left out, unless there is nothing at all.
    """
    shown = {name: amount for name, amount in amounts.items() if amount}
    first = dict(list(amounts.items())[:1]) or {"": Decimal(0)}
    return " + ".join(money(amount, name) for name, amount in (shown or first).items())
