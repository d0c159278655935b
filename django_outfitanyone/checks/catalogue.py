"""Checks of the catalogue adapter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldError
from django.db import DatabaseError, router, transaction

from django_outfitanyone.catalogue import catalogue_for, product_model
from django_outfitanyone.catalogue.trial import adapter_faults
from django_outfitanyone.checks.messages import Messages, error, warning
from django_outfitanyone.conf import conf


def check_catalogue(**_kwargs: Any) -> Messages:
    """A product model without ``is_visible`` needs its own catalogue adapter."""
    try:
        products = product_model()._default_manager.all()
        catalogue_for(None).visible(products)
    except (ImportError, LookupError, ValueError):
        return []  # reported by other checks
    except FieldError as fault:
        return [
            error(
                "E006",
                f"{conf.CATALOGUE} cannot tell which products are visible: {fault}",
                "Write a subclass of CatalogueAdapter with visible() and is_visible(), and set "
                'OUTFITANYONE = {"CATALOGUE": "shop.catalogue.ShopCatalogue"}',
            )
        ]
    return []


def check_adapter(databases: Iterable[str] | None = None, **_kwargs: Any) -> Messages:
    """Methods of the adapter that fail for a product of the shop, or return a wrong value.

    Reads the database, so it runs only where Django names some: `check --database default`,
    and `migrate`.
    """
    try:
        alias = router.db_for_read(product_model())
        if alias not in (databases or ()):
            return []
        with transaction.atomic(using=alias):
            product = product_model()._default_manager.using(alias).order_by("pk").first()
            if product is None:
                return []
            faults = adapter_faults(catalogue_for(None), product)
    except (DatabaseError, ImportError, LookupError, ValueError, FieldError):
        return []  # not migrated yet, or reported by other checks
    return [
        warning(
            "W019",
            f"{conf.CATALOGUE}, product {product.pk}: {fault}.",
            f"Correct {fault.method}() in the class that OUTFITANYONE['CATALOGUE'] names. "
            "django_outfitanyone.testing has tests for it.",
        )
        for fault in faults
    ]
