"""Prepares the products of all pictures of a page at once, when the first one is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django_outfitanyone.catalogue import CatalogueReader
from django_outfitanyone.models import Hotspot
from django_outfitanyone.models.of_picture import Picture


def prepare_products(picture: Picture, hotspots: Iterable[Hotspot], shop: CatalogueReader) -> None:
    """Prepare the products of these hotspots, and those of the pictures loaded together."""
    group = picture.loaded_together
    if group and shop.is_new(group):
        shop.prepare(product for one in group.pictures for product in _loaded_products(one))
    shop.prepare(spot.product for spot in hotspots)


def _loaded_products(picture: Picture) -> Iterator[Any]:
    """Yield the products of the hotspots, as far as they are loaded."""
    prefetched = getattr(picture, "_prefetched_objects_cache", {})
    spots: Any = prefetched.get("hotspots", ())
    return (spot.product for spot in spots if Hotspot.product.is_cached(spot))
