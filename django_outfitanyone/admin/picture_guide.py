"""The picture guide below the picture of a form, and once above the forms of an inline."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.admin.django_classes import AdminMixin, FieldNames, InlineMixin
from django_outfitanyone.admin.widgets import PictureInput
from django_outfitanyone.models.picture import PictureField
from django_outfitanyone.picture_guide import PictureGuide

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TEMPLATE = "admin/django_outfitanyone/includes/picture_guide.html"
format_html_lazy = lazy(format_html, SafeString)


def picture_input(guide: PictureGuide) -> dict[Any, Any]:
    """Return form field options for a picture: its input, the guide's short form and a link."""
    help_text = format_html_lazy(
        '{} <a href="#{}">{}</a>', guide.summary, guide.anchor, guide.title
    )
    return {PictureField: {"widget": PictureInput, "help_text": help_text}}


class PictureGuideMixin(AdminMixin):
    """Shows ``guide`` below the field ``image``: open on the add page, closed on the others.

    It is a read-only field, as panels are, because every admin theme shows fields. The form's
    template shows it where the theme has left out the fieldsets.
    """

    guide: PictureGuide

    @admin.display(description=_("picture guide"))
    def picture_guide(self, row: Any) -> SafeString:
        row.shows_picture_guide = True
        return render_to_string(TEMPLATE, {"guide": self.guide, "is_open": row.pk is None})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if not self._may_upload(request, obj):
            return fieldsets
        return [(name, {**options, "fields": _guided(options)}) for name, options in fieldsets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> FieldNames:
        return [*super().get_readonly_fields(request, obj), "picture_guide"]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if self._may_upload(request, context.get("original")):
            context["missing_picture_guide"] = partial(
                self._missing_guide, context["adminform"].form.instance
            )
        return super().render_change_form(request, context, *args, **kwargs)

    def _missing_guide(self, row: Any) -> SafeString | str:
        return "" if hasattr(row, "shows_picture_guide") else self.picture_guide(row)

    def _may_upload(self, request: HttpRequest, row: Any) -> bool:
        if row is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, row)


def _guided(options: Any) -> list[Any]:
    """Return the fields of a fieldset with the guide below the picture."""
    fields: list[Any] = []
    for line in options["fields"]:
        fields.append(line)
        if "image" in ([line] if isinstance(line, str) else line):
            fields.append("picture_guide")
    return fields


class PictureGuideInlineMixin(InlineMixin):
    """Shows ``guide`` once above the forms, around the template that a theme gives them."""

    guide: PictureGuide

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.forms_template = self.template
        self.template = "admin/django_outfitanyone/inline_with_guide.html"
