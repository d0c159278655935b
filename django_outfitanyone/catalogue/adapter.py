"""The catalogue adapter: what the app asks a shop about its products."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from django_outfitanyone.catalogue.codes import products_by_code
from django_outfitanyone.catalogue.money import Money
from django_outfitanyone.conf import conf

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_outfitanyone.models import TryOnResult


class CatalogueAdapter:
    """Reads the shipped ``Product`` and models with similar attributes.

    For another model, set ``OUTFITANYONE["CATALOGUE"]`` to a subclass and override the methods
    that differ. ``product`` is always an instance of ``OUTFITANYONE_PRODUCT_MODEL``. ``request``
    is that of the page, for taxes, customer groups and stock; it is ``None`` where there is no
    page, for example in commands.

    An instance serves one page, so a method may keep on ``self`` what others need.
    """

    def prepare(self, products: Sequence[Any], request: HttpRequest | None = None) -> None:
        """Load what the other methods need of these products, in a constant number of queries.

        Called with all products of a page before the others are, for example to prefetch prices
        with ``prefetch_related_objects``. A product may come as several instances.
        """

    def visible(self, products: QuerySet[Any], request: HttpRequest | None = None) -> QuerySet[Any]:
        """Return the products that visitors may see. Hotspots of all other products are hidden."""
        return products.filter(is_visible=True)

    def is_visible(self, product: Any, request: HttpRequest | None = None) -> bool:
        """Return whether visitors may see this product, like ``visible`` but without a query."""
        return bool(product.is_visible)

    def family(self, product: Any, request: HttpRequest | None = None) -> Iterable[Any]:
        """Return the products whose looks the page of this one shows.

        By default only itself. Where variants have garments of their own, return the parent and
        its variants for a parent, so that its page shows the looks of all of them.
        """
        return [product]

    def title(self, product: Any, request: HttpRequest | None = None) -> str:
        """Return the name that visitors see."""
        return str(product)

    def url(self, product: Any, request: HttpRequest | None = None) -> str:
        """Return the URL of the product's page, ``""`` when it has none."""
        absolute_url = getattr(product, "get_absolute_url", None)
        return str(absolute_url()) if absolute_url else ""

    def price(self, product: Any, request: HttpRequest | None = None) -> Money | None:
        """Return the price, ``None`` to show none."""
        amount = getattr(product, "price", None)
        if amount is None:
            return None
        return Money(amount, getattr(product, "currency", "") or conf.DEFAULT_CURRENCY)

    def price_text(
        self, product: Any, price: Money | None, request: HttpRequest | None = None
    ) -> str:
        """Return the price as visitors read it, ``""`` to show none.

        ``price`` is what ``price()`` returned. Override this if your shop formats prices itself.
        """
        return "" if price is None else str(price)

    def is_available(self, product: Any, request: HttpRequest | None = None) -> bool:
        """Return whether it can be bought now."""
        return bool(getattr(product, "is_available", True))

    def image_url(self, product: Any, request: HttpRequest | None = None) -> str:
        """Return the URL of a small picture of the product, ``""`` when there is none."""
        image = getattr(product, "image", None)
        return str(image.url) if image else ""

    def find(self, products: QuerySet[Any], codes: Collection[str]) -> dict[str, Any]:
        """Return the products of these SKUs or similar codes, by the code as it was given.

        ``products`` are those that the user may see. Matches unique and indexed text columns
        with a usual name, in any case of the letters. A code of several products is left out.
        """
        return products_by_code(products, codes)

    def publish(self, product: Any, result: TryOnResult) -> None:
        """Add a published try-on to the product's gallery.

        Called once for each product in the picture, in the transaction that marks it as
        published: if this raises an exception, nothing is published. Calls over the network
        belong into ``transaction.on_commit``.

        The shipped ``Product`` needs no copy: its gallery is the query
        ``TryOnResult.objects.public().for_product(product)``.
        """

    def unpublish(self, product: Any, result: TryOnResult) -> None:
        """Remove it from the gallery again, in one transaction as ``publish``.

        Called for the products that it was published to, even if the garments have changed.
        """
