"""Text search in tables that may hold millions of rows: by exact ids, then by names.

Names are compared in the tables of photos, garments and products, which are small; the large
table is then read by their keys, with an index: its newest rows first, and the others only if
too few of these match. So it takes about as long for a million rows as for a thousand.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from itertools import product
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin
from django.db.models import Max
from django.utils.text import smart_split, unescape_string_literal

from django_outfitanyone.admin.product_field import product_search_fields
from django_outfitanyone.models import Account, Garment, ModelImage

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

MAX_FOUND = 200
"""Rows that are found, the newest ones."""
MAX_NAMES = 200
"""Photos, and garments, whose names may match a word, the newest ones."""
MAX_WORDS = 4
"""Words of a text: each may be in the name of the photo or of a garment."""
NEWEST = 100_000
"""Rows that are compared with names first: for a common name, they hold ``MAX_FOUND``."""
LARGEST_ID_DIGITS = 18

Narrow = Callable[[Any, int], Any]
"""Returns those rows of a queryset, from a primary key on, that match one word in one way."""


def by_number(rows: Any, text: str) -> list[int]:
    """Return the row with this primary key, if it is among these rows."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= LARGEST_ID_DIGITS
    return _newest(rows.filter(pk=int(text))) if is_number else []


def by_uuid(rows: Any, text: str, *, column: str) -> list[int]:
    """Return the rows with this value in the column."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        return []
    return _newest(rows.filter(**{column: value}))


def by_text(rows: Any, text: str, *, column: str) -> list[int]:
    """Return the rows that have exactly this text in an indexed column."""
    return _newest(rows.filter(**{column: text}))


def by_task(rows: Any, text: str, *, column: str) -> list[int]:
    """Return the rows of this remote task of any account: the index begins with the account."""
    accounts = Account.objects.order_by().values_list("pk", flat=True)
    return _newest(rows.filter(account__in=list(accounts), **{column: text}))


def by_names(rows: Any, text: str, *ways: Callable[[str], Narrow | None]) -> list[int]:
    """Return the newest rows that match each word of the text in one of these ways.

    Each combination of words and ways is a query of its own, as an index serves no alternatives.
    """
    of_words = [
        [narrow for way in ways if (narrow := way(word))] for word in _words(text)[:MAX_WORDS]
    ]
    combinations = list(product(*of_words))
    firsts = _first_keys(rows.model) if combinations else []
    found = {key for each in combinations for key in _newest_matching(rows, each, firsts)}
    return sorted(found, reverse=True)[:MAX_FOUND]


def on_photo(word: str) -> Narrow | None:
    """Return what narrows rows to those of photos with this word in their name."""
    photos = ModelImage.objects.filter(name__icontains=word).order_by("-pk")
    keys = list(photos.values_list("pk", flat=True)[:MAX_NAMES])
    return (lambda rows, _first: rows.filter(model_image__in=keys)) if keys else None


def wearing(site: AdminSite, request: HttpRequest) -> Callable[[str], Narrow | None]:
    """Return the way to find by names of garments and, if the user may, of their products."""
    garment_admin: Any = ModelAdmin(Garment, site)
    garment_admin.search_fields = ["name", *product_search_fields(site, request, through="product")]

    def way(word: str) -> Narrow | None:
        garments, _has_duplicates = garment_admin.get_search_results(
            request, Garment.objects.order_by("-pk"), _quoted(word)
        )
        keys = list(dict.fromkeys(garments.values_list("pk", flat=True)[:MAX_NAMES]))
        if not keys:
            return None
        # stated here too, as PostgreSQL does not conclude it from the key of the try-on
        return lambda rows, first: rows.wearing(garment__in=keys, try_on__gte=first)

    return way


def _first_keys(model: type[Model]) -> list[int]:
    """Return the first of the ``NEWEST`` primary keys if there are more, then the first of all."""
    last = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
    return [last - NEWEST + 1, 0] if last > NEWEST else [0]


def _newest_matching(
    rows: QuerySet[Any], narrows: Iterable[Narrow], firsts: Iterable[int]
) -> list[int]:
    """Return the newest rows that match all of these, from as few rows as hold enough."""
    keys: list[int] = []
    for first in firsts:
        chosen = rows.filter(pk__gte=first)
        for narrow in narrows:
            chosen = narrow(chosen, first)
        keys = _newest(chosen)
        if len(keys) == MAX_FOUND:
            break
    return keys


def _words(text: str) -> list[str]:
    """Return the words, and phrases in quotation marks, as Django's admin does."""
    return [
        unescape_string_literal(word) if _is_quoted(word) else word for word in smart_split(text)
    ]


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_quoted(word: str) -> bool:
    return len(word) > 1 and word[0] == word[-1] and word[0] in "\"'"


def _newest(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:MAX_FOUND])
