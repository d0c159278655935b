"""Export garments and model photos to a spreadsheet, and import its corrections.

Needs the extra ``import-export``, and ``"import_export"`` in ``INSTALLED_APPS``::

    from django_outfitanyone.admin import GarmentAdminMixin
    from django_outfitanyone.contrib.import_export import ImportExportGarments

    admin.site.unregister(Garment)

    @admin.register(Garment)
    class GarmentAdmin(ImportExportGarments, GarmentAdminMixin, admin.ModelAdmin):
        pass
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.fields import Field
from import_export.resources import ModelResource

from django_outfitanyone.models import Garment, ModelImage

if TYPE_CHECKING:
    from django.http import HttpRequest


class CorrectionsResource(ModelResource):  # type: ignore[misc]
    """Imports change known rows only: pictures come with an upload, never from a spreadsheet."""

    picture = Field(column_name="picture", readonly=True)

    def dehydrate_picture(self, row: Garment | ModelImage) -> str:
        """Return the URL of the picture."""
        return str(row.image.url) if row.image else ""

    def init_instance(self, row: Any = None) -> Any:  # noqa: ARG002
        """Refuse rows without the id of a known row."""
        raise ValidationError(
            _("This line has no known id. Add new pictures on the page that adds many at once.")
        )


class GarmentResource(CorrectionsResource):
    class Meta:
        model = Garment
        fields = ("id", "product", "kind", "name", "picture")
        clean_model_instances = True
        skip_unchanged = True


class ModelImageResource(CorrectionsResource):
    class Meta:
        model = ModelImage
        fields = ("id", "name", "is_active", "gender", "body", "tags", "picture")
        clean_model_instances = True
        skip_unchanged = True


class _OwnList(ImportExportMixin):  # type: ignore[misc]
    change_list_template = "admin/django_outfitanyone/change_list.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may change rows, which is all that an import does."""
        return bool(self.has_change_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may view what an export holds."""
        return bool(self.has_view_permission(request))


class ImportExportGarments(_OwnList):
    """Adds the buttons “Import” and “Export” to the list of garments."""

    resource_classes = [GarmentResource]


class ImportExportModelPhotos(_OwnList):
    """Adds the buttons “Import” and “Export” to the list of model photos."""

    resource_classes = [ModelImageResource]
