"""The view model of a picture: visible products, hotspots and their positions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from django_outfitanyone.catalogue import CatalogueAdapter, Money, catalogue, safe_url
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Hotspot, TryOnResult
from django_outfitanyone.models.of_picture import Picture
from django_outfitanyone.storefront.crop import Crop, inside
from django_outfitanyone.storefront.overlaps import overlap_classes
from django_outfitanyone.storefront.position_css import position_classes

Window = tuple[float, float, float, float]
"""The visible part of a picture: x1, y1, x2, y2 in its pixels."""


@dataclass(frozen=True, kw_only=True)
class ShownProduct:
    """A product with its link. ``number`` counts from 1; ``url`` is ``""`` without a page.

    ``row`` is the shop's own product instance, for customized templates. Numbers and keys are
    text, so that templates do not localize them.
    """

    number: str
    row: Any
    title: str
    money: Money | None
    url: str
    is_available: bool
    shop: CatalogueAdapter

    @cached_property
    def key(self) -> str:
        return str(self.row.pk)

    @cached_property
    def price(self) -> str:
        return str(self.money) if self.money else ""

    @cached_property
    def image_url(self) -> str:
        """Return the URL of a small picture of the product. Lazy: not every page shows it."""
        return safe_url(self.shop.image_url(self.row))

    @cached_property
    def name(self) -> str:
        """Return title, price and availability in one phrase, for screen readers."""
        parts = [self.title, self.price, "" if self.is_available else _("sold out")]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class ShownHotspot:
    """A link over the picture. ``classes`` hold its position and its clothes type."""

    id: str
    card_id: str
    product: ShownProduct
    classes: str


@dataclass(frozen=True, kw_only=True)
class ShownPicture:
    """A picture with its hotspots and products, both in reading order. Sizes are in pixels.

    ``key`` identifies the picture, ``id`` its element in the page.
    """

    id: str
    key: str
    url: str
    width: int
    height: int
    srcset: str
    crop_classes: str
    alt: str
    label: str
    source_type: str
    """Digital source type of the picture, an IPTC term; ``""`` for a photo."""
    hotspots: list[ShownHotspot]
    products: list[ShownProduct]


def shown_picture(
    picture: Picture,
    *,
    id_prefix: str = "outfit",
    crop: Crop | None = None,
    only: Collection[Any] | None = None,
    without: Collection[Any] = (),
) -> ShownPicture | None:
    """Return the view model of a picture; ``None`` if visitors may not see it yet.

    Leaves out hotspots without a visible product, hotspots of a replaced file, and hotspots
    outside the crop. ``only`` and ``without`` are primary keys of products. Runs no query for
    pictures of ``with_hotspots()``.
    """
    if not picture.image or not picture.width or not picture.height:
        return None
    if isinstance(picture, TryOnResult) and not picture.is_public:
        return None
    size = (picture.width, picture.height)
    window = crop.window(*size) if crop else (0, 0, *size)
    shop = catalogue()
    spots = [
        spot
        for spot in _hotspots_for_visitors(picture, shop)
        if (only is None or spot.product_id in only)
        and spot.product_id not in without
        and inside(spot.box, window)
    ]
    products = _products(spots, shop)
    key = f"{picture._meta.model_name}-{picture.pk}"
    url = picture.image.url
    return ShownPicture(
        id=f"{id_prefix}-{key}",
        key=key,
        url=url,
        width=size[0],
        height=size[1],
        srcset=_srcset(picture, url, shown=(window[2] - window[0]) / size[0]),
        crop_classes=crop.classes if crop else "",
        alt=_alternative_text(products.values()),
        label=_label(picture),
        source_type=_source_type(picture),
        hotspots=_placed(spots, products, window=window, prefix=f"{id_prefix}-{key}"),
        products=list(products.values()),
    )


def _hotspots_for_visitors(picture: Picture, shop: CatalogueAdapter) -> list[Hotspot]:
    hotspots = [spot for spot in picture.hotspots.all() if spot.picture_sha256 == picture.sha256]
    prefetch_related_objects(hotspots, "product")
    return [spot for spot in hotspots if spot.product and shop.is_visible(spot.product)]


def _products(hotspots: Iterable[Hotspot], shop: CatalogueAdapter) -> dict[Any, ShownProduct]:
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
                url=safe_url(shop.url(product)),
                is_available=shop.is_available(product),
                shop=shop,
            )
    return shown


def _placed(
    hotspots: list[Hotspot], products: dict[Any, ShownProduct], *, window: Window, prefix: str
) -> list[ShownHotspot]:
    """Return the hotspots that link to a page, in reading order."""
    linked = [
        (hotspot, box)
        for hotspot in hotspots
        if products[hotspot.product_id].url and (box := inside(hotspot.box, window))
    ]
    overlaps = overlap_classes([box for _hotspot, box in linked])
    width, height = window[2] - window[0], window[3] - window[1]
    card = format_html("{}-card-", prefix)
    return [
        ShownHotspot(
            id=_digits(hotspot.pk),
            card_id=card + _digits(hotspot.pk),
            product=products[hotspot.product_id],
            classes=" ".join(
                [
                    f"outfit-{hotspot.clothes_type or 'drawn'}",
                    position_classes(box, width=width, height=height),
                    overlap,
                ]
            ),
        )
        for (hotspot, box), overlap in zip(linked, overlaps, strict=True)
    ]


def _digits(number: int) -> SafeString:
    """Return the number as safe text: escaping is slow where a template prints it often."""
    return SafeString(int(number))


def _srcset(picture: Picture, url: str, *, shown: float) -> str:
    """Return the smaller copies and the picture with the width of their visible part."""
    if not picture.renditions or not picture.width:
        return ""
    url_of = picture.image.storage.url
    copies = [(width, url_of(name)) for width, name in picture.renditions]
    copies.append((picture.width, url))
    return ", ".join(f"{address} {round(width * shown)}w" for width, address in copies)


def _alternative_text(products: Iterable[ShownProduct]) -> str:
    titles = ", ".join(product.title for product in products)
    if titles:
        return _("Model wearing %(products)s") % {"products": titles}
    return _("Model in a complete outfit")


def _label(picture: Picture) -> str:
    if not isinstance(picture, TryOnResult):
        return ""
    return _("AI-generated preview") if picture.is_preview else _("AI-generated image")


def _source_type(picture: Picture) -> str:
    if not isinstance(picture, TryOnResult):
        return ""
    return "compositeSynthetic" if picture.is_preview else conf.DIGITAL_SOURCE_TYPE
