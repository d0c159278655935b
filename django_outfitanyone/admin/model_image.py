"""Admin of the model photos."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone import actions, starter_set
from django_outfitanyone.admin import rendering
from django_outfitanyone.admin.django_classes import AdminMixin, FieldNames, ModelAdmin
from django_outfitanyone.admin.filters import CheckFilter, RefusedFilter, TagFilter
from django_outfitanyone.admin.hotspot import HotspotOwnerMixin
from django_outfitanyone.admin.intake.pages import IntakeMixin
from django_outfitanyone.admin.notices import NoticeMixin
from django_outfitanyone.admin.parse_requests import PARSE_ACTIONS, ParseClothesMixin
from django_outfitanyone.admin.picture_check import PictureCheckMixin
from django_outfitanyone.admin.picture_guide import PictureGuideMixin, picture_input
from django_outfitanyone.admin.sample_pictures import SamplePicturesMixin
from django_outfitanyone.admin.try_on_action import may_try_on, start_try_on
from django_outfitanyone.admin.uploads import UploadMixin
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.intake.saving import is_parse_free
from django_outfitanyone.models import Hotspot, ModelImage
from django_outfitanyone.models.database import on_commit
from django_outfitanyone.models.intake import Subject
from django_outfitanyone.picture_guide import PEOPLE

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


class ModelImageAdminMixin(
    PictureGuideMixin,
    ParseClothesMixin,
    HotspotOwnerMixin,
    UploadMixin,
    PictureCheckMixin,
    SamplePicturesMixin,
    IntakeMixin,
    NoticeMixin,
    AdminMixin,
):
    guide = PEOPLE
    first_step = gettext_lazy("No model photos yet. Add a photo of a person to try garments on.")
    samples_label = gettext_lazy("Add sample model photos")
    intake_subject = Subject.MODEL_PHOTO
    add_samples = staticmethod(starter_set.add_model_photos)
    list_display = ("picture", "name", "problem", "is_active", "tags", "pixels", "hotspot_count")
    list_display_links = ("picture", "name")
    list_editable = ("is_active",)
    list_filter = ("is_active", RefusedFilter, CheckFilter, "gender", TagFilter, "created_at")
    search_fields = ("name", "tags")
    formfield_overrides = picture_input(PEOPLE)
    fields = ("name", "is_active", ("gender", "body"), "tags", "image", "created_at")
    fields_if_refused = ("refusal",)
    readonly_fields = ("created_at", *fields_if_refused)
    actions = ("try_on_photos", "check_pictures", *PARSE_ACTIONS)

    class Media:
        css = {"all": [rendering.STYLESHEET]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelImage]:
        photos: QuerySet[ModelImage] = super().get_queryset(request)
        # a subquery: a join would read the hotspots of all try-ons
        hotspots = Hotspot.objects.filter(model_image=OuterRef("pk")).order_by()
        counts = hotspots.values("model_image").annotate(count=Count("pk")).values("count")
        return photos.annotate(hotspot_count=Coalesce(Subquery(counts), 0))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save, and parse the clothes of a new picture if that is free."""
        super().save_model(request, obj, form, change)
        if "image" in form.changed_data and is_parse_free():
            on_commit(partial(self._parse_for_free, request, obj))

    def _parse_for_free(self, request: HttpRequest, photo: ModelImage) -> None:
        try:
            actions.parse_clothes(photo, requested_by=request.user)
        except (ConfigurationError, RequestRefused) as error:
            self.message_user(request, str(error), messages.WARNING)

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, photo: ModelImage) -> SafeString:
        return rendering.thumbnail(photo.thumbnail, alt=photo.name)

    @admin.display(description=gettext_lazy("pixels"))
    def pixels(self, photo: ModelImage) -> str:
        return rendering.pixels(photo.width, photo.height)

    @admin.display(description=gettext_lazy("hotspots"), ordering="hotspot_count")
    def hotspot_count(self, photo: Any) -> int:
        return int(photo.hotspot_count)

    @admin.display(description=gettext_lazy("problem"))
    def refusal(self, photo: ModelImage) -> SafeString:
        return rendering.refusal_panel(photo)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        """Return the fields, above them why the engine refused the photo if it did."""
        return (*self.fields_if_refused, *self.fields) if obj and obj.is_refused else self.fields

    def has_try_on_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may request try-ons, which cost money."""
        return may_try_on(self.admin_site, request)

    def panels_above(self, request: HttpRequest, row: ModelImage) -> FieldNames:
        button = ("try_on_photo_button",) if self.has_try_on_permission(request) else ()
        return (*super().panels_above(request, row), *button)

    def panels_below(self, request: HttpRequest, row: ModelImage) -> tuple[str, ...]:  # noqa: ARG002
        return ("hotspot_editor",) if row.image else ()

    @admin.display(description=gettext_lazy("actions"))
    def try_on_photo_button(self, photo: ModelImage) -> SafeString:
        return self.render_panel("try_on_photo_button", photo)

    @admin.display(description=gettext_lazy("hotspots"))
    def hotspot_editor(self, photo: Any) -> SafeString:
        button = self.parse_button(photo.admin_request, photo)
        return self.render_panel("hotspot_editor", photo, **button)

    @admin.action(description=gettext_lazy("Try garments on these photos…"), permissions=["try_on"])
    def try_on_photos(
        self, request: HttpRequest, queryset: QuerySet[ModelImage]
    ) -> HttpResponse | None:
        photos = list(queryset.offered())  # type: ignore[attr-defined]
        if not photos:
            text = _(
                "None of these photos is offered for try-ons. Tick “offered for try-ons” first, or "
                "see on the photo's page why engines refuse it."
            )
            self.message_user(request, text, messages.WARNING)
            return None
        return start_try_on(self.admin_site, request, photos=photos)


@admin.register(ModelImage)
class ModelImageAdmin(ModelImageAdminMixin, ModelAdmin):
    """Model photos."""
