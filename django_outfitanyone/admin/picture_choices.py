"""The garments and model photos that the page “Try on garments” offers.

However many a shop has, the page offers the newest ones that match the filter, and keeps those
that are chosen already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.db.models import Case, QuerySet, Value, When

from django_outfitanyone.admin.product_field import product_search_fields
from django_outfitanyone.admin.visible_rows import visible_rows
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.models import Garment, ModelImage

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest

MAX_OFFERED = 60
"""Newest garments, and newest photos, that match the filter."""
MAX_CHOSEN = 500
MAX_TEXT = 100
KEY = re.compile(r"[0-9]{1,18}")


def filter_field(label: Any) -> forms.CharField:
    """Return a field for the words by which the offered pictures are filtered."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=MAX_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PictureChoices:
    """What one user may choose from on this site, as the form's filters say."""

    def __init__(self, site: AdminSite, request: HttpRequest, data: Any) -> None:
        self._site, self._request, self._data = site, request, data

    def photos(self) -> QuerySet[Any]:
        """Return the photos to offer: first those that are chosen, even if known as bad."""
        rows: Any = visible_rows(self._site, self._request, ModelImage)
        matching = rows.offered().matching(self._text("photo_filter"))
        return _bounded(rows.active(), matching, self._keys("photos"))

    def garments(self, *, is_optional: bool) -> QuerySet[Any]:
        """Return the garments to offer; optional ones only where a filter asks for them."""
        rows = visible_rows(self._site, self._request, Garment)
        text, kind = self._text("garment_filter"), self._data.get("garment_kind", "")
        matching = self._named(rows, text)
        if kind in GarmentKind.values:
            matching = matching.filter(kind=kind)
        elif is_optional and not text:
            matching = rows.none()
        return _bounded(rows, matching, self._keys("pick")).select_related("product")

    def _named(self, rows: Any, text: str) -> Any:
        """Return the garments with these words in their name or, if the user may, product."""
        names = product_search_fields(self._site, self._request, through="product")
        garment_admin: Any = ModelAdmin(Garment, self._site)
        garment_admin.search_fields = ["name", *names]
        return garment_admin.get_search_results(self._request, rows, text)[0]

    def _text(self, name: str) -> str:
        return str(self._data.get(name, ""))[:MAX_TEXT].strip()

    def _keys(self, name: str) -> list[int]:
        values = self._data.getlist(name)[:MAX_CHOSEN]
        return [int(value) for value in values if KEY.fullmatch(value)]


def _bounded(rows: Any, matching: Any, chosen: Iterable[int]) -> QuerySet[Any]:
    """Return the chosen rows, then the newest matching ones, each part in the model's order."""
    keys = [*rows.filter(pk__in=list(chosen)).values_list("pk", flat=True)]
    newest = matching.order_by("-pk").values_list("pk", flat=True).distinct()[:MAX_OFFERED]
    is_chosen = Case(When(pk__in=keys, then=Value(0)), default=Value(1)) if keys else Value(0)
    offered: QuerySet[Any] = rows.model._default_manager.filter(pk__in={*keys, *newest})
    return offered.order_by(is_chosen, *rows.model._meta.ordering)
