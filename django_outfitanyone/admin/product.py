"""Admin of the products that ship with the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, Prefetch, URLField
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.admin.django_classes import AdminMixin, ModelAdmin
from django_outfitanyone.admin.garment import GarmentInline
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.product_looks import ProductLooksMixin
from django_outfitanyone.admin.rendering import STYLESHEET, thumbnail
from django_outfitanyone.models import Garment, Product

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class ProductAdminMixin(ProductLooksMixin, NoticeMixin, AdminMixin):
    first_step = _("No products yet. Add a product with a picture of each of its garments first.")
    list_display = ("picture", "title", "amount", "is_visible", "is_available", "garment_count")
    list_display_links = ("picture", "title")
    list_filter = ("is_visible", "is_available", "created_at")
    search_fields = ("title", "slug", "sku")
    ordering = ("title", "pk")
    prepopulated_fields = {"slug": ("title",)}
    fields = (
        "title",
        ("slug", "sku"),
        "description",
        ("price", "currency"),
        "image",
        "url",
        ("is_visible", "is_available"),
    )
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    inlines = (GarmentInline,)

    class Media:
        css = {"all": [STYLESHEET]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        garments = Prefetch("outfit_garments", Garment.objects.only("product", "thumbnail"))
        products: QuerySet[Product] = super().get_queryset(request)
        return products.annotate(garment_count=Count("outfit_garments")).prefetch_related(garments)

    @admin.display(description=_("picture"))
    def picture(self, product: Any) -> SafeString:
        # a garment's thumbnail is small; the product's own picture may be huge
        garments = product.outfit_garments.all()
        return thumbnail(garments[0].thumbnail if garments else None)

    @admin.display(description=_("price"), ordering="price")
    def amount(self, product: Product) -> str:
        return f"{product.currency} {product.price}"

    @admin.display(description=_("garments"), ordering="garment_count")
    def garment_count(self, product: Any) -> int:
        return int(product.garment_count)


if not Product._meta.swapped:

    @admin.register(Product)
    class ProductAdmin(ProductAdminMixin, ModelAdmin):
        """Products with their garments."""
