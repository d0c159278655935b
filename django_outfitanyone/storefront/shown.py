"""What templates print: a picture with its hotspots and products."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from django_outfitanyone.catalogue import CatalogueReader, Money


class Shown:
    """Base class of what templates print: they try ``shown["name"]`` first, which is fast here."""

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self, name)
        except AttributeError as error:
            raise KeyError(name) from error


@dataclass(frozen=True, kw_only=True)
class ShownProduct(Shown):
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
    shop: CatalogueReader

    @cached_property
    def key(self) -> str:
        return str(self.row.pk)

    @cached_property
    def price(self) -> str:
        return self.shop.price_text(self.row, self.money)

    @cached_property
    def image_url(self) -> str:
        """Return the URL of a small picture of the product. Lazy: not every page shows it."""
        return self.shop.image_url(self.row)

    @cached_property
    def name(self) -> str:
        """Return title, price and availability in one phrase, for screen readers."""
        parts = [self.title, self.price, "" if self.is_available else _("sold out")]
        return ", ".join(part for part in parts if part)

    @cached_property
    def printed(self) -> dict[str, str]:
        """Return what is printed of it, safe in HTML. Without the image, which is lazy."""
        return {
            "title": escaped(self.title),
            "price": escaped(self.price),
            "name": escaped(self.name),
            "url": escaped(self.url),
            "key": escaped(self.key),
            "number": self.number,
        }


@dataclass(frozen=True, kw_only=True)
class ShownHotspot(Shown):
    """A link over the picture. ``classes`` hold its position and its clothes type."""

    id: str
    card_id: str
    product: ShownProduct
    classes: str
    attributes: SafeString
    """All attributes of the hotspot's element, in one piece because that prints fast."""


@dataclass(frozen=True, kw_only=True)
class ShownPicture(Shown):
    """A picture with its hotspots and products, both in reading order. Sizes are in pixels.

    ``key`` identifies the picture, ``id`` its element in the page. ``src`` is a copy of medium
    size for what cannot choose from ``srcset``.
    """

    id: str
    key: str
    src: str
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
    file: Any

    @cached_property
    def url(self) -> str:
        """Return the URL of the picture itself. Lazy: a storage may sign it, and few pages ask."""
        return str(self.file.url)

    def attributes(
        self, *, alt: str, sizes: str, loading: str, fetchpriority: str, image_class: str
    ) -> SafeString:
        """Return all attributes of the ``<img>``, in one piece because that prints fast."""
        classes = " ".join(filter(None, ("outfit-image", self.crop_classes, str(image_class))))
        copies = f' srcset="{escaped(self.srcset)}" sizes="{escaped(sizes)}"' if self.srcset else ""
        priority = f' fetchpriority="{fetchpriority}"' if fetchpriority != "auto" else ""
        return SafeString(
            f'class="{escape(classes)}" src="{escaped(self.src)}"{copies} {self.sides} '
            f'alt="{escaped(alt)}" loading="{loading}"{priority} decoding="async"'
        )

    @property
    def sides(self) -> SafeString:
        """Return the attributes of width and height."""
        return SafeString(f'width="{self.width:d}" height="{self.height:d}"')


def escaped(text: str) -> str:
    """Return the text as templates print it. Faster than Django's own function, which is lazy."""
    return text if hasattr(text, "__html__") else escape(str(text))
