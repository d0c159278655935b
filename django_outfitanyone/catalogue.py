"""The catalogue adapter: reads a shop's products. Shops with their own model subclass it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from django.apps import apps
from django.db.models import CharField, Model, Q, QuerySet
from django.utils.formats import number_format
from django.utils.module_loading import import_string

from django_outfitanyone.conf import conf, product_model_name

if TYPE_CHECKING:
    from django_outfitanyone.models import TryOnResult


NO_DECIMALS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies (ISO 4217) without the usual two decimal places."""

CODE_COLUMNS = frozenset(
    {"sku", "slug", "code", "number", "reference", "article_number", "ean", "gtin", "upc"}
)
"""Columns by which ``find`` knows a product."""
MOST_FOUND = 2_000

LINKABLE = frozenset({"http", "https"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SKIPPED_BY_BROWSERS = re.compile(r"[\x00-\x20]")


@dataclass(frozen=True)
class Money:
    """An amount with its ISO 4217 currency. As text it is localized: ``39,00 EUR`` in German."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        digits = 0 if self.currency in NO_DECIMALS else 2 + (self.currency in THREE_DECIMALS)
        amount = number_format(round(self.amount, digits), digits, force_grouping=True)
        return f"{amount} {self.currency}"


class CatalogueAdapter:
    """Reads the shipped ``Product`` and models with similar attributes.

    For another model, set ``OUTFITANYONE["CATALOGUE"]`` to a subclass and override the methods
    that differ. ``product`` is always an instance of ``OUTFITANYONE_PRODUCT_MODEL``.
    """

    def visible(self, products: QuerySet[Any]) -> QuerySet[Any]:
        """Return the products that visitors may see. Hotspots of all other products are hidden."""
        return products.filter(is_visible=True)

    def is_visible(self, product: Any) -> bool:
        """Return whether visitors may see this product, like ``visible`` but without a query."""
        return bool(product.is_visible)

    def title(self, product: Any) -> str:
        """Return the name that visitors see."""
        return str(product)

    def url(self, product: Any) -> str:
        """Return the URL of the product's page, ``""`` when it has none."""
        absolute_url = getattr(product, "get_absolute_url", None)
        return str(absolute_url()) if absolute_url else ""

    def price(self, product: Any) -> Money | None:
        """Return the price, ``None`` to show none."""
        amount = getattr(product, "price", None)
        return None if amount is None else Money(amount, product.currency)

    def is_available(self, product: Any) -> bool:
        """Return whether it can be bought now."""
        return bool(getattr(product, "is_available", True))

    def image_url(self, product: Any) -> str:
        """Return the URL of a small picture of the product, ``""`` when there is none."""
        image = getattr(product, "image", None)
        return str(image.url) if image else ""

    def find(self, products: QuerySet[Any], codes: Collection[str]) -> dict[str, Any]:
        """Return the products of these SKUs or similar codes, by the code as it was given.

        ``products`` are those that the user may see. Matches unique and indexed text columns
        with a usual name, in any case of the letters. A code of several products is left out.
        """
        wanted = {form for code in codes if code for form in (code, code.upper(), code.lower())}
        columns = code_columns(products.model) if wanted else []
        if not columns:
            return {}
        matches = reduce(or_, (Q((f"{column}__in", wanted)) for column in columns))
        found: dict[str, set[Any]] = {}
        for product in products.filter(matches)[:MOST_FOUND]:
            for column in columns:
                code = str(getattr(product, column) or "").casefold()
                found.setdefault(code, set()).add(product)
        by_code = {code: found.get(code.casefold(), set()) for code in codes}
        return {code: next(iter(same)) for code, same in by_code.items() if len(same) == 1}

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


def code_columns(model: type[Model]) -> list[str]:
    """Return the names of the text columns that identify a product and have an index."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, CharField)
        and (field.primary_key or (field.name in CODE_COLUMNS and _has_index(field)))
    ]


def _has_index(field: Any) -> bool:
    return bool(field.unique or field.db_index)


def safe_url(url: object) -> str:
    """Return a URL that an adapter gave, or ``""`` if a page must not link to it.

    That is one that a browser might run as a script instead of opening a page, or that is no
    valid URL. Every ``href`` and ``src`` with a URL from outside goes through this function.
    """
    text = str(url or "")
    scheme = _SCHEME.match(_SKIPPED_BY_BROWSERS.sub("", text))
    if scheme and scheme[1].lower() not in LINKABLE:
        return ""
    try:
        text.encode()  # no lone surrogates
        urlsplit(text)
    except ValueError:
        return ""
    return text


def catalogue() -> CatalogueAdapter:
    """Return an adapter of the class in ``OUTFITANYONE["CATALOGUE"]``."""
    return cast("CatalogueAdapter", import_string(conf.CATALOGUE)())


def product_model() -> type[Model]:
    """Return the model in ``OUTFITANYONE_PRODUCT_MODEL``."""
    return apps.get_model(product_model_name(), require_ready=False)
