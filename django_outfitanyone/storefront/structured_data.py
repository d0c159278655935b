"""What search engines are told of a picture, in the words of schema.org, as JSON-LD.

A ``<script type="application/ld+json">`` is data: browsers do not run it, and no
Content-Security-Policy has to allow it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString

from django_outfitanyone.storefront.context import ShownPicture, ShownProduct

Absolute = Callable[[str], str]
"""Makes an address of this site one that means the same everywhere."""

_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""Signs that could end the element around the JSON, or be read as markup."""


def json_ld(picture: ShownPicture, *, alt: str, caption: str, absolute: Absolute) -> SafeString:
    """An ``ImageObject`` and the ``Product`` of each hotspot with its ``Offer``, safe in HTML."""
    described = {
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
    text = json.dumps({key: value for key, value in described.items() if value})
    return SafeString(text.translate(_ESCAPES))


def _source_type(name: str) -> str:
    """IPTC's value as the member of schema.org's enumeration."""
    return f"https://schema.org/{name[:1].upper()}{name[1:]}DigitalSource" if name else ""


def _product(product: ShownProduct, absolute: Absolute) -> dict[str, Any]:
    described: dict[str, Any] = {"@type": "Product", "name": product.title}
    if product.url:
        described["url"] = absolute(product.url)
    if product.image_url:
        described["image"] = absolute(product.image_url)
    if product.money:
        described["offers"] = {
            "@type": "Offer",
            "price": str(product.money.amount),
            "priceCurrency": product.money.currency,
            "availability": "https://schema.org/"
            + ("InStock" if product.is_available else "OutOfStock"),
        }
    return described
