"""Charges for tests."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from django_outfitanyone.models import Account, Charge
from django_outfitanyone.models.charge import shop_day


def make_charge(**columns):
    """Make a charge of today for one picture of the current account."""
    columns.setdefault("account", Account.current())
    columns.setdefault("charged_at", timezone.now())
    columns.setdefault("charged_on", shop_day(columns["charged_at"]))
    columns = {
        "remote_model": "aitryon-plus",
        "images": 1,
        "amount": Decimal("0.50"),
        "currency": "CNY",
        **columns,
    }
    return Charge.objects.create(**columns)
