"""List prices of the calls that make a picture."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django_outfitanyone.account.prices import price_of
from django_outfitanyone.conf import conf
from django_outfitanyone.models import TryOnResult


class CallPrices:
    """Prices of many rows; those with the same photo and as many garments cost the same."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], tuple[Decimal, ...]] = {}

    def of(self, row: TryOnResult) -> tuple[Decimal, ...]:
        """Return the price of each call: one call may wear fewer garments than the outfit has."""
        garments = max(1, len(row.garment_ids))
        request = (row.account_id, row.remote_model, row.resolution)
        key = (*request, row.model_image_id, garments)
        if key not in self._known:
            capabilities = conf.engine(row.account_id).capabilities(row.remote_model)
            self._known[key] = tuple(
                price_of(row, remote_model=row.remote_model, garments=one)
                for one in capabilities.garments_of_calls(garments)
            )
        return self._known[key]
