"""JSON-LD for search engines, in schema.org terms.

A ``<script type="application/ld+json">`` is data: browsers do not run it, so that no
Content-Security-Policy has to allow it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString

from django_outfitanyone.storefront.shown import ShownPicture, ShownProduct

Absolute = Callable[[str], str]
"""Turns a URL of this site into an absolute URL."""

_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""Escapes of characters that could end the script element or be parsed as markup."""


def json_ld(picture: ShownPicture, *, alt: str, caption: str, absolute: Absolute) -> SafeString:
    """Return an ``ImageObject`` that mentions each ``Product`` with its ``Offer``, safe in HTML."""
    data = {
        "@context": "https://schema.org",
        "@type": "ImageObject",
        "contentUrl": absolute(picture.url),
        "width": picture.width,
        "height": picture.height,
        "name": alt,
        "caption": caption,
        "digitalSourceType": _source_type(picture.source_type),
        "mentions": [_product(product, absolute) for product in picture.products],
    }
    text = json.dumps({key: value for key, value in data.items() if value})
    return SafeString(text.translate(_ESCAPES))


def _source_type(name: str) -> str:
    """Return the schema.org enumeration member of an IPTC term."""
    return f"https://schema.org/{name[:1].upper()}{name[1:]}DigitalSource" if name else ""


def _product(product: ShownProduct, absolute: Absolute) -> dict[str, Any]:
    data: dict[str, Any] = {"@type": "Product", "name": product.title}
    if product.url:
        data["url"] = absolute(product.url)
    if product.image_url:
        data["image"] = absolute(product.image_url)
    if product.money:
        data["offers"] = {
            "@type": "Offer",
            "price": str(product.money.amount),
            "priceCurrency": product.money.currency,
            "availability": "https://schema.org/"
            + ("InStock" if product.is_available else "OutOfStock"),
        }
    return data
