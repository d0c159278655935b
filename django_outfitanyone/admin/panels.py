"""Panels: parts of a row's page that are more than a field, such as its picture and its buttons.

A panel is a read-only field, because every admin theme shows the fields of a form, while many
replace the templates whose blocks could hold it. Its buttons belong to the form of the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from django_outfitanyone.admin.django_classes import AdminMixin, FieldNames


class PanelMixin(AdminMixin):
    """Shows panels above and below the fields of an existing row.

    The name of a panel is that of the method that returns its HTML, and of its template. The
    method gets the row only; ``row.admin_request`` is the request for the page.
    """

    def panels_above(self, request: HttpRequest, row: Any) -> FieldNames:  # noqa: ARG002
        """Return the panels above the fields."""
        return ()

    def panels_below(self, request: HttpRequest, row: Any) -> FieldNames:  # noqa: ARG002
        """Return the panels below the first fields."""
        return ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fieldsets with the panels in the first one, or in one of their own.

        Two fieldsets without a name would be two equal tabs in a theme that shows them as tabs.
        """
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is None or not self._panels(request, obj):
            return fieldsets
        if not fieldsets or fieldsets[0][0]:
            fieldsets.insert(0, (None, {"fields": ()}))
        (_no_name, options), *others = fieldsets
        fields = (
            *self.panels_above(request, obj),
            *options["fields"],
            *self.panels_below(request, obj),
        )
        return [(None, {**options, "fields": fields}), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> FieldNames:
        panels = [] if obj is None else self._panels(request, obj)
        return [*super().get_readonly_fields(request, obj), *panels]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None:
            row.admin_request = request
            row.shown_panels = set()
            context["missing_panels"] = lambda: self._missing_panels(row)
        return super().render_change_form(request, context, *args, **kwargs)

    def render_panel(self, name: str, row: Any, **context: Any) -> SafeString:
        """Return the HTML of a panel."""
        row.shown_panels.add(name)
        return render_to_string(
            f"admin/django_outfitanyone/panels/{name}.html",
            {"row": row, "may_save": self._may_save(row), **context},
            request=row.admin_request,
        )

    def _panels(self, request: HttpRequest, row: Any) -> list[str]:
        return [*self.panels_above(request, row), *self.panels_below(request, row)]

    def _missing_panels(self, row: Any) -> Iterator[SafeString]:
        """Yield the panels that the theme did not show, because it left out the fieldsets."""
        for name in self._panels(row.admin_request, row):
            if name not in row.shown_panels:
                yield getattr(self, name)(row)

    def _may_save(self, row: Any) -> bool:
        """Whether the form of the page has inputs, and so a button that saves them."""
        request = row.admin_request
        return self.has_change_permission(request, row) or any(
            inline.has_change_permission(request, row) or inline.has_add_permission(request, row)
            for inline in self.get_inline_instances(request, row)
        )
