from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from django_outfitanyone.catalogue import CatalogueAdapter
from django_outfitanyone.models import Product


class ShopCatalogue(CatalogueAdapter):
    """Adds the URL of a product's page; the defaults fit for everything else."""

    def url(self, product: Product, request: HttpRequest | None = None) -> str:
        return reverse("shop:product", args=[product.slug])
