"""Template tags for pictures with clickable products. They need no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from inspect import signature
from typing import Any

from django import template
from django.db.models import Model
from django.template import Context, TemplateSyntaxError
from django.template.base import Node, Parser, TextNode, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from django_outfitanyone.conf import conf
from django_outfitanyone.models import ModelImage, TryOnResult
from django_outfitanyone.models.of_picture import Picture
from django_outfitanyone.storefront.context import shown_picture
from django_outfitanyone.storefront.crop import Crop
from django_outfitanyone.storefront.shown import ShownPicture
from django_outfitanyone.storefront.structured_data import json_ld
from django_outfitanyone.templatetags import outfitanyone_looks
from django_outfitanyone.wakeup import wake_if_idle

register = template.Library()
register.tags.update(outfitanyone_looks.register.tags)

LOADING = ("lazy", "eager")
FETCH_PRIORITIES = ("auto", "high", "low")
MARKERS = ("dot", "outline", "none")
HEADING_LEVELS = (0, 2, 3, 4, 5, 6)
_OPTION = re.compile(r"(\w+)=")


def outfit_hotspots(
    context: Context,
    picture: Picture | None,
    *,
    alt: str | None = None,
    caption: str = "",
    heading: str = "",
    heading_level: int = 0,
    products: bool = True,
    only: Any = None,
    without: Any = None,
    card: bool = True,
    card_actions: str = "django_outfitanyone/card_actions.html",
    marker: str = "dot",
    crop: str = "",
    focus: str = "50% 50%",
    sizes: str = "",
    loading: str = "lazy",
    fetchpriority: str = "auto",
    label: bool | None = None,
    structured_data: bool = False,
    css_class: str = "",
    image_class: str = "",
    id_prefix: str = "outfit",
) -> dict[str, Any]:
    """Show a ``TryOnResult`` or ``ModelImage`` with a link on each of its products.

    The options are documented in docs/storefront.md. Shows nothing for a try-on that visitors
    may not see: it is unfinished, rejected or not published.
    """
    _check_choice("loading", loading, LOADING)
    _check_choice("fetchpriority", fetchpriority, FETCH_PRIORITIES)
    _check_choice("marker", marker, MARKERS)
    _check_choice("heading_level", heading_level, HEADING_LEVELS)
    shown = _shown(
        picture,
        id_prefix=id_prefix,
        crop=_crop(crop, focus),
        only=None if only is None else _keys("only", only),
        without=_keys("without", without),
        shop=outfitanyone_looks.page_shop(context),
    )
    if not shown:
        return {"picture": None}
    alt = shown.alt if alt is None else alt
    sizes = sizes or ("auto, 100vw" if loading == "lazy" else "100vw")
    return {
        "picture": shown,
        "alt": alt,
        "caption": caption,
        "heading": heading,
        "heading_tag": f"h{heading_level}" if heading_level else "p",
        "show_products": products,
        "show_label": conf.SHOW_LABEL if label is None else label,
        "card": card,
        "card_actions": card_actions,
        "has_card_actions": card and _has_content(context, card_actions),
        "marker": marker,
        "sizes": sizes,
        "loading": loading,
        "fetchpriority": fetchpriority,
        "css_class": css_class,
        "image_class": image_class,
        "image_attributes": shown.attributes(
            alt=alt,
            sizes=sizes,
            loading=loading,
            fetchpriority=fetchpriority,
            image_class=image_class,
        ),
        "json_ld": _json_ld(context, shown, alt, caption) if structured_data else "",
        "request": context.get("request"),
        "phrases": _phrases(context),
    }


OPTIONS = {
    name: parameter.default
    for name, parameter in signature(outfit_hotspots).parameters.items()
    if parameter.kind is parameter.KEYWORD_ONLY
}
"""Every option of the tag with its default."""

# a library of its own, so that the tag below can call the inclusion tag
_inclusion = template.Library()
_inclusion.inclusion_tag("django_outfitanyone/hotspots.html", takes_context=True)(outfit_hotspots)


@register.tag("outfit_hotspots")
def compile_outfit_hotspots(parser: Parser, token: Token) -> Node:
    """Compile the inclusion tag, after rejecting unknown options with the nearest known one."""
    for bit in token.split_contents()[1:]:
        option = _OPTION.match(bit)
        if option and option[1] not in {"picture", *OPTIONS}:
            raise TemplateSyntaxError(
                f"outfit_hotspots has no option {option[1]!r}. {_nearest(option[1], OPTIONS)}"
            )
    compiled: Node = _inclusion.tags["outfit_hotspots"](parser, token)
    return compiled


@register.inclusion_tag("django_outfitanyone/assets.html", takes_context=True)
def outfit_assets(context: Context, *, events: bool = False) -> dict[str, Any]:
    """Link the stylesheets in ``<head>``. Repeated calls on the same page link nothing.

    ``events`` adds the small script that sends DOM events when visitors open a card or follow a
    link.
    """
    page = _page(context)
    is_first = "outfit_assets" not in page
    page["outfit_assets"] = True
    return {"is_first": is_first, "events": events}


def _page(context: Context) -> dict[Any, Any]:
    """Return what is known in all of the page: the layer that includes and parents share."""
    page: dict[Any, Any] = context.render_context.dicts[0]
    return page


def _phrases(context: Context) -> dict[str, str]:
    """Return the words of the templates, looked up once for a page and language."""
    page, key = _page(context), ("outfit_phrases", get_language())
    if key not in page:
        page[key] = {
            "products": gettext("Products in this picture"),
            "in_stock": gettext("In stock"),
            "sold_out": gettext("Sold out"),
            "sold_out_short": gettext("sold out"),
            "view": gettext("View product"),
            "close": gettext("Close"),
        }
    phrases: dict[str, str] = page[key]
    return phrases


def _has_content(context: Context, name: str) -> bool:
    """Whether this template prints anything: most shops leave the shipped one empty."""
    page, key = _page(context), ("outfit_content", name)
    if key not in page:
        assert context.template is not None  # a tag is rendered in a template  # noqa: S101
        nodes = context.template.engine.get_template(name).nodelist
        page[key] = any(not isinstance(node, TextNode) or node.s.strip() for node in nodes)
    has_content: bool = page[key]
    return has_content


def _nearest(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"The options are {', '.join(known)}."


def _check_choice(option: str, value: object, allowed: Collection[object]) -> None:
    if value not in allowed:
        *others, last = map(repr, allowed)
        raise TemplateSyntaxError(
            f"outfit_hotspots: {option} must be {', '.join(others)} or {last}, not {value!r}."
        )


def _crop(ratio: str, focus: str) -> Crop | None:
    if not ratio:
        return None
    try:
        return Crop.read(ratio, focus)
    except ValueError as error:
        raise TemplateSyntaxError(f"outfit_hotspots: {error}.") from error


def _keys(option: str, products: Any) -> set[Any]:
    """Return the primary keys of one product or of several."""
    if isinstance(products, Model):
        return {products.pk}
    try:
        return {product.pk for product in products or ()}
    except (TypeError, AttributeError) as error:
        raise TemplateSyntaxError(
            f"outfit_hotspots: {option} must be a product or several products, not {products!r}."
        ) from error


def _json_ld(context: Context, shown: ShownPicture, alt: str, caption: str) -> SafeString:
    request = context.get("request")
    absolute = request.build_absolute_uri if request else str
    return json_ld(shown, alt=alt, caption=caption, absolute=absolute)


def _shown(picture: Any, **parts: Any) -> ShownPicture | None:
    if not picture:
        return None  # a missing variable shows nothing, as usual in templates
    if not isinstance(picture, TryOnResult | ModelImage):
        raise TemplateSyntaxError(
            "outfit_hotspots needs a TryOnResult or a ModelImage, "
            f"not {type(picture).__name__} {str(picture)!r}."
        )
    if isinstance(picture, TryOnResult) and picture.is_open:
        wake_if_idle()
    return shown_picture(picture, **parts)
