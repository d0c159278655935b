"""Prints the shipped templates of hotspots and products fast.

A page prints the same few parts many times. A pattern is the output of a shipped template, rendered
once with placeholders; filling them takes a tenth of the time of rendering. The template stays the
only place with the markup. Templates of a shop are rendered as usual: they may use any variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.template import Context
from django.template.base import Template
from django.utils.safestring import SafeString

from django_outfitanyone.storefront.shown import ShownHotspot, ShownProduct, escaped

SHIPPED = Path(__file__).parents[1] / "templates"
_PLACEHOLDER = re.compile("\0(\\w+)\0")

Words = tuple[tuple[str, str], ...]
"""The phrases of the templates: name and text of each."""


class Shape(NamedTuple):
    """What decides which elements a part has. Parts of the same shape share a pattern."""

    has_card: bool
    has_url: bool
    has_price: bool
    has_image: bool
    is_available: bool


@lru_cache(maxsize=64)
def is_shipped(template: Template) -> bool:
    """Return whether this is a template of the package, not one that a shop overrides it with."""
    return Path(template.origin.name).is_relative_to(SHIPPED)


def print_hotspots(
    template: Template, hotspots: Iterable[ShownHotspot], *, card: bool, phrases: Mapping[str, str]
) -> SafeString:
    """Return what ``hotspot.html`` prints for each hotspot. ``card`` adds the cards."""
    words = tuple(phrases.items())
    html = []
    for hotspot in hotspots:
        product = hotspot.product
        image_url = product.image_url if card else ""
        values = {
            **product.printed,
            "image_url": escaped(image_url),
            "attributes": hotspot.attributes,
            "card_id": hotspot.card_id,
        }
        html.append(
            _pattern(template, _shape(product, card=card, image_url=image_url), words) % values
        )
    return SafeString("".join(html))


def print_products(
    template: Template, products: Iterable[ShownProduct], *, phrases: Mapping[str, str]
) -> SafeString:
    """Return what ``product.html`` prints for each product of the list."""
    words = tuple(phrases.items())
    return SafeString(
        "".join(
            _pattern(template, _shape(product), words) % product.printed for product in products
        )
    )


def _shape(product: ShownProduct, *, card: bool = False, image_url: str = "") -> Shape:
    return Shape(
        has_card=card,
        has_url=bool(product.url),
        has_price=bool(product.price),
        has_image=bool(image_url),
        is_available=product.is_available,
    )


@lru_cache(maxsize=256)
def _pattern(template: Template, shape: Shape, words: Words) -> str:
    """Return the markup of a part with ``%(name)s`` for each value, without line breaks."""
    product = {
        **{name: _placeholder(name) for name in ("title", "name", "key", "number")},
        "url": _placeholder("url") if shape.has_url else "",
        "price": _placeholder("price") if shape.has_price else "",
        "image_url": _placeholder("image_url") if shape.has_image else "",
        "is_available": shape.is_available,
    }
    hotspot = {name: _placeholder(name) for name in ("attributes", "card_id")}
    html = template.render(
        Context(
            {
                "hotspot": hotspot,
                "product": product,
                "card": shape.has_card,
                "phrases": dict(words),
            }
        )
    )
    return _PLACEHOLDER.sub(r"%(\1)s", html.replace("\n", "").replace("%", "%%"))


def _placeholder(name: str) -> SafeString:
    return SafeString(f"\0{name}\0")
