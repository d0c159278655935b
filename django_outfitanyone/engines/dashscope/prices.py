"""List prices of one image, in the currencies in which the vendor documents them.

A model that is missing in a currency has no documented price in it: nothing is converted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class ListPrice:
    """What one image costs by the vendor's list, where that is written and when it was read.

    ``source`` names the vendor's page: "billing" is the page of that name among the links.
    """

    model: str
    currency: str
    amount: Decimal
    source: str
    read_on: str


PRICE_LIST = (
    ListPrice(
        model="aitryon",
        currency="CNY",
        amount=Decimal("0.20"),
        source="billing, Beijing",
        read_on="2026-11-21",
    ),
    ListPrice(
        model="aitryon-plus",
        currency="CNY",
        amount=Decimal("0.50"),
        source="billing, Beijing",
        read_on="2026-11-21",
    ),
    ListPrice(
        model="aitryon-parsing-v1",
        currency="CNY",
        amount=Decimal("0.004"),
        source="OutfitAnyone-Parsing API reference",
        read_on="2026-11-21",
    ),
    ListPrice(
        model="aitryon-refiner",
        currency="CNY",
        amount=Decimal("0.30"),  # of the first 25 images; more images cost less each
        source="billing, Beijing",
        read_on="2026-11-21",
    ),
    ListPrice(
        model="aitryon-plus",
        currency="USD",
        amount=Decimal("0.071677"),
        source="OutfitAnyone-Plus API reference, international",
        read_on="2026-11-21",
    ),
    ListPrice(
        model="aitryon-parsing-v1",
        currency="USD",
        amount=Decimal("0.000574"),
        source="OutfitAnyone-Parsing API reference, international",
        read_on="2026-11-21",
    ),
)


def by_currency() -> dict[str, Mapping[str, Decimal]]:
    """Return currency to model to price of one image."""
    prices: dict[str, dict[str, Decimal]] = {}
    for price in PRICE_LIST:
        prices.setdefault(price.currency, {})[price.model] = price.amount
    return dict(prices)
