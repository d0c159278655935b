"""The catalogue adapter for django-oscar; docs/oscar.md shows how to use it.

.. code-block:: python

    OUTFITANYONE_PRODUCT_MODEL = "catalogue.Product"
    OUTFITANYONE = {"CATALOGUE": "django_outfitanyone.contrib.oscar.OscarCatalogue"}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db.models import Max, Prefetch, QuerySet, prefetch_related_objects
from oscar.core.loading import get_class, get_model

from django_outfitanyone.catalogue import CatalogueAdapter, Money

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_outfitanyone.models import TryOnResult


class OscarCatalogue(CatalogueAdapter):
    """Reads products as the strategy of the shop sees them for the visitor of the request."""

    def __init__(self) -> None:
        self._strategy: Any = None
        self._infos: dict[Any, Any] = {}

    def prepare(self, products: Sequence[Any], request: HttpRequest | None = None) -> None:
        """Load stock, images, parents and public children, in eight queries at most."""
        children = get_model("catalogue", "Product").objects.public()
        prefetch_related_objects(
            products,
            *("product_class", "stockrecords", "images"),
            *("parent__product_class", "parent__images"),
            Prefetch(
                "children",
                children.prefetch_related("stockrecords"),
                to_attr="_prefetched_public_children",
            ),
        )

    def visible(self, products: QuerySet[Any], request: HttpRequest | None = None) -> QuerySet[Any]:
        return products.filter(is_public=True).exclude(parent__is_public=False)

    def is_visible(self, product: Any, request: HttpRequest | None = None) -> bool:
        is_parent_public = product.parent is None or product.parent.is_public
        return bool(product.is_public and is_parent_public)

    def family(self, product: Any, request: HttpRequest | None = None) -> list[Any]:
        """Return the public children of a parent with it, and the parent of a child with it."""
        if product.is_parent:
            return [product, *product.get_public_children()]
        return [product, product.parent] if product.is_child else [product]

    def title(self, product: Any, request: HttpRequest | None = None) -> str:
        return str(product.get_title())

    def price(self, product: Any, request: HttpRequest | None = None) -> Money | None:
        """Return the price with tax where the strategy knows it, else without."""
        price = self._info(product, request).price
        if not price.exists:
            return None
        amount = price.incl_tax if price.is_tax_known else price.excl_tax
        return None if amount is None else Money(amount, price.currency)

    def is_available(self, product: Any, request: HttpRequest | None = None) -> bool:
        return bool(self._info(product, request).availability.is_available_to_buy)

    def image_url(self, product: Any, request: HttpRequest | None = None) -> str:
        image = next(iter(product.get_all_images()), None)
        return str(image.original.url) if image else ""

    def _info(self, product: Any, request: HttpRequest | None) -> Any:
        """Return what the strategy says about price and availability, asked once."""
        if product.pk not in self._infos:
            if self._strategy is None:
                self._strategy = _strategy(request)
            fetch = "fetch_for_parent" if product.is_parent else "fetch_for_product"
            self._infos[product.pk] = getattr(self._strategy, fetch)(product)
        return self._infos[product.pk]


class OscarGallery(OscarCatalogue):
    """Also adds copies of published looks to the galleries of the products, as product images.

    The images of a child are those of its parent, so its looks are added to the parent. The
    templates of Oscar show no label that says that AI made a picture.
    """

    def publish(self, product: Any, result: TryOnResult) -> None:
        shown = _with_gallery(product)
        images = get_model("catalogue", "ProductImage").objects
        code = _code(shown, result)
        if images.filter(code=code).exists():
            return  # another child of the same parent is in the picture
        last = shown.images.aggregate(last=Max("display_order"))["last"]
        order = 0 if last is None else last + 1
        image = images.model(product=shown, code=code, display_order=order)
        name = str(result.image.name).rpartition("/")[2]
        image.original.save(name, ContentFile(result.read()), save=False)
        image.save()

    def unpublish(self, product: Any, result: TryOnResult) -> None:
        shown = _with_gallery(product)
        for image in shown.images.filter(code=_code(shown, result)):
            image.delete()


def _strategy(request: HttpRequest | None) -> Any:
    """Return the strategy of the request, which Oscar's middleware sets, or a new one."""
    known = getattr(request, "strategy", None)
    if known is not None:
        return known
    user = getattr(request, "user", None)
    selector = get_class("partner.strategy", "Selector")()
    return selector.strategy(request=request if user else None, user=user)


def _with_gallery(product: Any) -> Any:
    return product.parent if product.is_child else product


def _code(product: Any, result: TryOnResult) -> str:
    """Return the unique code of the image that shows this look of this product."""
    return f"outfitanyone-{result.pk}-{product.pk}"
