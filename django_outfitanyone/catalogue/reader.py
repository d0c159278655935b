"""Reads the products of one page through the shop's catalogue adapter."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from django_outfitanyone.catalogue.adapter import CatalogueAdapter
from django_outfitanyone.catalogue.money import Money
from django_outfitanyone.catalogue.urls import safe_url
from django_outfitanyone.conf import conf, product_model_name

if TYPE_CHECKING:
    from django.http import HttpRequest

WITH_REQUEST = (
    "prepare",
    "visible",
    "is_visible",
    "family",
    "title",
    "url",
    "price",
    "price_text",
    "is_available",
    "image_url",
)
"""The methods of an adapter that take a ``request``."""


READER = "_outfitanyone_catalogue"
"""The attribute of a request that keeps its reader."""


class CatalogueReader:
    """The shop's products as the visitor of one request sees them.

    Prepares each instance of a product once: give ``prepare`` all products of a page before you
    read the first one.
    """

    def __init__(self, adapter: CatalogueAdapter, request: HttpRequest | None = None) -> None:
        self.adapter = adapter
        self._takes_request = methods_with_request(type(adapter))
        self._request = request
        self._prepared: dict[int, Any] = {}

    def prepare(self, products: Iterable[Any]) -> None:
        """Let the adapter load what it needs of the products that are new here."""
        known = self._prepared
        # the instances are kept, so that no other one gets the id of one that is gone
        new = {id(one): one for one in products if one is not None and id(one) not in known}
        if new:
            known.update(new)
            self.call("prepare", list(new.values()))

    def is_new(self, group: object) -> bool:
        """Return whether the products of this group were not prepared yet; True only once."""
        is_new = id(group) not in self._prepared
        self._prepared[id(group)] = group
        return is_new

    def visible(self, products: QuerySet[Any]) -> QuerySet[Any]:
        found: QuerySet[Any] = self.call("visible", products)
        return found

    def is_visible(self, product: Any) -> bool:
        return bool(self.call("is_visible", product))

    def family(self, product: Any) -> list[Any]:
        """Return the products whose looks the page of this one shows, each once."""
        return list({one.pk: one for one in self.call("family", product)}.values())

    def title(self, product: Any) -> str:
        return str(self.call("title", product))

    def url(self, product: Any) -> str:
        """Return the URL of the product's page, ``""`` if a page must not link to it."""
        return safe_url(self.call("url", product))

    def price(self, product: Any) -> Money | None:
        return cast("Money | None", self.call("price", product))

    def price_text(self, product: Any, price: Money | None) -> str:
        return str(self.call("price_text", product, price))

    def is_available(self, product: Any) -> bool:
        return bool(self.call("is_available", product))

    def image_url(self, product: Any) -> str:
        """Return the URL of a small picture, ``""`` if a page must not load it."""
        return safe_url(self.call("image_url", product))

    def call(self, name: str, *arguments: Any) -> Any:
        """Return what this method of the adapter returns, unchanged."""
        method = getattr(self.adapter, name)
        if name in self._takes_request:
            return method(*arguments, request=self._request)
        return method(*arguments)


def methods_with_request(adapter_class: type[CatalogueAdapter]) -> frozenset[str]:
    """Return the methods that take a ``request``; warn once of those that do not yet.

    Adapters of version 0.1 know no ``request``. They work as before.
    """
    return _methods_with_request(cast("Any", adapter_class))


@cache
def _methods_with_request(adapter_class: Any) -> frozenset[str]:
    taking = frozenset(
        name for name in WITH_REQUEST if _takes_request(getattr(adapter_class, name))
    )
    if old := [name for name in WITH_REQUEST if name not in taking]:
        warnings.warn(
            f"{adapter_class.__module__}.{adapter_class.__qualname__}: {', '.join(old)} should "
            "take request=None as its last argument. Without it, it cannot be called in a "
            "later version.",
            DeprecationWarning,
            stacklevel=3,
        )
    return taking


def _takes_request(method: Any) -> bool:
    try:
        parameters = inspect.signature(method).parameters
    except (TypeError, ValueError):  # of C code or a mock
        return False
    return "request" in parameters or any(
        one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values()
    )


def catalogue_for(request: HttpRequest | None) -> CatalogueReader:
    """Return the reader of this request, the same one each time; a new one without a request."""
    if request is None:
        return CatalogueReader(catalogue())
    request = getattr(request, "_request", request)  # of Django REST framework
    kept = request.__dict__
    if READER not in kept:
        kept[READER] = CatalogueReader(catalogue(), request)
    reader: CatalogueReader = kept[READER]
    return reader


def catalogue() -> CatalogueAdapter:
    """Return a new adapter of the class in ``OUTFITANYONE["CATALOGUE"]``."""
    return cast("CatalogueAdapter", import_string(conf.CATALOGUE)())


def product_model() -> type[Model]:
    """Return the model in ``OUTFITANYONE_PRODUCT_MODEL``."""
    return apps.get_model(product_model_name(), require_ready=False)
