"""The field for a product, whatever the shop's product model is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.core.exceptions import ValidationError
from django.db.models import Q

from django_outfitanyone.admin.django_classes import FieldNames, InlineMixin
from django_outfitanyone.catalogue import product_model
from django_outfitanyone.visibility import may_view, products_visible_to

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class ProductIdWidget(ForeignKeyRawIdWidget):
    """The id of a product; shows the title only of ``products``."""

    def __init__(self, *args: Any, products: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.products = products

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        try:
            is_visible = self.products.filter(pk=value).exists()
        except (ValueError, ValidationError):
            return "", ""
        return super().label_and_url_for_value(value) if is_visible else ("", "")


class ProductFieldMixin(InlineMixin):
    """Autocomplete for ``product`` if the shop's product admin supports it, else a raw id."""

    raw_id_fields = ("product",)

    def get_autocomplete_fields(self, request: HttpRequest) -> FieldNames:
        fields = super().get_autocomplete_fields(request)
        return [*fields, "product"] if may_search_products(self.admin_site, request) else fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let users who may not view the products choose only visible ones, by their id."""
        if db_field.name == "product" and not may_view_products(self.admin_site, request):
            products = self.products_to_choose(request)
            widget = ProductIdWidget(db_field.remote_field, self.admin_site, products=products)
            kwargs = {**kwargs, "queryset": products, "widget": widget}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def products_to_choose(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the visible products, and those that rows shown to the user have already."""
        allowed = Q(pk__in=products_visible_to(request.user, request).values("pk"))
        if self.has_view_or_change_permission(request):
            rows = self.model._default_manager.filter(product__isnull=False)
            allowed |= Q(pk__in=rows.order_by().values("product"))
        return product_model()._default_manager.filter(allowed)


def product_key(text: str) -> str:
    """Return the text if it can be the primary key of a product, else ``""``."""
    try:
        product_model()._meta.pk.to_python(text)
    except ValidationError:
        return ""
    return text


def may_view_products(site: AdminSite, request: HttpRequest) -> bool:
    """Return whether the site shows all products to the user."""
    if not site.is_registered(product_model()):
        return may_view(request.user, product_model())
    return site.get_model_admin(product_model()).has_view_or_change_permission(request)


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
