"""The page “Export pictures”: files for feeds and marketplaces, with the marks they demand."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_outfitanyone import actions
from django_outfitanyone.admin.admin_urls import admin_url
from django_outfitanyone.admin.django_classes import AdminMixin
from django_outfitanyone.admin.notices import page_context
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import OutfitAnyoneError, RequestRefused
from django_outfitanyone.exports import ExportOptions, check_exportable
from django_outfitanyone.models import TryOnResult

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAX_PICTURES = 100
"""Pictures per download: they are read and marked while the browser waits."""
_IN_MEMORY = 20_000_000
"""Bytes; a larger archive is kept in a temporary file."""


class ExportForm(forms.Form):
    """What China demands besides the marks that each exported file has."""

    aigc = forms.BooleanField(
        label=gettext_lazy("Add the AIGC metadata field"),
        required=False,
        help_text=gettext_lazy("For China. The setting AIGC_PRODUCER says who made the picture."),
    )
    label = forms.BooleanField(
        label=gettext_lazy("Draw the label “AI生成” into the picture"),
        required=False,
        help_text=gettext_lazy(
            "For China. Do not use it for shopping feeds: they refuse text on a picture."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Check that the settings have what the options need."""
        try:
            self.options.check()
        except ConfigurationError as error:
            self.add_error("aigc", str(error))
        return self.cleaned_data

    @property
    def options(self) -> ExportOptions:
        """The options that were chosen."""
        values = self.cleaned_data
        return ExportOptions(aigc=values["aigc"], label=values["label"])


class ExportMixin(AdminMixin):
    """Adds the action and the page to the admin of try-on results."""

    def get_urls(self) -> list[URLPattern]:
        view = path(
            "export/",
            self.admin_site.admin_view(self.export_view),
            name="django_outfitanyone_tryonresult_export",
        )
        return [view, *super().get_urls()]

    @admin.action(description=gettext_lazy("Export…"), permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[TryOnResult]) -> HttpResponse | None:
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: MAX_PICTURES + 1])
        if len(keys) > MAX_PICTURES:
            text = _("Choose at most %(count)d pictures to export.") % {"count": MAX_PICTURES}
            self.message_user(request, text, messages.WARNING)
            return None
        selected = ",".join(map(str, keys))
        return redirect(f"{admin_url(self.admin_site, 'tryonresult_export')}?results={selected}")

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Show the options; on POST, send one picture as it is and several as a ZIP file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        selected = request.POST.get("results") or request.GET.get("results", "")
        results, refusals = self._exportable(request, selected)
        form = ExportForm(request.POST if request.method == "POST" else None)
        if results and form.is_valid():
            try:
                return _download(results, form.options)
            except OutfitAnyoneError as error:
                form.add_error(None, str(error))
        return self._export_page(request, form, results, refusals)

    def may_export(self, request: HttpRequest, try_on: TryOnResult) -> bool:
        """Return whether the page of a picture offers to export it."""
        return self.has_view_permission(request) and not _refusal(try_on)

    def _exportable(
        self, request: HttpRequest, selected: str
    ) -> tuple[list[TryOnResult], list[tuple[TryOnResult, str]]]:
        """Return the pictures that can be exported, and the others with the reason."""
        keys = [int(key) for key in re.findall(r"[0-9]{1,18}", selected)][:MAX_PICTURES]
        rows = self.get_queryset(request).filter(pk__in=keys)
        checked = [(row, _refusal(row)) for row in rows.order_by("pk")]
        exportable = [row for row, refusal in checked if not refusal]
        return exportable, [(row, refusal) for row, refusal in checked if refusal]

    def _export_page(
        self,
        request: HttpRequest,
        form: ExportForm,
        results: list[TryOnResult],
        refusals: list[tuple[TryOnResult, str]],
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        label = ngettext("Download %(count)d picture", "Download %(count)d pictures", len(results))
        context = {
            **page_context(request, self.admin_site),
            "title": _("Export pictures"),
            "form": form,
            "results": results,
            "refusals": refusals,
            "selected": ",".join(str(result.pk) for result in results),
            "submit_label": label % {"count": len(results)},
        }
        return TemplateResponse(request, "admin/django_outfitanyone/export_form.html", context)


def _refusal(try_on: TryOnResult) -> str:
    """Return why the picture cannot be exported, or ``""`` if it can."""
    try:
        check_exportable(try_on)
    except RequestRefused as error:
        return str(error)
    return ""


def _download(results: Sequence[TryOnResult], options: ExportOptions) -> FileResponse:
    """Return one picture or an archive, for which each is read when the former is written."""
    if len(results) == 1:
        name, data = actions.export_picture(results[0], options)
        return FileResponse(BytesIO(data), as_attachment=True, filename=name)
    with ExitStack() as on_error:
        archive = on_error.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as written:
            for result in results:
                name, data = actions.export_picture(result, options)
                written.writestr(name, data)
        on_error.pop_all()  # the response closes it
    archive.seek(0)
    return FileResponse(archive, as_attachment=True, filename="try-ons.zip")
