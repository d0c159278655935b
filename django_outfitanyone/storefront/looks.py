"""The looks of a product's page, and those of many products in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import F, Window
from django.db.models.functions import DenseRank

from django_outfitanyone.catalogue import CatalogueReader
from django_outfitanyone.models import TryOnResult, WornGarment
from django_outfitanyone.models.try_on_queryset import is_public_try_on


class ProductLooks(NamedTuple):
    """A product of a collection with its looks, the newest first."""

    product: Any
    looks: list[TryOnResult]


def looks_of(product: Any, shop: CatalogueReader, *, limit: int) -> list[TryOnResult]:
    """Return the newest public looks of a product and its family, loaded for the tag."""
    shop.prepare([product])
    looks = TryOnResult.objects.public().for_products(shop.family(product))
    return list(looks.with_hotspots().order_by("-pk")[:limit])


def looks_for(products: Iterable[Any], shop: CatalogueReader, *, limit: int) -> list[ProductLooks]:
    """Return each product with its newest public looks, at most ``limit`` for each.

    Takes the same number of queries for any number of products. A look of several products is
    the same instance for each of them.
    """
    products = list(products)
    shop.prepare(products)
    families = [{one.pk for one in shop.family(product)} for product in products]
    keys = _newest_looks(set().union(*families), limit)
    chosen = [_newest(family, keys, limit) for family in families]
    looks = TryOnResult.objects.public().with_hotspots()
    rows = looks.in_bulk({key for newest in chosen for key in newest}) if keys else {}
    return [
        ProductLooks(product, [rows[key] for key in newest if key in rows])
        for product, newest in zip(products, chosen, strict=True)
    ]


def _newest_looks(products: set[Any], limit: int) -> dict[Any, set[int]]:
    """Return the keys of the newest public looks of each of these products, in one query."""
    # equal for the garments of one look, so that a look with two of them counts once
    place = Window(DenseRank(), partition_by=F("garment__product"), order_by=F("try_on").desc())
    worn = WornGarment.objects.filter(is_public_try_on("try_on__"), garment__product__in=products)
    newest = worn.order_by().annotate(place=place).filter(place__lte=limit)
    found: dict[Any, set[int]] = {}
    for product, look in newest.values_list("garment__product", "try_on"):
        found.setdefault(product, set()).add(look)
    return found


def _newest(family: set[Any], keys: dict[Any, set[int]], limit: int) -> list[int]:
    """Return the keys of the newest looks of all products of a family."""
    of_all = set().union(*(keys.get(product, set()) for product in family))
    return sorted(of_all, reverse=True)[:limit]
