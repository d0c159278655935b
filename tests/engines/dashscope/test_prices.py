from __future__ import annotations

from decimal import Decimal

from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.engines.dashscope.prices import PRICE_LIST
from tests.pages import rows


def test_list_prices__in_the_vendors_currencies():
    assert {
        "CNY": {
            "aitryon": Decimal("0.20"),
            "aitryon-plus": Decimal("0.50"),
            "aitryon-parsing-v1": Decimal("0.004"),
            "aitryon-refiner": Decimal("0.30"),
        },
        "USD": {
            "aitryon-plus": Decimal("0.071677"),
            "aitryon-parsing-v1": Decimal("0.000574"),
        },
    } == OutfitAnyone.LIST_PRICES


def test_price_list__has_each_price_once_with_its_source():
    assert len({(price.model, price.currency) for price in PRICE_LIST}) == len(PRICE_LIST)
    assert all(price.source and price.read_on for price in PRICE_LIST)


def test_settings_page__shows_every_list_price():
    shown = {row[0]: row[1:3] for row in rows("docs/settings.md") if len(row) == 4}
    listed = OutfitAnyone.LIST_PRICES

    assert set(shown) == set(listed["CNY"])
    for model, cells in shown.items():
        expected = [f"{listed[currency].get(model, '–')}" for currency in ("CNY", "USD")]
        assert cells == expected, model
