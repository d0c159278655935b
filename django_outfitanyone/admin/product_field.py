"""Choosing a product, whichever model the shop sells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.admin import AdminSite

from django_outfitanyone.admin.classes import InlineMixin, Names
from django_outfitanyone.catalogue import product_model

if TYPE_CHECKING:
    from django.http import HttpRequest


class ProductFieldMixin(InlineMixin):
    """``product`` by autocomplete where the shop's product admin can be searched, else by id."""

    raw_id_fields = ("product",)

    def get_autocomplete_fields(self, request: HttpRequest) -> Names:
        fields = super().get_autocomplete_fields(request)
        return [*fields, "product"] if can_be_searched(self.admin_site, request) else fields


def can_be_searched(site: AdminSite, request: HttpRequest) -> bool:
    """Whether this person can look products up in the shop's own product admin."""
    if not site.is_registered(product_model()):
        return False
    product_admin = site.get_model_admin(product_model())
    return bool(
        product_admin.get_search_fields(request)
    ) and product_admin.has_view_or_change_permission(request)


def product_search_fields(site: AdminSite, request: HttpRequest, *, through: str) -> list[str]:
    """What the shop's product admin searches, as seen from a row that has a product."""
    if not can_be_searched(site, request):
        return []
    return [
        _prefixed(str(field), through)
        for field in site.get_model_admin(product_model()).get_search_fields(request)
    ]


def _prefixed(field: str, through: str) -> str:
    """``title`` as ``product__title``; the operators ``^``, ``=`` and ``@`` stay in front."""
    operator = field[:1] if field[:1] in {"^", "=", "@"} else ""
    return f"{operator}{through}__{field.removeprefix(operator)}"
