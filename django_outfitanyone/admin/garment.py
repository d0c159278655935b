"""Admin of the garments, and the inline for a product's garments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from django_outfitanyone import starter_set
from django_outfitanyone.admin import rendering
from django_outfitanyone.admin.check_messages import check_upload
from django_outfitanyone.admin.django_classes import (
    AdminMixin,
    FieldNames,
    InlineFormSet,
    InlineMixin,
    ModelAdmin,
    StackedInline,
)
from django_outfitanyone.admin.filters import CheckFilter
from django_outfitanyone.admin.intake.pages import IntakeMixin
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.picture_check import PictureCheckMixin
from django_outfitanyone.admin.picture_guide import (
    PictureGuideInlineMixin,
    PictureGuideMixin,
    picture_input,
)
from django_outfitanyone.admin.product_field import ProductFieldMixin, product_search_fields
from django_outfitanyone.admin.sample_pictures import SamplePicturesMixin
from django_outfitanyone.admin.try_on_action import TryOnButtonMixin
from django_outfitanyone.admin.uploads import UploadMixin, report_conversion
from django_outfitanyone.models import Garment
from django_outfitanyone.models.intake import Subject
from django_outfitanyone.picture_guide import GARMENTS

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest


class GarmentAdminMixin(
    PictureGuideMixin,
    ProductFieldMixin,
    UploadMixin,
    PictureCheckMixin,
    TryOnButtonMixin,
    SamplePicturesMixin,
    IntakeMixin,
    NoticeMixin,
    AdminMixin,
):
    guide = GARMENTS
    first_step = _("No garments yet. Add a garment with its picture first, then try it on.")
    samples_label = _("Add sample garments")
    intake_subject = Subject.GARMENT
    add_samples = staticmethod(starter_set.add_garments)
    list_display = ("picture", "__str__", "kind", "product", "problem", "pixels")
    list_display_links = ("picture", "__str__")
    list_filter = ("kind", CheckFilter, "created_at")
    list_select_related = ("product",)
    search_fields = ("name",)
    formfield_overrides = picture_input(GARMENTS)
    fields = ("product", "kind", "name", "image", "created_at")
    readonly_fields = ("created_at",)
    actions = ("check_pictures",)

    class Media:
        css = {"all": [rendering.STYLESHEET]}

    @admin.display(description=_("picture"))
    def picture(self, garment: Garment) -> SafeString:
        return rendering.thumbnail(garment.thumbnail, alt=str(garment))

    @admin.display(description=_("pixels"))
    def pixels(self, garment: Garment) -> str:
        return rendering.pixels(garment.width, garment.height)

    def get_search_fields(self, request: HttpRequest) -> FieldNames:
        product_fields = product_search_fields(self.admin_site, request, through="product")
        return [*super().get_search_fields(request), *product_fields]

    def garments_of(self, queryset: QuerySet[Any]) -> QuerySet[Garment]:
        return queryset


@admin.register(Garment)
class GarmentAdmin(GarmentAdminMixin, ModelAdmin):
    """Garments with their pictures."""


class GarmentFormSet(InlineFormSet):
    request: HttpRequest

    def save(self, commit: bool = True) -> list[Any]:  # noqa: FBT001 - Django's signature
        saved = super().save(commit)
        for form in self.initial_forms + self.extra_forms if commit else []:
            if form.instance in saved:
                upload = form.cleaned_data.get("image")
                report_conversion(self.request, upload, stored=form.instance)
                check_upload(self.request, form.instance, form)
        return saved


class GarmentInlineMixin(PictureGuideInlineMixin, InlineMixin):
    model = Garment
    formset = GarmentFormSet
    formfield_overrides = picture_input(GARMENTS)
    guide = GARMENTS
    fields = (("kind", "name"), "image")
    extra = 0

    class Media:
        css = {"all": [rendering.STYLESHEET]}

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.request = request  # Django creates this class for each request
        return formset


class GarmentInline(GarmentInlineMixin, StackedInline):
    """The garments of a product, each with its picture.

    For the admin of a shop's own product model, together with its try-on pictures and the
    action “Try on…”::

        from django_outfitanyone.admin import GarmentInline, ProductLooksMixin

        @admin.register(Product)
        class ProductAdmin(ProductLooksMixin, admin.ModelAdmin):
            inlines = [GarmentInline]
    """
