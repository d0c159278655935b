"""Tags that find the looks of products. ``{% load outfitanyone %}`` has them too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.db.models import Model
from django.http import HttpRequest
from django.template import Context, TemplateSyntaxError

from django_outfitanyone.catalogue import CatalogueReader, catalogue_for
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.storefront.looks import ProductLooks, looks_for, looks_of

register = template.Library()

MOST_LOOKS = 12
"""Looks of a product's page, unless the tag says otherwise."""


def outfit_looks(context: Context, product: Any, *, limit: int = MOST_LOOKS) -> list[TryOnResult]:
    """Return the newest public looks of a product and its family, ready for the tag."""
    if not product:
        return []  # a missing variable shows nothing, as usual in templates
    if not isinstance(product, Model):
        raise TemplateSyntaxError(f"outfit_looks needs a product, not {product!r}.")
    return looks_of(product, page_shop(context), limit=_checked("outfit_looks", limit))


def outfit_looks_for(
    context: Context, products: Iterable[Any] | None, *, limit: int = 1
) -> list[ProductLooks]:
    """Return each product with its newest public looks, in a constant number of queries."""
    if not products:
        return []
    if isinstance(products, Model | str):
        raise TemplateSyntaxError(f"outfit_looks_for needs several products, not {products!r}.")
    return looks_for(products, page_shop(context), limit=_checked("outfit_looks_for", limit))


def page_shop(context: Context) -> CatalogueReader:
    """Return the reader of the page's products: that of the request, or else of the page."""
    request = context.get("request")
    if isinstance(request, HttpRequest):
        return catalogue_for(request)
    page: dict[Any, Any] = context.render_context.dicts[0]
    if "outfit_shop" not in page:
        page["outfit_shop"] = catalogue_for(None)
    shop: CatalogueReader = page["outfit_shop"]
    return shop


def _checked(tag: str, limit: Any) -> int:
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise TemplateSyntaxError(f"{tag}: limit must be a whole number from 1, not {limit!r}.")
    return limit


register.simple_tag(outfit_looks, takes_context=True)
register.simple_tag(outfit_looks_for, takes_context=True)
