"""What the totals of charges are called: the names of days, products and users, by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.formats import date_format

from django_outfitanyone.catalogue import catalogue_for, product_model


def unchanged(names: Iterable[Any]) -> dict[Any, str]:
    """Return names that are their own keys."""
    return {name: name for name in names}


def day_names(days: Iterable[Any]) -> dict[Any, str]:
    return {day: date_format(day, "SHORT_DATE_FORMAT") for day in days}


def month_names(months: Iterable[Any]) -> dict[Any, str]:
    """Return the names of months, which are given as their first days."""
    return {month: date_format(month, "YEAR_MONTH_FORMAT") for month in months}


def engine_names(keys: Iterable[tuple[str, str]]) -> dict[Any, str]:
    """Return the names of accounts and their models, for example “default: aitryon-plus”."""
    return {key: f"{key[0]}: {key[1]}" for key in keys}


def product_titles(keys: Iterable[Any]) -> dict[Any, str]:
    """Return the titles of the products that exist, with one query."""
    shop = catalogue_for(None)
    products = product_model()._default_manager.in_bulk(list(keys))
    shop.prepare(products.values())
    return {key: shop.title(product) for key, product in products.items()}


def user_names(keys: Iterable[Any]) -> Mapping[Any, Any]:
    """Return the users who exist, with one query."""
    return get_user_model()._default_manager.in_bulk(list(keys))
