"""Makes what templates print of a picture: visible products, hotspots and their positions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from html import escape
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from django_outfitanyone.catalogue import CatalogueReader, catalogue_for
from django_outfitanyone.models import Hotspot, TryOnResult
from django_outfitanyone.models.hotspot import current_hotspots
from django_outfitanyone.models.of_picture import Picture
from django_outfitanyone.storefront.crop import Crop, inside
from django_outfitanyone.storefront.overlaps import overlap_classes
from django_outfitanyone.storefront.position_css import LEVELS, position_classes
from django_outfitanyone.storefront.prepared import prepare_products
from django_outfitanyone.storefront.shown import ShownHotspot, ShownPicture, ShownProduct

MEDIUM = 800
"""Pixels across at most of the copy in ``src``, if there is one."""

Window = tuple[float, float, float, float]
"""The visible part of a picture: x1, y1, x2, y2 in its pixels."""


def shown_picture(
    picture: Picture,
    *,
    id_prefix: str = "outfit",
    crop: Crop | None = None,
    only: Collection[Any] | None = None,
    without: Collection[Any] = (),
    shop: CatalogueReader | None = None,
) -> ShownPicture | None:
    """Return the view model of a picture; ``None`` if visitors may not see it yet.

    Leaves out hotspots without a visible product, hotspots of a replaced file, and hotspots
    outside the crop. ``only`` and ``without`` are primary keys of products. Runs no query for
    pictures of ``with_hotspots()``, except what the adapter runs once to prepare the products of
    all pictures of that query.
    """
    if not picture.image or not picture.width or not picture.height:
        return None
    if isinstance(picture, TryOnResult) and not picture.is_public:
        return None
    size = (picture.width, picture.height)
    window = crop.window(*size) if crop else (0, 0, *size)
    shop = shop or catalogue_for(None)
    spots = [
        (spot, box)
        for spot in _hotspots_for_visitors(picture, shop)
        if (only is None or spot.product_id in only)
        and spot.product_id not in without
        and (box := inside(spot.box, window))
    ]
    products = _products([spot for spot, _box in spots], shop)
    key = f"{picture._meta.model_name}-{picture.pk}"
    sources = picture.sources
    return ShownPicture(
        id=f"{id_prefix}-{key}",
        key=key,
        file=picture.image,
        src=_medium(sources) or picture.image.url,
        width=size[0],
        height=size[1],
        srcset=_srcset(sources, shown=(window[2] - window[0]) / size[0]),
        crop_classes=crop.classes if crop else "",
        alt=_alternative_text(products.values()),
        label=_label(picture),
        source_type=picture.digital_source_type,
        hotspots=_placed(spots, products, window=window, prefix=id_prefix),
        products=list(products.values()),
    )


def _hotspots_for_visitors(picture: Picture, shop: CatalogueReader) -> list[Hotspot]:
    hotspots = current_hotspots(picture)
    if not all(Hotspot.product.is_cached(spot) for spot in hotspots):
        prefetch_related_objects(hotspots, "product")
    prepare_products(picture, hotspots, shop)
    return [spot for spot in hotspots if spot.product and shop.is_visible(spot.product)]


def _products(hotspots: Iterable[Hotspot], shop: CatalogueReader) -> dict[Any, ShownProduct]:
    """Return each product once, by primary key, in the order of the hotspots."""
    shown: dict[Any, ShownProduct] = {}
    for hotspot in hotspots:
        product: Any = hotspot.product
        if product.pk not in shown:
            shown[product.pk] = ShownProduct(
                number=_digits(len(shown) + 1),
                row=product,
                title=shop.title(product),
                money=shop.price(product),
                url=shop.url(product),
                is_available=shop.is_available(product),
                shop=shop,
            )
    return shown


def _placed(
    hotspots: Iterable[tuple[Hotspot, Window]],
    products: dict[Any, ShownProduct],
    *,
    window: Window,
    prefix: str,
) -> list[ShownHotspot]:
    """Return the hotspots that link to a page, in reading order. Boxes count from the window."""
    linked = [(hotspot, box) for hotspot, box in hotspots if products[hotspot.product_id].url]
    overlaps = overlap_classes([box for _hotspot, box in linked])
    width, height = window[2] - window[0], window[3] - window[1]
    card = SafeString(f"{escape(prefix)}-card-")
    return [
        _shown_hotspot(
            hotspot,
            products[hotspot.product_id],
            card_id=card + _digits(hotspot.pk),
            place=f"{position_classes(box, width=width, height=height)} {overlap}",
        )
        for (hotspot, box), overlap in zip(linked, overlaps, strict=True)
    ]


def _shown_hotspot(
    hotspot: Hotspot, product: ShownProduct, *, card_id: SafeString, place: str
) -> ShownHotspot:
    classes = f"outfit-{hotspot.clothes_type or 'drawn'} {place}"
    number = product.number
    # the stylesheet has a rule for each of the first numbers
    number_in_print = f' data-outfit-number="{number}"' if int(number) > LEVELS else ""
    return ShownHotspot(
        id=_digits(hotspot.pk),
        card_id=card_id,
        product=product,
        classes=classes,
        attributes=SafeString(
            f'class="outfit-hotspot outfit-n{number} {escape(classes)}" '
            f'data-outfit-hotspot="{hotspot.pk:d}" data-outfit-product="{escape(product.key)}"'
            f"{number_in_print}"
        ),
    )


def _digits(number: int) -> SafeString:
    """Return the number as safe text: escaping is slow where a template prints it often."""
    return SafeString(int(number))


def _srcset(sources: Iterable[tuple[int, str]], *, shown: float) -> str:
    """Return the copies with the width of their visible part."""
    return ", ".join(f"{address} {round(width * shown)}w" for width, address in sources)


def _medium(sources: Iterable[tuple[int, str]]) -> str:
    """Return the URL of the largest copy that is not wider than most screens."""
    return next((url for width, url in sorted(sources, reverse=True) if width <= MEDIUM), "")


def _alternative_text(products: Iterable[ShownProduct]) -> str:
    titles = ", ".join(product.title for product in products)
    if titles:
        return _("Model wearing %(products)s") % {"products": titles}
    return _("Model in a complete outfit")


def _label(picture: Picture) -> str:
    if not isinstance(picture, TryOnResult):
        return ""
    return _("AI-generated preview") if picture.is_preview else _("AI-generated image")
