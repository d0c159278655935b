"""Calls each method of the catalogue adapter on one product, to find out what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError

from django_outfitanyone.catalogue.money import Money
from django_outfitanyone.catalogue.reader import CatalogueReader
from django_outfitanyone.catalogue.urls import safe_url


@dataclass(frozen=True)
class AdapterFault:
    """What is wrong with one method of the adapter: ``price() returned 39, not …``."""

    method: str
    text: str

    def __str__(self) -> str:
        return f"{self.method}() {self.text}"


def adapter_faults(shop: CatalogueReader, product: Any) -> list[AdapterFault]:
    """Return what is wrong with the adapter, as far as this product shows it.

    Calls nothing that writes. Raises ``DatabaseError`` if the database does not work.
    """
    return [*_faults_of_calls(shop, product), *_faults_of_visibility(shop, product)]


def _faults_of_calls(shop: CatalogueReader, product: Any) -> Iterator[AdapterFault]:
    price: Money | None = None
    for name, expected, is_valid in METHODS:
        arguments = {"prepare": [[product]], "price_text": [product, price]}
        try:
            value = shop.call(name, *arguments.get(name, [product]))
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - an adapter may raise anything
            yield AdapterFault(name, f"raised {type(error).__name__}: {error}")
            continue
        if not is_valid(value):
            yield AdapterFault(name, f"returned {_shown(value)}, but it must return {expected}")
        elif name == "price":
            price = value


def _faults_of_visibility(shop: CatalogueReader, product: Any) -> Iterator[AdapterFault]:
    rows = type(product)._default_manager.filter(pk=product.pk)
    try:
        is_among_visible = shop.visible(rows).exists()
        is_visible = shop.is_visible(product)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - an adapter may raise anything
        yield AdapterFault("visible", f"raised {type(error).__name__}: {error}")
        return
    if is_among_visible != is_visible:
        verdict = "returns" if is_among_visible else "does not return"
        text = f"returned {is_visible}, but visible() {verdict} the product"
        yield AdapterFault("is_visible", text)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or hasattr(value, "__html__") or hasattr(value, "_proxy____cast")


def _is_url(value: Any) -> bool:
    return not value or bool(safe_url(value))


def _are_products(value: Any) -> bool:
    return isinstance(value, Iterable) and all(hasattr(one, "pk") for one in value)


Method = tuple[str, str, Callable[[Any], bool]]
METHODS: tuple[Method, ...] = (
    ("prepare", "nothing", lambda _value: True),
    ("is_visible", "True or False", lambda value: isinstance(value, bool)),
    ("title", "a text that is not empty", lambda value: _is_text(value) and bool(str(value))),
    ("url", 'the URL of a page, or ""', _is_url),
    ("price", "Money or None", lambda value: value is None or isinstance(value, Money)),
    ("price_text", "a text", _is_text),
    ("is_available", "True or False", lambda value: isinstance(value, bool)),
    ("image_url", 'the URL of a picture, or ""', _is_url),
    ("family", "a list of products", _are_products),
)
"""The methods that read one product, and what each must return."""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
