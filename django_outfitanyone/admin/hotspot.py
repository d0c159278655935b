"""Inline for the hotspots of a picture. Later parses do not change a corrected hotspot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone import actions
from django_outfitanyone.admin.django_classes import (
    AdminMixin,
    InlineFormSet,
    ModelForm,
    StackedInline,
)
from django_outfitanyone.admin.product_field import ProductFieldMixin, may_view_products
from django_outfitanyone.admin.rendering import HOTSPOT_EDITOR, STYLESHEET, thumbnail
from django_outfitanyone.engines.base import Box
from django_outfitanyone.models import Hotspot
from django_outfitanyone.models.hotspot import box_inside
from django_outfitanyone.permissions import may_review

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


SIDES = ("x1", "y1", "x2", "y2")


class HotspotForm(ModelForm):
    """Form for one hotspot; ``reset`` restores the box that the last parse detected, if any."""

    reset = forms.BooleanField(
        label=gettext_lazy("reset to the detected box"),
        required=False,
        help_text=gettext_lazy("Later parses may then move it again."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        detected = self._detected_box()
        if "reset" in self.fields:
            self.fields["reset"].disabled = detected is None
            if detected:
                self.fields["reset"].widget.attrs["data-box"] = " ".join(map(str, detected))

    def _detected_box(self) -> Box | None:
        """Return the box from the last parse of the current file."""
        hotspot = self.instance
        picture = hotspot.picture if hotspot.pk else None
        if not picture or not hotspot.machine_box or hotspot.picture_sha256 != picture.sha256:
            return None
        return box_inside(hotspot.machine_box, picture)

    def clean(self) -> dict[str, Any]:
        """Check that the box has an area and lies inside the picture."""
        values = super().clean() or self.cleaned_data
        picture = self.instance.picture
        detected = self._detected_box()
        if values.get("reset") and detected:
            values |= zip(SIDES, detected, strict=True)
        if any(values.get(side) is None for side in SIDES):
            return values  # the fields report the missing values themselves
        x1, y1, x2, y2 = (values[side] for side in SIDES)
        if x1 >= x2 or y1 >= y2:
            raise ValidationError(
                _("The box has no area. Move right beyond left, and bottom below top."),
                code="empty_box",
            )
        if picture and picture.width and (x2 > picture.width or y2 > (picture.height or 0)):
            raise ValidationError(
                _("The box extends beyond the picture, which has %(width)d × %(height)d pixels."),
                params={"width": picture.width, "height": picture.height},
                code="box_outside",
            )
        return values


class HotspotInline(ProductFieldMixin, StackedInline):
    """Needs Django's permissions for hotspots, and the one to review."""

    model = Hotspot
    form = HotspotForm
    fields = (
        ("clothes_type", "product"),
        ("x1", "y1", "x2", "y2"),
        ("detected", "origin", "reset"),
    )
    readonly_fields = ("detected", "origin")
    extra = 0

    class Media:
        css = {"all": [STYLESHEET]}
        js = [forms.Script(part, defer=True) for part in HOTSPOT_EDITOR]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and may_review(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and may_review(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and may_review(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hotspot]:
        hotspots: QuerySet[Hotspot] = super().get_queryset(request)
        return hotspots.select_related("model_image", "try_on", "product", "corrected_by")

    @admin.display(description=gettext_lazy("detected clothes"))
    def detected(self, hotspot: Hotspot) -> SafeString | str:
        if not hotspot.crop:
            return "–"
        return format_html(
            "{} {}",
            thumbnail(hotspot.cutout, alt=_("cut out")),
            thumbnail(hotspot.crop, alt=_("cropped")),
        )

    @admin.display(description=gettext_lazy("origin"))
    def origin(self, hotspot: Hotspot) -> str:
        if hotspot.pk is None:
            return "–"
        if hotspot.picture_sha256 != hotspot.picture.sha256:
            return _("detected in an earlier file of this picture; not shown to visitors")
        if hotspot.is_corrected and hotspot.corrected_by:
            return _("corrected by %(person)s") % {"person": hotspot.corrected_by}
        return _("corrected by a person") if hotspot.is_corrected else _("detected automatically")


@dataclass(frozen=True, kw_only=True)
class ProductChoice:
    """A product that the hotspot editor offers in one click."""

    key: str
    title: str
    thumbnail: SafeString


class HotspotOwnerMixin(AdminMixin):
    """Edits the hotspots of a picture; for admins of model photos and try-on results."""

    inlines = (HotspotInline,)

    def product_choices(self, request: HttpRequest, picture: Any) -> list[ProductChoice]:
        """Return the products of the ordered garments, as far as the user may choose them."""
        garments = {garment.product_id: garment for garment in picture.garments}
        garments.pop(None, None)  # of garments that belong to no product
        keys = set(garments)
        if not may_view_products(self.admin_site, request):
            inline = HotspotInline(type(picture), self.admin_site)
            allowed = inline.products_to_choose(request).filter(pk__in=garments)
            keys = set(allowed.values_list("pk", flat=True))
        return [
            ProductChoice(
                key=str(key), title=str(garment.product), thumbnail=thumbnail(garment.thumbnail)
            )
            for key, garment in garments.items()
            if key in keys
        ]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Return no inline for a picture that is not stored yet."""
        return [] if obj is None else list(super().get_inlines(request, obj))

    def save_formset(
        self,
        request: HttpRequest,
        form: ModelForm,
        formset: InlineFormSet,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        if formset.model is not Hotspot:
            super().save_formset(request, form, formset, change)
            return
        changed = formset.save(commit=False)
        for hotspot in formset.deleted_objects:
            hotspot.delete()
        reset_keys = {
            row.instance.pk for row in formset.initial_forms if row.cleaned_data.get("reset")
        }
        for hotspot in changed:
            if hotspot.pk in reset_keys:
                actions.reset_hotspot(hotspot)
            else:
                actions.correct_hotspot(hotspot, corrected_by=request.user)
