"""Finds products by their SKUs or similar codes."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import CharField, Model, Q, QuerySet

CODE_COLUMNS = frozenset(
    {"sku", "slug", "code", "number", "reference", "article_number", "ean", "gtin", "upc"}
)
"""Columns by which products are found."""
MOST_FOUND = 2_000


def products_by_code(products: QuerySet[Any], codes: Collection[str]) -> dict[str, Any]:
    """Return the products of these codes, as ``CatalogueAdapter.find`` describes it."""
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
