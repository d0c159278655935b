"""``{% load outfitanyone %}``: pictures with clickable products, without any script."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context, TemplateSyntaxError

from django_outfitanyone.models import ModelImage, TryOnResult
from django_outfitanyone.models.hotspot import Picture
from django_outfitanyone.scheduling import ring_if_silent
from django_outfitanyone.storefront import ShownPicture, shown_picture

register = template.Library()

LOADING = ("lazy", "eager")


@register.inclusion_tag("django_outfitanyone/hotspots.html")
def outfit_hotspots(
    picture: Picture | None,
    *,
    heading: str = "",
    caption: str = "",
    alt: str | None = None,
    loading: str = "lazy",
    css_class: str = "",
    id_prefix: str = "outfit",
    products: bool = True,
    label: bool = True,
) -> dict[str, Any]:
    """Show a ``TryOnResult`` or ``ModelImage`` with a link on each product it shows.

    ``heading`` stands over the list of products, ``caption`` under the picture;
    ``products`` and ``label`` switch the list and the "AI-generated" mark off. Give
    ``id_prefix`` when the same picture stands on a page twice. Nothing is shown of a
    try-on that is still being made.
    """
    if loading not in LOADING:
        raise TemplateSyntaxError(
            f"outfit_hotspots: loading must be 'lazy' or 'eager', not {loading!r}."
        )
    shown = _shown(picture)
    return {
        "picture": shown,
        "heading": heading,
        "caption": caption,
        "alt": shown.alt if shown and alt is None else alt,
        "loading": loading,
        "css_class": css_class,
        "id": f"{id_prefix}-{shown.id}" if shown else "",
        "show_products": products,
        "show_label": label,
    }


@register.inclusion_tag("django_outfitanyone/assets.html", takes_context=True)
def outfit_assets(context: Context) -> dict[str, Any]:
    """Link the stylesheets, once per page however often it is called; belongs into ``<head>``."""
    # the one layer that includes and parents share
    page: Any = context.render_context.dicts[0]
    is_first = "outfit_assets" not in page
    page["outfit_assets"] = True
    return {"is_first": is_first}


def _shown(picture: Any) -> ShownPicture | None:
    if not picture:
        return None  # a missing variable shows nothing, as everywhere in templates
    if not isinstance(picture, TryOnResult | ModelImage):
        raise TemplateSyntaxError(
            "outfit_hotspots needs a TryOnResult or a ModelImage, "
            f"not {type(picture).__name__} {str(picture)!r}."
        )
    if isinstance(picture, TryOnResult) and picture.is_open:
        ring_if_silent()
    return shown_picture(picture)
