"""A second admin site, with a base class of its own as admin themes bring one."""

from django.contrib import admin
from django.urls import path

from django_outfitanyone.admin import (
    AccountAdminMixin,
    ClothesParseAdminMixin,
    GarmentAdminMixin,
    ModelImageAdminMixin,
    ProductAdminMixin,
    TryOnResultAdminMixin,
)
from django_outfitanyone.models import (
    Account,
    ClothesParse,
    Garment,
    ModelImage,
    Product,
    TryOnResult,
)

office = admin.AdminSite(name="office")
shop_floor = admin.AdminSite(name="shop_floor")


class ThemedAdmin(admin.ModelAdmin):
    """Stands for the ModelAdmin of a theme."""


for model, mixin in {
    Account: AccountAdminMixin,
    ClothesParse: ClothesParseAdminMixin,
    Garment: GarmentAdminMixin,
    ModelImage: ModelImageAdminMixin,
    Product: ProductAdminMixin,
    TryOnResult: TryOnResultAdminMixin,
}.items():
    office.register(model, type("Themed", (mixin, ThemedAdmin), {}))


@admin.register(Garment, site=shop_floor)
class OwnGarments(GarmentAdminMixin, ThemedAdmin):
    actions = ["recount"]

    @admin.action
    def recount(self, request, queryset):
        """An action of the shop's own."""


class OfficeTryOns(TryOnResultAdminMixin, ThemedAdmin):
    """Shows everybody what they asked for themselves."""

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
