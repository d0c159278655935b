"""The field for a product, whatever the shop's product model is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.admin import AdminSite

from django_outfitanyone.admin.django_classes import FieldNames, InlineMixin
from django_outfitanyone.catalogue import product_model

if TYPE_CHECKING:
    from django.http import HttpRequest


class ProductFieldMixin(InlineMixin):
    """Autocomplete for ``product`` if the shop's product admin supports it, else a raw id."""

    raw_id_fields = ("product",)

    def get_autocomplete_fields(self, request: HttpRequest) -> FieldNames:
        fields = super().get_autocomplete_fields(request)
        return [*fields, "product"] if may_search_products(self.admin_site, request) else fields


def may_search_products(site: AdminSite, request: HttpRequest) -> bool:
    """Return whether the user may search products and the shop's product admin supports it."""
    if not site.is_registered(product_model()):
        return False
    product_admin = site.get_model_admin(product_model())
    return bool(
        product_admin.get_search_fields(request)
    ) and product_admin.has_view_or_change_permission(request)


def product_search_fields(site: AdminSite, request: HttpRequest, *, through: str) -> list[str]:
    """Return the search fields of the product admin, prefixed with the relation ``through``."""
    if not may_search_products(site, request):
        return []
    return [
        _prefixed(str(field), through)
        for field in site.get_model_admin(product_model()).get_search_fields(request)
    ]


def _prefixed(field: str, through: str) -> str:
    """Return ``title`` as ``product__title``, keeping a leading ``^``, ``=`` or ``@``."""
    operator = field[:1] if field[:1] in {"^", "=", "@"} else ""
    return f"{operator}{through}__{field.removeprefix(operator)}"
