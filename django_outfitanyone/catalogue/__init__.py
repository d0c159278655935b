"""The shop's products: the adapter that a shop may replace, and the reader that uses it."""

from __future__ import annotations

from django_outfitanyone.catalogue.adapter import CatalogueAdapter
from django_outfitanyone.catalogue.codes import code_columns
from django_outfitanyone.catalogue.money import Money
from django_outfitanyone.catalogue.reader import (
    CatalogueReader,
    catalogue,
    catalogue_for,
    product_model,
)
from django_outfitanyone.catalogue.urls import safe_url

__all__ = [
    "CatalogueAdapter",
    "CatalogueReader",
    "Money",
    "catalogue",
    "catalogue_for",
    "code_columns",
    "product_model",
    "safe_url",
]
