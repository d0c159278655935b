"""What the app asks of a shop's products; a shop with its own model overrides a method or two."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.formats import number_format
from django.utils.module_loading import import_string

from django_outfitanyone.conf import conf, product_model_name

if TYPE_CHECKING:
    from django_outfitanyone.models import TryOnResult


NO_DECIMALS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies (ISO 4217) that do not have two digits after the point, as all others have."""


@dataclass(frozen=True)
class Money:
    """An amount and its ISO 4217 currency; as text in the reader's format: ``39,00 EUR``."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        digits = 0 if self.currency in NO_DECIMALS else 2 + (self.currency in THREE_DECIMALS)
        amount = number_format(round(self.amount, digits), digits, force_grouping=True)
        return f"{amount} {self.currency}"


class CatalogueAdapter:
    """Answers for the shipped ``Product`` and for models with similar attributes.

    Name a subclass in ``OUTFITANYONE["CATALOGUE"]``. ``product`` is always an instance
    of the model in ``OUTFITANYONE_PRODUCT_MODEL``.
    """

    def visible(self, products: QuerySet[Any]) -> QuerySet[Any]:
        """Only what visitors may see; hotspots of all other products disappear."""
        return products.filter(is_visible=True)

    def is_visible(self, product: Any) -> bool:
        """As ``visible``, for one product that is already in memory."""
        return bool(product.is_visible)

    def title(self, product: Any) -> str:
        """Name for visitors."""
        return str(product)

    def url(self, product: Any) -> str:
        """Address of the product's page, ``""`` when it has none."""
        absolute_url = getattr(product, "get_absolute_url", None)
        return str(absolute_url()) if absolute_url else ""

    def price(self, product: Any) -> Money | None:
        """What it costs, ``None`` when that is not to be shown."""
        amount = getattr(product, "price", None)
        return None if amount is None else Money(amount, product.currency)

    def is_available(self, product: Any) -> bool:
        """Whether it can be bought now."""
        return bool(getattr(product, "is_available", True))

    def image_url(self, product: Any) -> str:
        """Address of a small picture of the product, ``""`` when there is none."""
        image = getattr(product, "image", None)
        return str(image.url) if image else ""

    def publish(self, product: Any, result: TryOnResult) -> None:
        """Add a published try-on to the product's gallery.

        The shipped ``Product`` needs no copy: its gallery is the query
        ``TryOnResult.objects.public().for_product(product)``.
        """

    def unpublish(self, product: Any, result: TryOnResult) -> None:
        """Undo ``publish``."""


def catalogue() -> CatalogueAdapter:
    """The adapter that ``OUTFITANYONE["CATALOGUE"]`` names."""
    return cast("CatalogueAdapter", import_string(conf.CATALOGUE)())


def product_model() -> type[Model]:
    """The model in ``OUTFITANYONE_PRODUCT_MODEL``."""
    return apps.get_model(product_model_name(), require_ready=False)
