"""Further admin sites, with a ``ModelAdmin`` of their own as an admin theme has it."""

from django.contrib import admin
from django.urls import path

from django_outfitanyone.admin import (
    AccountAdminMixin,
    BatchAdminMixin,
    ChargeAdminMixin,
    ClothesParseAdminMixin,
    GarmentAdminMixin,
    ModelImageAdminMixin,
    OrderRuleAdminMixin,
    ProductAdminMixin,
    TryOnResultAdminMixin,
)
from django_outfitanyone.models import (
    Account,
    Batch,
    Charge,
    ClothesParse,
    Garment,
    ModelImage,
    OrderRule,
    Product,
    TryOnResult,
)

office = admin.AdminSite(name="office")
shop_floor = admin.AdminSite(name="shop_floor")


class ThemedAdmin(admin.ModelAdmin):
    """The ``ModelAdmin`` of an admin theme."""


MIXINS = {
    Account: AccountAdminMixin,
    Batch: BatchAdminMixin,
    Charge: ChargeAdminMixin,
    ClothesParse: ClothesParseAdminMixin,
    Garment: GarmentAdminMixin,
    ModelImage: ModelImageAdminMixin,
    OrderRule: OrderRuleAdminMixin,
    Product: ProductAdminMixin,
    TryOnResult: TryOnResultAdminMixin,
}
for model, mixin in MIXINS.items():
    office.register(model, type("Themed", (mixin, ThemedAdmin), {}))


@admin.register(Garment, site=shop_floor)
class OwnGarments(GarmentAdminMixin, ThemedAdmin):
    actions = ["recount"]

    @admin.action
    def recount(self, request, queryset):
        """An action that the shop added."""


class OfficeTryOns(TryOnResultAdminMixin, ThemedAdmin):
    """Shows each user only the try-ons that they requested."""

    def get_queryset(self, request):
        return super().get_queryset(request).filter(requested_by=request.user)


own = admin.AdminSite(name="own")
own.register(TryOnResult, OfficeTryOns)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("office/", office.urls),
    path("floor/", shop_floor.urls),
    path("own/", own.urls),
]
