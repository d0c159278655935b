from __future__ import annotations

from django import template

from django_outfitanyone.catalogue import Money, catalogue
from django_outfitanyone.models import Product

register = template.Library()


@register.filter
def price(product: Product) -> Money | None:
    """Return the price as the cards of the looks show it."""
    return catalogue().price(product)
