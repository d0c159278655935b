"""What visitors see of a picture: products that may be shown, and where they are in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from django_outfitanyone.catalogue import CatalogueAdapter, catalogue
from django_outfitanyone.hotspot_positions import level_class, position_classes
from django_outfitanyone.models import Hotspot, TryOnResult
from django_outfitanyone.models.hotspot import Picture

LINKABLE = frozenset({"http", "https"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SKIPPED_BY_BROWSERS = re.compile(r"[\x00-\x20]")


@dataclass(frozen=True, kw_only=True)
class ShownProduct:
    """A product as a link: ``number`` counts from 1, ``url`` is ``""`` when it leads nowhere."""

    number: int
    title: str
    price: str
    url: str
    is_available: bool

    @property
    def name(self) -> str:
        """All of it in one phrase, for those who do not see the picture."""
        parts = [self.title, self.price, "" if self.is_available else _("sold out")]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class ShownHotspot:
    """A link laid over the picture. ``classes`` say where, and on what kind of clothes."""

    id: int
    product: ShownProduct
    classes: str


@dataclass(frozen=True, kw_only=True)
class ShownPicture:
    """A picture with its hotspots and products, both in reading order; sizes in pixels."""

    id: str
    url: str
    width: int
    height: int
    alt: str
    label: str
    hotspots: list[ShownHotspot]
    products: list[ShownProduct]


def shown_picture(picture: Picture) -> ShownPicture | None:
    """What to show; ``None`` while there is no picture yet.

    Hotspots without a visible product are left out, and so are those found in an
    earlier file. Needs no query for pictures of ``with_hotspots()``.
    """
    if not picture.image or not picture.width or not picture.height:
        return None
    shop = catalogue()
    spots = _hotspots_for_visitors(picture, shop)
    products = _products(spots, shop)
    return ShownPicture(
        id=f"{picture._meta.model_name}-{picture.pk}",
        url=picture.image.url,
        width=picture.width,
        height=picture.height,
        alt=_alternative_text(products.values()),
        label=_label(picture),
        hotspots=_placed(spots, products, size=(picture.width, picture.height)),
        products=list(products.values()),
    )


def safe_url(url: str) -> str:
    """The address if a browser would open it as a page, else ``""``: never runs a script."""
    scheme = _SCHEME.match(_SKIPPED_BY_BROWSERS.sub("", url))
    return "" if scheme and scheme[1].lower() not in LINKABLE else url


def _hotspots_for_visitors(picture: Picture, shop: CatalogueAdapter) -> list[Hotspot]:
    hotspots = [spot for spot in picture.hotspots.all() if spot.picture_sha256 == picture.sha256]
    prefetch_related_objects(hotspots, "product")
    return [spot for spot in hotspots if spot.product and shop.is_visible(spot.product)]


def _products(hotspots: Iterable[Hotspot], shop: CatalogueAdapter) -> dict[Any, ShownProduct]:
    """Each product once, by its key, in the order in which the picture shows them."""
    shown: dict[Any, ShownProduct] = {}
    for hotspot in hotspots:
        product: Any = hotspot.product
        if product.pk not in shown:
            price = shop.price(product)
            shown[product.pk] = ShownProduct(
                number=len(shown) + 1,
                title=shop.title(product),
                price=str(price) if price else "",
                url=safe_url(shop.url(product)),
                is_available=shop.is_available(product),
            )
    return shown


def _placed(
    hotspots: list[Hotspot], products: dict[Any, ShownProduct], *, size: tuple[int, int]
) -> list[ShownHotspot]:
    """Links over the picture, in reading order; of two that overlap the smaller lies on top."""
    by_size = sorted(hotspots, key=_area)
    level = {hotspot.pk: level_class(place) for place, hotspot in enumerate(by_size)}
    return [
        ShownHotspot(
            id=hotspot.pk,
            product=products[hotspot.product_id],
            classes=" ".join(
                [
                    f"outfit-{hotspot.clothes_type or 'drawn'}",
                    position_classes(hotspot.box, width=size[0], height=size[1]),
                    level[hotspot.pk],
                ]
            ),
        )
        for hotspot in hotspots
        if products[hotspot.product_id].url
    ]


def _area(hotspot: Hotspot) -> int:
    return (hotspot.x2 - hotspot.x1) * (hotspot.y2 - hotspot.y1)


def _alternative_text(products: Iterable[ShownProduct]) -> str:
    titles = ", ".join(product.title for product in products)
    if titles:
        return _("Model wearing %(products)s") % {"products": titles}
    return _("Model in a complete outfit")


def _label(picture: Picture) -> str:
    if not isinstance(picture, TryOnResult):
        return ""
    return _("AI-generated preview") if picture.is_preview else _("AI-generated image")
