"""Prepares the products in a response at once, before a serializer reads the first one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model
from rest_framework.request import Request

from django_outfitanyone.catalogue import catalogue_for, product_model
from django_outfitanyone.models import Garment, Hotspot, ModelImage, TryOnResult
from django_outfitanyone.models.hotspot import current_hotspots


def prepare_products(rows: Iterable[Model], request: Request) -> None:
    """Prepare the products that the responses about these prefetched rows show."""
    catalogue_for(request).prepare(one for row in rows for one in _products_of(row))


def _products_of(row: Any) -> Iterator[Any]:
    if isinstance(row, Garment | Hotspot):
        yield row.product
    elif isinstance(row, TryOnResult | ModelImage):
        yield from (spot.product for spot in current_hotspots(row))
        if isinstance(row, TryOnResult):
            yield from (garment.product for garment in row.garments)
    elif isinstance(row, product_model()):
        yield row
