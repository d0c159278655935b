"""Tags of the shipped template of ``{% outfit_hotspots %}``: its hotspots and its list of products.

They use ``hotspot.html`` and ``product.html``, each of which a shop may override.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.template.base import Template
from django.utils.safestring import SafeString

from django_outfitanyone.storefront.patterns import is_shipped, print_hotspots, print_products

register = template.Library()

HOTSPOT = "django_outfitanyone/hotspot.html"
CARD = "django_outfitanyone/card.html"
PRODUCT = "django_outfitanyone/product.html"


@register.simple_tag(takes_context=True)
def each_hotspot(context: Context) -> SafeString:
    """Print the hotspots of ``picture``."""
    hotspots = context["picture"].hotspots
    part, card = _template(context, HOTSPOT), context["card"]
    own = context["has_card_actions"] or (card and not is_shipped(_template(context, CARD)))
    if is_shipped(part) and not own:
        return print_hotspots(part, hotspots, card=card, phrases=context["phrases"])
    variables = ({"hotspot": hotspot, "product": hotspot.product} for hotspot in hotspots)
    return _rendered(context, part, variables)


@register.simple_tag(takes_context=True)
def each_product(context: Context) -> SafeString:
    """Print the products of ``picture`` as items of the list."""
    products = context["picture"].products
    part = _template(context, PRODUCT)
    if is_shipped(part):
        return print_products(part, products, phrases=context["phrases"])
    return _rendered(context, part, ({"product": product} for product in products))


def _template(context: Context, name: str) -> Template:
    """Return the template, found once for a page."""
    page: dict[Any, Any] = context.render_context.dicts[0]
    key = ("outfit_template", name)
    if key not in page:
        assert context.template is not None  # a tag is rendered in a template  # noqa: S101
        page[key] = context.template.engine.get_template(name)
    found: Template = page[key]
    return found


def _rendered(context: Context, part: Template, variables: Iterable[dict[str, Any]]) -> SafeString:
    """Return the output of the template for each of these additions to the context of the tag."""
    html = []
    for added in variables:
        with context.push(**added):
            html.append(part.render(context))
    return SafeString("".join(html))
